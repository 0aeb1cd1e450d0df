"""Shellies of the first generation: descriptions, reports and commands."""
