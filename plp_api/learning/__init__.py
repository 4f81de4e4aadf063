"""Learning that a student does and shows: ratings and interests today."""
