"""Numbered SQL files, applied in order, each in its own transaction. One that was released never changes."""
