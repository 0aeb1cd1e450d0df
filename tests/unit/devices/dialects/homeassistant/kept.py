"""What is kept of descriptions, as whoever stores them keeps it; and short words for what they come to."""

import json
from collections import defaultdict
from collections.abc import Iterator

from bridge.commands import Command, Wish
from bridge.devices.described import Announcement, DescribedDevice, DescribedEntity
from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.devices.entity import EntityKind
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.errors import UnreadableMessage

DEVICE = {"ids": "d", "name": "Thing"}


class Kept:
    """The parts of all groups, by the rules of Told."""

    def __init__(self, convention: HomeAssistant | None = None) -> None:
        self.convention = convention or HomeAssistant()
        self.parts: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

    def tell(self, topic: str, payload: bytes) -> None:
        """Take one message in; one that nobody can read changes nothing."""
        try:
            told = self.convention.tell(topic, payload)
        except UnreadableMessage:
            return
        if told is None:
            return
        if told.sole:
            for group in list(self.parts):
                for key in told.parts.keys() & self.parts[group].keys():
                    del self.parts[group][key]
        self.parts[told.group] |= {key: part for key, part in told.parts.items() if part}

    def devices(self) -> dict[str, DescribedDevice]:
        """Return all devices by their ids."""
        announced = [self.convention.read(group, parts) for group, parts in self.parts.items() if parts]
        return {device.id: device for one in announced for device in one.devices}

    def listening(self, topic: str) -> Iterator[DescribedEntity]:
        """Return the entities that speak on a topic."""
        for device in self.devices().values():
            for entity in device.entities:
                if topic in entity.dialect.state_topics:
                    yield entity


def announced(component: str, settings: object, *, place: str = "thing/one") -> Announcement:
    """Return what one description alone comes to."""
    convention = HomeAssistant()
    told = convention.tell(f"homeassistant/{component}/{place}/config", json.dumps(settings).encode())
    assert told is not None
    return convention.read(told.group, told.parts)


def only_device(component: str, **settings: object) -> DescribedDevice:
    """Return the device of one description."""
    [device] = announced(component, {"dev": DEVICE} | settings).devices
    return device


def only(component: str, **settings: object) -> DescribedEntity:
    """Return the one entity of one description, however the device may be reached."""
    device = only_device(component, **settings)
    assert not device.unserved, device.unserved
    [entity] = [entity for entity in device.entities if entity.kind is not EntityKind.AVAILABILITY]
    return entity


def refusal(component: str, **settings: object) -> str:
    """Return why the one thing that is described is not served."""
    device = only_device(component, **settings)
    assert all(entity.kind is EntityKind.AVAILABILITY for entity in device.entities)
    [unserved] = device.unserved
    return unserved.why


def read(entity: DescribedEntity, payload: str | object, topic: str = "t") -> str | None:
    """Return in short what a message means to an entity; objects are sent as JSON."""
    sent = payload if isinstance(payload, str) else json.dumps(payload)
    return short(entity.dialect.read(topic, sent.encode()))


def write(
    entity: DescribedEntity,
    wish: Wish,
    *,
    brightness: int | None = None,
    color: str | None = None,
    position: int | None = None,
) -> list[tuple[str, str]]:
    """Return what is published for a wish."""
    command = Command("home", entity.id, wish, brightness, color, position)
    return [(one.topic, one.payload.decode()) for one in entity.dialect.write(command)]


def short(reading: Reading | None) -> str | None:
    """Write a reading in a few words."""
    match reading:
        case StateReading():
            words = [
                reading.value or "",
                "" if reading.brightness is None else f"{reading.brightness}%",
                "" if reading.position is None else f"at {reading.position}",
                reading.color or "",
                "" if reading.color_temp is None else f"{reading.color_temp}K",
            ]
            return " ".join(filter(None, words))
        case PressReading():
            return f"pressed {reading.word}"
        case AvailabilityReading():
            return f"{reading.part} {'online' if reading.online else 'offline'}"
        case _:
            return None


def in_words(entity: DescribedEntity) -> str:
    """Write an entity in a few words: its kind, its id, and what is not as usual."""
    words = [entity.kind.value + ("" if entity.certain else "?"), entity.id]
    if entity.kind is EntityKind.AVAILABILITY:
        words.append(f"{entity.availability} of {len(entity.dialect.state_topics)}")
    words += [f"'{entity.name}'"] if entity.name else []
    words += [entity.unit] if entity.unit else []
    words += ["minor"] if entity.minor else []
    return " ".join(words)
