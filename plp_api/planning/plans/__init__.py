"""The plan: one evolving plan of a student, as dated versions.

A version is written as a draft, handed in, approved: from then it is in force
and frozen, as a snapshot with its SHA-256 (`snapshot`), over which people sign.
Correcting, amending and closing a plan are here; signing is `signatures`.
"""
