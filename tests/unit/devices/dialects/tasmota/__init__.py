"""Tasmota: descriptions, reports and commands."""
