"""Renditions: the text of a frozen version in another language, supplied by people.

Bound to the snapshot it renders by its hash, and never part of it: signatures
are given over the snapshot, whatever language it was read in.
"""
