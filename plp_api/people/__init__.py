"""People, schools and relationships, their logins, and the rosters that they come from."""
