"""Interfaces for other programs: the feed of events."""
