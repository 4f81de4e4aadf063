"""Counts over everything, as of any day: who has a plan, whose is current, due, overdue, excepted.

Nothing is stored here: every number is worked out from dated facts
(`coverage`), so that a past day is told as it was. Who reads about students
they may not see one by one is shown no number from which one of them could be
made out (`suppression`).
"""
