"""Agreements: what student, family, mentor and school agree on for an ELO, and who signed it.

An agreement is frozen with its hash when the design is complete. A change outside its ranges, or
of mentor, site or teacher, voids it, and the next edition is signed.
"""
