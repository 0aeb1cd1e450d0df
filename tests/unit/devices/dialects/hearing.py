"""Hears what devices announce as whoever keeps descriptions does, and says what their messages mean then."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bridge.devices.described import Announcement, Convention, DescribedDevice, DescribedEntity, Told
from bridge.devices.reading import Reading
from bridge.errors import UnreadableMessage

RECORDINGS = Path(__file__).parents[3] / "recordings"
Message = tuple[str, bytes]


def recorded(name: str) -> list[Message]:
    """Return the messages of a recording, in their order."""
    lines = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["topic"], line["payload"].encode()) for line in map(json.loads, lines)]


def told(topic: str, body: object) -> Message:
    """Return a message with a JSON body."""
    return topic, json.dumps(body).encode()


@dataclass
class Household:
    """The kept parts of all groups."""

    convention: Convention
    groups: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def hear(self, messages: Iterable[Message]) -> "Household":
        """Keep what messages tell."""
        for topic, payload in messages:
            said = self.convention.tell(topic, payload)
            if said is not None:
                self._keep(said)
        return self

    def announcements(self) -> dict[str, Announcement]:
        """Return what each group comes to."""
        return {group: self.convention.read(group, parts) for group, parts in self.groups.items()}

    def devices(self) -> dict[str, DescribedDevice]:
        """Return the devices by id."""
        return {device.id: device for said in self.announcements().values() for device in said.devices}

    def entities(self) -> Iterator[tuple[str, DescribedEntity]]:
        """Return the entities with the ids of their devices."""
        for device in self.devices().values():
            for entity in device.entities:
                yield device.id, entity

    def meaning(self, topic: str, payload: bytes) -> dict[str, Reading | str]:
        """Return what a message means to each entity that listens there: a reading, or why it cannot be read."""
        found: dict[str, Reading | str] = {}
        for _, entity in self.entities():
            if topic in entity.dialect.state_topics:
                try:
                    reading = entity.dialect.read(topic, payload)
                except UnreadableMessage as error:
                    found[entity.id] = error.reason
                else:
                    if reading is not None:
                        found[entity.id] = reading
        return found

    def _keep(self, said: Told) -> None:
        kept = {} if said.whole else self.groups.get(said.group, {})
        kept = {key: part for key, part in {**kept, **said.parts}.items() if part}
        self.groups.pop(said.group, None)
        if kept:
            self.groups[said.group] = kept


def only_device(convention: Convention, messages: Iterable[Message]) -> DescribedDevice:
    """Return the one device that messages describe."""
    (device,) = Household(convention).hear(messages).devices().values()
    return device


def entity_of(device: DescribedDevice, identity: str) -> DescribedEntity:
    """Return an entity of a device."""
    return next(entity for entity in device.entities if entity.id == identity)


def summary(device: DescribedDevice) -> dict[str, str]:
    """Return the kinds of a device's entities by id; a guess has a question mark."""
    return {entity.id: f"{entity.kind}{'' if entity.certain else '?'}" for entity in device.entities}


def body_at(payload: bytes) -> dict[str, object]:
    """Return a JSON object that somebody is told."""
    return cast("dict[str, object]", json.loads(payload))
