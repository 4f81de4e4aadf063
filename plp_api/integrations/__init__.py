"""What other programs read: the feed of events."""
