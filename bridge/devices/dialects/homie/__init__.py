"""Homie, conventions 4 and 5: devices that describe their nodes and properties, and speak on a topic for each."""
