"""Rubrics: criteria by the levels of a scale, in editions, of a district or a school.

A published edition never changes, because judgments refer to it: change its next edition. A school
copies a rubric to make it its own.
"""
