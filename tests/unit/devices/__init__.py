"""What messages mean: dialects, and what a reading makes of what was known."""
