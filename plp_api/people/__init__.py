"""Who there is: people, schools and relationships, their logins, and the rosters they come from."""
