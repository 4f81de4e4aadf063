"""The disclosure ledger: what of a student's record was shown to whom outside the school, and why.

34 CFR 99.32 asks for the parties, their legitimate interest, and the record. Rows are written
by the act that discloses, and never changed.
"""
