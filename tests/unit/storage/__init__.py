"""What storage decides without a database."""
