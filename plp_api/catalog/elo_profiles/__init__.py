"""A district's rules for each type of ELO: signers, skipped states, required parts.

A district has one profile per type from its first day, and edits it. An ELO keeps the profile
under which it was accepted.
"""
