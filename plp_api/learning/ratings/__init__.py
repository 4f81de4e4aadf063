"""Ratings: the level a student reached in a framework item, by whom and on which evidence.

A rating is never changed: a later one stands beside it, so the history is kept. The student's own
ratings stand apart from the school's. A rating keeps its scale, for a framework may change its own.
"""
