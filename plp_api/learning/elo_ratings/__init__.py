"""Ratings that rest on an ELO: its team rates the student in the items of that ELO.

The ratings are rows of `ratings` like any other, with the ELO as their evidence; only the right to
give them differs. A member of the team rates in no other item, and in no other work.
"""
