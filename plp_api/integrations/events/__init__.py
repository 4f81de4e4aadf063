"""The change feed: events by position, so that a client can follow changes and miss none."""
