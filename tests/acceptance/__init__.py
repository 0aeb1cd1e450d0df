"""The whole, on real parts: what a person was promised."""
