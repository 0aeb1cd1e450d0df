"""Tasmota devices to test with."""

from typing import Any

from bridge.devices.dialects.tasmota.convention import Tasmota
from tests.unit.devices.dialects.hearing import Household, Message, told

MAC = "00000049A3BC"


def config(mac: str = MAC, **changes: Any) -> Message:  # noqa: ANN401 -- whatever a config may hold
    """Return a config message, as short as Tasmota sends it, with changes."""
    body: dict[str, Any] = {
        "ip": "192.168.15.10",
        "dn": "Tasmota",
        "fn": ["Lamp", "Fan"],
        "hn": "tasmota-host",
        "mac": mac,
        "md": "Sonoff Basic",
        "ofln": "Offline",
        "onln": "Online",
        "state": ["OFF", "ON", "TOGGLE", "HOLD"],
        "sw": "14.1.0",
        "t": "tasmota",
        "ft": "%prefix%/%topic%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": [0] * 8,
        "lt_st": 0,
        "lk": 1,
        "swc": [-1] * 8,
        "swn": [None] * 8,
        "btn": [0] * 8,
        "so": {"4": 0, "11": 0, "13": 0, "17": 0, "30": 0, "68": 0, "73": 0},
        "ty": 0,
        "if": 0,
        "ver": 1,
    }
    return told(f"tasmota/discovery/{mac}/config", body | changes)


def sensors(sample: dict[str, Any], mac: str = MAC) -> Message:
    """Return a sensors message."""
    return told(f"tasmota/discovery/{mac}/sensors", {"sn": sample, "ver": 1})


def home(*messages: Message) -> Household:
    """Return what is known after messages."""
    return Household(Tasmota()).hear(messages)
