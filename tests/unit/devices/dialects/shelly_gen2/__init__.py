"""Shellies since the second generation: descriptions, notifications and calls."""
