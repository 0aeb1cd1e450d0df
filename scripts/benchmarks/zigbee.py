"""A home of many Zigbee2MQTT devices, made of what was recorded of a few: what it keeps retained at the broker."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

DEVICES = 100
DESCRIPTIONS_EACH = 10
RECORDINGS = Path(__file__).parents[2] / "tests" / "recordings"
LIST_TOPIC = "zigbee2mqtt/bridge/devices"
_FIRST_ADDRESS = 0x00158D0009000000

Retained = tuple[str, bytes]
"""Topic and payload."""


def retained(devices: int = DEVICES) -> Iterator[Retained]:
    """Return all that such a home keeps retained: descriptions by both conventions, and the state of each device."""
    yield "zigbee2mqtt/bridge/state", b'{"state":"online"}'
    listed = list(_listed(devices))
    yield LIST_TOPIC, msgspec.json.encode([_coordinator(), *listed])
    yield from _described(listed)
    for device in listed:
        yield f"zigbee2mqtt/{device['friendly_name']}", state_of(device)


def state_of(device: dict[str, Any]) -> bytes:
    """Return a state that a listed device may report: a value for each of its properties."""
    return msgspec.json.encode(_values(device["definition"]["exposes"]))


def listed_devices(payload: bytes) -> list[dict[str, Any]]:
    """Return the devices of a list."""
    listed: list[dict[str, Any]] = msgspec.json.decode(payload)
    return [device for device in listed if device.get("definition") and device["type"] != "Coordinator"]


def _recorded(name: str) -> Iterator[tuple[str, bytes]]:
    for line in (RECORDINGS / f"{name}.jsonl").read_bytes().splitlines():
        message = msgspec.json.decode(line)
        yield message["topic"], message.get("payload", "").encode()


def _list() -> bytes:
    return next(payload for topic, payload in _recorded("zigbee2mqtt-native") if topic == LIST_TOPIC)


def _coordinator() -> dict[str, Any]:
    listed: list[dict[str, Any]] = msgspec.json.decode(_list())
    return next(device for device in listed if device["type"] == "Coordinator")


def _listed(devices: int) -> Iterator[dict[str, Any]]:
    models = listed_devices(_list())
    for number in range(devices):
        address = f"0x{_FIRST_ADDRESS + number:016x}"
        yield models[number % len(models)] | {"ieee_address": address, "friendly_name": f"device_{number:04}"}


def _described(listed: Sequence[dict[str, Any]]) -> Iterator[Retained]:
    """Return descriptions as those recorded, taken in turn, of each device so many."""
    patterns = _patterns()
    for number, device in enumerate(listed):
        start = number * DESCRIPTIONS_EACH
        for place in range(start, start + DESCRIPTIONS_EACH):
            topic, payload, address, name = patterns[place % len(patterns)]
            own = payload.replace(address, device["ieee_address"]).replace(name, device["friendly_name"])
            yield topic.replace(address, device["ieee_address"]), own.encode()


def _patterns() -> list[tuple[str, str, str, str]]:
    """Return the recorded descriptions of parts of devices, one of each kind, with the device's address and name."""
    found: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    for topic, payload in _recorded("zigbee2mqtt-discovery"):
        _, component, address, part, _ = topic.split("/")
        if payload and address.startswith("0x"):
            name = msgspec.json.decode(payload)["device"]["name"]
            found.setdefault((component, part), (topic, payload.decode(), address, name))
    return list(found.values())


def _values(exposes: Sequence[dict[str, Any]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for feature in exposes:
        inner = feature.get("features", ())
        if "property" in feature:
            values[feature["property"]] = _values(inner) if inner else _value(feature)
        else:
            values |= _values(inner)
    return values


def _value(feature: dict[str, Any]) -> object:
    if feature["type"] == "binary":
        return feature["value_on"]
    if feature["type"] == "enum":
        return next(islice(feature["values"], 1), "")
    return feature.get("value_min", 0) + 1 if feature["type"] == "numeric" else ""
