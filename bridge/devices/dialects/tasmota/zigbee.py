"""Zigbee devices behind a Tasmota bridge: they are known by what was received of them, attribute by attribute.

Nothing says where a bridge is told something for one of them, so they are listened to only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.described import DescribedDevice, DescribedEntity, Told, Unserved
from bridge.devices.dialects.descriptions import first_of_each, object_in, text_in, whole_in
from bridge.devices.dialects.json_numbers import float_in, number_reading
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.entity import EntityKind
from bridge.devices.reading import PressReading, StateReading

GROUP: Final = "zigbee/"
_SENSOR: Final = "/SENSOR"
_RECEIVED: Final = "ZbReceived"
_MARK: Final = b'"ZbReceived"'
_NAME: Final = "Name"
_ADDRESS: Final = re.compile(r"0x[0-9A-F]{4}", re.ASCII)
_COMMAND: Final = re.compile(r"[0-9A-F]{4}!([0-9A-F]{2,16})?", re.ASCII)
_ACTION: Final = "action"
_SWITCHING: Final = {"0006!00": "off", "0006!01": "on", "0006!02": "toggle"}
_MOST_AT_ONCE: Final = 16
_MOST_DEVICES: Final = 256
_ON_OFF: Final = ("on", "off")
_NUMBERS: Final[Mapping[str, str]] = {
    "Temperature": "°C",
    "Humidity": "%",
    "Pressure": "hPa",
    "Illuminance": "lx",
    "ActivePower": "W",
    "RMSVoltage": "V",
    "BatteryVoltage": "V",
}
_STATES: Final[Mapping[str, tuple[EntityKind, tuple[str, str]]]] = {
    "Contact": (EntityKind.CONTACT, ("open", "closed")),
    "Occupancy": (EntityKind.MOTION, _ON_OFF),
    "Water": (EntityKind.LEAK, _ON_OFF),
    "Fire": (EntityKind.SMOKE, _ON_OFF),
    "CO": (EntityKind.CO, _ON_OFF),
    "Movement": (EntityKind.VIBRATION, _ON_OFF),
    "Vibration": (EntityKind.VIBRATION, _ON_OFF),
}
_BATTERY: Final = "BatteryPercentage"
_POWER: Final = "Power"


@dataclass(frozen=True, slots=True)
class Received:
    """Where a bridge says what it received, and of which device it is."""

    topic: str
    address: str

    def said(self, payload: bytes) -> dict[str, object]:
        """Return what a message says of the device; nothing for one about others."""
        return _of(parse_object(payload), self.address) if _MARK in payload else {}


@dataclass(frozen=True, slots=True)
class ZigbeeAttribute:
    """A number, or a state whose words are `states` for what is not nothing and for nothing."""

    received: Received
    attribute: str
    states: tuple[str, str] | None = None
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where the bridge reports."""
        return (self.received.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the value; None for a message without it."""
        value = self.received.said(payload).get(self.attribute)
        if self.states is None:
            return None if isinstance(value, dict | list) else number_reading(value, self.limits)
        number = float_in(value)
        return None if number is None else StateReading(self.states[0 if number else 1])

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- listened to only
        """Return nothing: nobody commands a sensor."""
        return ()


@dataclass(frozen=True, slots=True)
class ZigbeeAction:
    """What a remote sends: commands of Zigbee, by cluster and number."""

    received: Received

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where the bridge reports."""
        return (self.received.topic,)

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the press; one of another endpoint than the first has its number in front."""
        said = self.received.said(payload)
        sent = next((key for key in said if _COMMAND.fullmatch(key)), None)
        if sent is None:
            return None
        word = _SWITCHING.get(sent, sent.lower().replace("!", "-"))
        endpoint = whole_in(said.get("Endpoint"))
        return PressReading(word if endpoint in (None, 1) else f"{endpoint}_{word}")

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a remote takes no commands
        """Return nothing: nobody commands a remote."""
        return ()


def tell(topic: str, payload: bytes) -> Told | None:
    """Keep which attributes devices were heard to have; None for a report that is not about Zigbee."""
    if not topic.endswith(_SENSOR) or _MARK not in payload:
        return None
    received = object_in(parse_object(payload).get(_RECEIVED))
    parts: dict[str, bytes] = {}
    for key, described in list(received.items())[:_MOST_AT_ONCE]:
        said = object_in(described)
        address = text_in(said.get("Device"))
        if not _ADDRESS.fullmatch(address):
            continue
        name = text_in(said.get(_NAME)) or ("" if key == address else text_in(key))
        if name:
            parts[f"{address}/{_NAME}"] = name.encode()
        parts |= {f"{address}/{attribute}": b"1" for attribute in _shown(said)}
    return Told(f"{GROUP}{topic}", parts) if parts else None


def devices_of(group: str, parts: Mapping[str, bytes]) -> Iterator[DescribedDevice]:
    """Describe the devices that were heard through a bridge."""
    topic = group.removeprefix(GROUP)
    addresses = {address for key in parts if _ADDRESS.fullmatch(address := key.partition("/")[0])}
    for address in sorted(addresses)[:_MOST_DEVICES]:
        heard = sorted(key.partition("/")[2] for key in parts if key.startswith(f"{address}/"))
        found = list(_entities(Received(topic, address), heard))
        entities, unserved = first_of_each(
            (one for one in found if isinstance(one, DescribedEntity)),
            (one for one in found if isinstance(one, Unserved)),
        )
        name = parts.get(f"{address}/{_NAME}", b"").decode(errors="replace") or address
        identity = f"{topic.removesuffix(_SENSOR)}/{address}".replace("/", ".")
        yield DescribedDevice(id=identity, name=name, entities=entities, unserved=unserved)


def _shown(said: dict[str, object]) -> Iterator[str]:
    """Return what a message shows of a device. A command sets no state: what looks like one then is its argument."""
    if any(_COMMAND.fullmatch(key) for key in said):
        yield _ACTION
    elif _POWER in said:
        yield _POWER
    yield from (key for key in (*_NUMBERS, *_STATES, _BATTERY) if key in said)


def _entities(received: Received, heard: list[str]) -> Iterator[DescribedEntity | Unserved]:
    for attribute in heard:
        if attribute in _NUMBERS:
            dialect = ZigbeeAttribute(received, attribute)
            yield DescribedEntity(
                attribute.lower(),
                EntityKind.SENSOR,
                dialect,
                attribute,
                _NUMBERS[attribute],
                minor="Battery" in attribute,
            )
        elif attribute in _STATES:
            kind, states = _STATES[attribute]
            yield DescribedEntity(attribute.lower(), kind, ZigbeeAttribute(received, attribute, states), attribute)
        elif attribute == _BATTERY:
            level = ZigbeeAttribute(received, attribute, limits=(0, 100))
            yield DescribedEntity("battery", EntityKind.BATTERY, level, "Battery", "%")
        elif attribute == _ACTION:
            yield DescribedEntity(_ACTION, EntityKind.BUTTON, ZigbeeAction(received))
        elif attribute == _POWER:
            yield Unserved(_POWER, "not supported: switching through a Zigbee bridge")


def _of(parsed: dict[str, object], address: str) -> dict[str, object]:
    for described in object_in(parsed.get(_RECEIVED)).values():
        said = object_in(described)
        if said.get("Device") == address:
            return said
    return {}
