"""Showcases: chosen artifacts in order, with words, arranged by the student to be shown."""
