"""Concerns about an ELO, which reach coordinator and principal at once.

Who raises one reads it no more: a concern may be about the very people who read the ELO. They
get a receipt, and learn in their inbox that the school has taken it up, and that it is closed.
"""
