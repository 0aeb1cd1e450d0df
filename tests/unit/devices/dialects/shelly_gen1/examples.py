"""Shellies of the first generation to test with."""

from typing import Any

from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from tests.unit.devices.dialects.hearing import Household, Message, told

NEW = "20230913-112003/v1.14.0-gcb84623"
OLD = "20190531-075812/v1.5.0-hotfix2@022ec015"


def announced(identity: str, model: str = "", **more: Any) -> Message:  # noqa: ANN401 -- whatever it may hold
    """Return an announcement on the topic that all share."""
    body = {"id": identity, "model": model, "mac": "A4CF12F45174", "ip": "10.0.0.2", "new_fw": False, "fw_ver": NEW}
    return told("shellies/announce", body | more)


def home(*messages: Message) -> Household:
    """Return what is known after messages."""
    return Household(ShellyGen1()).hear(messages)


def of(identity: str, *suffixes: str) -> Household:
    """Return what is known of a device that is online, and has spoken on topics below its id."""
    heard = [(f"shellies/{identity}/{suffix}", b"0") for suffix in suffixes]
    return home((f"shellies/{identity}/online", b"true"), *heard)
