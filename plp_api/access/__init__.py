"""Who may: the one place that decides it, as SQL.

`permissions` is the table of who may do what, by role. `scope` turns a role
into the students it reaches. `caller` is whoever asks, loaded in one query.
Rights are dated, and the dates are part of the SQL: they lapse with no job.
"""
