"""Concerns about an ELO, which reach coordinator and principal at once.

Who raises one reads it no more: a concern may be about the very people who read the ELO.
"""
