"""What devices write, and what is written to them."""
