"""Clearances: that a check of a partner or mentor was passed, by whom it was recorded, until when.

What the check found is never stored, neither as text nor as a file (16 V.S.A. 253). Who may not
read clearances does not learn that there is one: nothing of a partner or mentor changes with a
clearance, not even its version. `actions.standing_of` is what opens the way to students.
"""
