"""Decides who may see or do what. No other package decides it; the rules are SQL.

`permissions` is the table of permissions by role. `caller` loads the person who
sent the request, in one query. `arms` holds the SQL that selects the students a
role reaches (one select is an *arm*); `scope` builds list filters from the arms,
`reach` checks single rows with them. Areas and routes use `rows`, which loads
the rows that the caller may see. Rights are dated, and the dates are part of the
SQL: rights end without a job.
"""
