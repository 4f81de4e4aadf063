"""Consents: dated permissions of the holder of a student's rights, and their withdrawal.

A consent is never changed, only withdrawn; any withdrawal by a holder ends it (34 CFR 99.30). Areas
that rest on one ask again at each use.
"""
