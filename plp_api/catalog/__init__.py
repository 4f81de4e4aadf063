"""What a plan refers to and no single student owns, such as the templates plans are written in."""
