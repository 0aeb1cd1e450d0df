"""What the configuration takes, what it refuses, and in which words."""
