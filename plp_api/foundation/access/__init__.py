"""Who may: the one place that decides it, as SQL.

`permissions` is the table of who may do what, by role. `caller` is whoever
asks, loaded in one query. `arms` turns a role into the students it reaches;
`scope` makes of the arms what filters a list, `reach` what checks single rows.
`rows` loads what the caller may see, and is what areas and routes ask.
Rights are dated, and the dates are part of the SQL: they lapse with no job.
"""
