"""How fast the daemon is, beside programs that do only what cannot be left out. Run by scripts/bench."""
