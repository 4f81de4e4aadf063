"""The team of an ELO: its coordinator, teachers, supervisor, panel and mentor, by the day.

A member reaches the ELO and what belongs to it, and nothing else of the student. Assignments are
never removed: they end. What rules ask of a team (who holds which role today) is `elos.team`.
"""
