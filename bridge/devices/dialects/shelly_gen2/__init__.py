"""Shellies since the second generation: their components, what they notify of, and the calls they take."""
