"""Portfolios: a student's artifacts in the slots of a template's edition, and the gaps left.

Here artifacts answer calls for work too: calls lie below artifacts. Only kept artifacts count.
"""
