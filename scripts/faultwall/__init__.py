"""The fault wall: what may break around the bridge, broken on purpose, and what must hold all the same."""
