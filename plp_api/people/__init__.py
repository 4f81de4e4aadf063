"""People, schools and relationships, logins, and the import of rosters."""
