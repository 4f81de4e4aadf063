"""The change feed: events by position, for whoever follows what happens without missing any."""
