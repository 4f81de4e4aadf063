"""Interests: a student's raised hand for an opportunity, before any proposal.

A coordinator approves it with a last day; until then a seat is held. After it the seat is free
again without any job: whether a seat is held is computed from the day (`models.holds_seat`).
"""
