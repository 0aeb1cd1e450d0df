"""Homie: descriptions of versions 4 and 5, values and orders."""
