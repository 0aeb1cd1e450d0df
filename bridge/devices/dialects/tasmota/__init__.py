"""Tasmota: what its devices announce under `tasmota/discovery/`, how they report, and what they are told."""
