"""A Zigbee network as its messages describe it, and what further messages mean then."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from bridge.commands import Command, Wish
from bridge.devices.described import Convention, DescribedDevice, DescribedEntity
from bridge.devices.dialects.zigbee2mqtt import Zigbee2Mqtt
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.errors import UnreadableMessage

RECORDINGS = Path(__file__).parents[4] / "recordings"
BASE = "zigbee2mqtt"
DEVICES = f"{BASE}/bridge/devices"
GROUPS = f"{BASE}/bridge/groups"
Json = dict[str, Any]


def recorded(name: str) -> list[Json]:
    """Return the lines of a recording."""
    return [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def listed_devices() -> list[Json]:
    """Return all devices that the recordings list."""
    lists = [json.loads(recorded(name)[0]["payload"]) for name in ("zigbee2mqtt-native", "zigbee2mqtt-more")]
    return [device for listed in lists for device in listed]


def listed_groups() -> list[Json]:
    """Return all groups that the recordings list."""
    named = {"zigbee2mqtt-native": 2, "zigbee2mqtt-more": 1}
    lists = [json.loads(recorded(name)[line]["payload"]) for name, line in named.items()]
    return [group for listed in lists for group in listed]


@dataclass
class Network:
    """The kept parts, and what they come to."""

    convention: Convention = field(default_factory=Zigbee2Mqtt)
    groups: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def hear(self, topic: str, body: object) -> "Network":
        """Keep what a message tells, as whoever keeps descriptions does."""
        told = self.convention.tell(topic, body if isinstance(body, bytes) else json.dumps(body).encode())
        if told is not None:
            kept = {} if told.whole else self.groups.get(told.group, {})
            self.groups[told.group] = {key: part for key, part in {**kept, **told.parts}.items() if part}
        return self

    def devices(self) -> dict[str, DescribedDevice]:
        """Return the devices by id."""
        said = [self.convention.read(group, parts) for group, parts in sorted(self.groups.items())]
        return {device.id: device for announcement in said for device in announcement.devices}

    def listening(self, topic: str) -> list[DescribedEntity]:
        """Return the entities that a message on a topic is for."""
        devices = self.devices().values()
        return [each for device in devices for each in device.entities if topic in each.dialect.state_topics]


def whole_network() -> Network:
    """Return the network of all that the recordings list."""
    return Network().hear(DEVICES, listed_devices()).hear(GROUPS, listed_groups())


def device_of(exposes: Iterable[Mapping[str, object]], **more: object) -> DescribedDevice:
    """Return the device that exposes these things."""
    listed: Json = {
        "ieee_address": "0x00158d0000000001",
        "friendly_name": "thing",
        "definition": {"vendor": "V", "model": "M", "exposes": list(exposes)},
        **more,
    }
    return Network().hear(DEVICES, [listed]).devices()["0x00158d0000000001"]


def entity_of(device: DescribedDevice, identity: str) -> DescribedEntity:
    """Return an entity of a device by its id."""
    return next(each for each in device.entities if each.id == identity)


def summary(device: DescribedDevice) -> list[str]:
    """Return what a device does, each in a few words."""
    return [
        " ".join(
            filter(
                None,
                (
                    f"{each.kind} {each.id}",
                    f"'{each.name}'" if each.name else "",
                    each.unit,
                    "minor" if each.minor else "",
                    "" if each.certain else "guess",
                    "repeats" if each.hold_repeats else "",
                ),
            )
        )
        for each in device.entities
    ]


def meaning(entity: DescribedEntity, topic: str, payload: bytes) -> str | None:
    """Return what a message means to an entity, in a few words; None for nothing."""
    try:
        return in_words(entity.dialect.read(topic, payload))
    except UnreadableMessage as error:
        return f"! {error.reason}"


def in_words(reading: Reading | None) -> str | None:
    """Return a reading in a few words."""
    match reading:
        case StateReading(value, brightness, position, color, kelvin):
            percents = [f"{number}%" for number in (brightness, position) if number is not None]
            words = [value or "-", *percents, color or "", f"{kelvin}K" if kelvin else ""]
            return " ".join(filter(None, words))
        case PressReading(word, at, stamp):
            assert not stamp  # of two equal messages each is a press
            return f"pressed {word}" if at is None else f"pressed {word} at {at}"
        case AvailabilityReading(0, online):
            return "online" if online else "offline"
        case _:
            assert reading is None
            return None


def sent(entity: DescribedEntity, wish: Wish, **more: Any) -> list[tuple[str, Json]]:  # noqa: ANN401 -- of a command
    """Return the messages that a wish is put into."""
    orders = entity.dialect.write(Command("home", entity.id, wish, **more))
    return [(order.topic, cast("Json", json.loads(order.payload))) for order in orders]
