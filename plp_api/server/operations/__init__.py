"""Health, metrics and the API's documentation of a running server."""
