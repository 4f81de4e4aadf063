"""Counts and proves what the areas below recorded. It reads them and changes nothing."""
