"""The order of what has happened."""
