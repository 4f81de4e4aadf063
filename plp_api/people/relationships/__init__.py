"""Relationships between people and students, placements, appointments and advisories.

Each row has dates, and reach begins and ends by these dates without a job. A
member of a student's family never acts on that student for the school, and
nobody gives themselves an office or a relationship. A parent finds their own
relationship and no other.
"""
