"""Calls for work: staff ask a class, an advisory or chosen students for work until a day.

Each student called has a row of their own, which family and staff read as they reach the student.
"""
