"""What operators and developers ask of a running server: health, metrics, and the API's own documentation."""
