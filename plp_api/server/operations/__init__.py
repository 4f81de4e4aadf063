"""What a running server tells of itself: health, metrics, and the API's documentation."""
