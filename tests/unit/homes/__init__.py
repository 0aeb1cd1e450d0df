"""Homes, users and who sees what."""
