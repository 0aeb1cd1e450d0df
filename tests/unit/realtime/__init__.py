"""What IFTTT is told, and when."""
