"""The connection to a real broker."""
