"""Attacks on how people sign in, agree and end connections, and on how clients get tokens."""
