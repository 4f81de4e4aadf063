"""What people open on: plans with everything a first page shows, in one call."""
