"""Decisions of the public listener."""
