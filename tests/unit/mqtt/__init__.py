"""The parts of the way in that need no broker."""
