"""Supports: pointers to EST, 504 or IEP records, with coordinator and accommodations.

Never a copy of such a record: no diagnosis, no document. Supports are in no
snapshot: a plan's section says what is done, a support only says whom to ask.
"""
