"""Whose things these are: homes, users, and what a user sees."""
