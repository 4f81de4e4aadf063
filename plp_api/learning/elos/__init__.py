"""ELOs (extended learning opportunities): learning outside class, from proposal to credit.

An ELO is the student's: its design, its team, its life cycle. Agreements, log entries,
evaluations and credit are areas of their own above it; what they ask of a move they register
in `elos.gates`, and what follows from them they tell `elos.actions`.
"""
