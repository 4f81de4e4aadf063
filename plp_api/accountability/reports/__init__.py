"""Reports: how many students have a plan, and a current, due, overdue or excepted one, on any day.

Nothing is stored here: every number is computed from dated rows (`coverage`),
so that the report of a past day stays the same. Numbers about students whom the
caller may not read one by one are hidden if they could identify a student
(`suppression`).
"""
