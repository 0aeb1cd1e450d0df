"""ifttt-bridge: a home's MQTT devices as an IFTTT service of their own."""

__version__ = "0.1.0"
