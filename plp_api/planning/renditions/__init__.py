"""Renditions: the text of a frozen version in another language, translated by people.

A rendition names the hash of the snapshot it translates and is never part of
it: people sign the snapshot, whatever language they read it in.
"""
