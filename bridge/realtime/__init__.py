"""Telling IFTTT that something happened."""
