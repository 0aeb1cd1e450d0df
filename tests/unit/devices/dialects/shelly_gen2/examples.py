"""Shellies since the second generation to test with."""

from typing import Any

from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from tests.unit.devices.dialects.hearing import Household, Message, told

NAME = "shellyplus2pm-441793acb13c"


def notified(method: str, params: dict[str, Any], prefix: str = NAME, src: str = "") -> Message:
    """Return a notification."""
    body = {"src": src or prefix, "dst": f"{prefix}/events", "method": method, "params": {"ts": 1700000000.0} | params}
    return told(f"{prefix}/events/rpc", body)


def full(status: dict[str, Any], prefix: str = NAME, src: str = "") -> Message:
    """Return a notification of the full status."""
    return notified("NotifyFullStatus", status, prefix, src)


def changed(status: dict[str, Any], prefix: str = NAME) -> Message:
    """Return a notification of a change."""
    return notified("NotifyStatus", status, prefix)


def pressed(*events: dict[str, Any], prefix: str = NAME) -> Message:
    """Return a notification of events."""
    return notified("NotifyEvent", {"events": list(events)}, prefix)


def answered(status: dict[str, Any], prefix: str = NAME) -> Message:
    """Return the answer to the question for the whole status."""
    body = {"id": 1, "src": prefix, "dst": f"ifttt-bridge-{prefix}", "result": status}
    return told(f"ifttt-bridge-{prefix}/rpc", body)


def home(*messages: Message) -> Household:
    """Return what is known after messages."""
    return Household(ShellyGen2()).hear(messages)
