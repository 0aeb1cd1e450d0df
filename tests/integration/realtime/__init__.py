"""The client of the Realtime API against real servers."""
