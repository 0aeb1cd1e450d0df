"""Devices that announce themselves as Home Assistant wants it (device conventions, sections 3 and 4)."""

from bridge.devices.dialects.homeassistant.convention import HomeAssistant

__all__ = ["HomeAssistant"]
