"""The pages of commands."""
