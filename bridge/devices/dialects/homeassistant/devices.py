"""From the described parts of one device to the device: its names, and its entities, each once.

Of two parts with one id the one in the description of the whole device counts: so a device may move from describing
itself part by part to describing itself whole, and back, and nothing is missing meanwhile.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.devices.described import DescribedDevice, DescribedEntity, Unserved, hardware_address
from bridge.devices.dialects.descriptions import LONGEST_TEXT, MAX_ENTITIES, text_in
from bridge.devices.dialects.homeassistant.availability import Availability, read_availability
from bridge.devices.dialects.homeassistant.components import served
from bridge.devices.dialects.homeassistant.descriptions import (
    LONGEST_ID,
    Description,
    Part,
    Settings,
    as_id,
    connections,
)
from bridge.devices.dialects.homeassistant.events import ACTION, Pressed, buttons, read_trigger
from bridge.devices.dialects.homeassistant.fields import DeviceTemplates, Fields, Templates
from bridge.devices.dialects.homeassistant.presses import ActionPresses
from bridge.devices.dialects.homeassistant.served import Served
from bridge.devices.dialects.homeassistant.states import NumberState
from bridge.devices.dialects.homeassistant.topics import AUTOMATION
from bridge.devices.entity import AvailabilityMode, EntityKind
from bridge.errors import NotServed

_MINOR: Final = frozenset({"config", "diagnostic"})
_RESERVED: Final = frozenset({EntityKind.BATTERY.value, EntityKind.AVAILABILITY.value})
_BUTTON: Final = "button."
_ADDRESS: Final = re.compile(r"[_ ]+")

Reached = tuple[Availability, AvailabilityMode]


def read_device(device: str, descriptions: Iterable[Description], prefix: str, templates: Templates) -> DescribedDevice:
    """Put a device together. The order of the descriptions of its parts decides where they contradict each other."""
    whole_first = sorted(descriptions, key=lambda description: not description.whole)
    parts = [part for description in whole_first for part in description.parts]
    built = _Built(prefix, DeviceTemplates(templates))
    for part in parts:
        built.add(part)
    entities = tuple(built.entities())
    own_name = next((_label(part.settings.get("name")) for part in parts if not part.device), "")
    said = [part.device for part in parts]
    return DescribedDevice(
        id=device,
        name=_first(said, "name") or own_name or device,
        entities=entities,
        model=_first(said, "model") or _first(said, "model_id"),
        room=_first(said, "suggested_area"),
        hardware=frozenset(address for one in said for address in _addresses(one)),
        via=next((via for one in said if (via := as_id(one.get("via_device"))) and len(via) <= LONGEST_ID), ""),
        unserved=tuple(dict.fromkeys(built.unserved))[:MAX_ENTITIES],
    )


@dataclass(slots=True)
class _Built:
    """The parts of one device while they are put together."""

    prefix: str
    templates: DeviceTemplates
    unserved: list[Unserved] = field(default_factory=list)
    _taken: dict[str, str] = field(default_factory=dict)
    _served: list[tuple[Part, DescribedEntity]] = field(default_factory=list)
    _pressed: list[Pressed] = field(default_factory=list)
    _reached: list[Reached] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Take in one part: as served, as a trigger of a button, or as not served, and why."""
        identity = self._free_id(part)
        if identity is None:
            return self._refuse(part, "described twice; the other description counts")
        if len(self._taken) >= MAX_ENTITIES:
            return self._refuse(part, f"refused: the device has more than {MAX_ENTITIES} parts")
        self._taken[identity] = part.place.component
        fields = Fields(part.settings, self.prefix, self.templates)
        self._reach(fields)
        try:
            if part.place.component == AUTOMATION:
                self._pressed.append(read_trigger(fields))
            else:
                self._served.append((part, _entity(identity, part, served(part.place.component, fields), fields)))
        except NotServed as error:
            self._refuse(part, error.why)
        return None

    def entities(self) -> Iterator[DescribedEntity]:
        """Return what is served, the battery and the reachability of the device each once."""
        battery = self._battery()
        for part, entity in self._served:
            if entity is battery:
                yield replace(entity, id=EntityKind.BATTERY.value)
            elif entity.kind is not EntityKind.BATTERY:
                yield entity
            elif isinstance(entity.dialect, NumberState):
                yield replace(entity, kind=EntityKind.SENSOR)
            else:
                self._refuse(part, "not served twice: the device tells of its battery elsewhere, too")
        yield from self._buttons()
        yield from self._availability()

    def _battery(self) -> DescribedEntity | None:
        """Return the battery of the device: rather one that tells how full it is than one that tells when it is low."""
        found = [entity for _, entity in self._served if entity.kind is EntityKind.BATTERY]
        levels = [entity for entity in found if isinstance(entity.dialect, NumberState)]
        return next(iter(levels + found), None)

    def _buttons(self) -> Iterator[DescribedEntity]:
        """Return the buttons that are described by their triggers.

        Zigbee2MQTT tells the same press on the topic of the state and, with `/action` behind it, by itself.
        """
        dialects = [entity.dialect for _, entity in self._served]
        actions = {f"{dialect.topic}/{ACTION}" for dialect in dialects if isinstance(dialect, ActionPresses)}
        for button, presses in buttons(self._pressed):
            if actions.issuperset(presses.state_topics):
                self.unserved.append(Unserved(button, "not served twice: the same presses are told elsewhere, too"))
                continue
            yield DescribedEntity(
                _BUTTON + button, EntityKind.BUTTON, presses, name="" if button == ACTION else _titled(button)
            )

    def _availability(self) -> Iterator[DescribedEntity]:
        """Return how the device can be reached: as most of its parts say, of several as many the first."""
        counted = Counter(self._reached).most_common(1)
        for (availability, mode), _ in counted:
            identity = EntityKind.AVAILABILITY
            yield DescribedEntity(identity.value, identity, availability, availability=mode)

    def _reach(self, fields: Fields) -> None:
        try:
            reached = read_availability(fields)
        except NotServed as error:
            self.unserved.append(Unserved("availability", error.why))
        else:
            self._reached += [] if reached is None else [reached]

    def _free_id(self, part: Part) -> str | None:
        """Return the permanent id of a part (rule I1); None if it is described already.

        Components may give the same id to two things; then the second one is known by its place.
        """
        given = as_id(part.settings.get("unique_id"))
        if not given or len(given) > LONGEST_ID or given in _RESERVED or given.startswith(_BUTTON):
            given = part.place.path
        if self._taken.get(given, part.place.component) != part.place.component:
            given = part.place.path
        return None if given in self._taken else given

    def _refuse(self, part: Part, why: str) -> None:
        name = _label(part.settings.get("name")) or as_id(part.settings.get("unique_id"))[:LONGEST_TEXT]
        what = f"{part.place.component} {name}" if name else part.place.path
        self.unserved.append(Unserved(what, why))


def _entity(identity: str, part: Part, one: Served, fields: Fields) -> DescribedEntity:
    """Return an entity. A battery is of the device as a whole: nearly all are called a diagnosis, and none is minor."""
    category = part.settings.get("entity_category")
    minor = isinstance(category, str) and category in _MINOR and one.kind is not EntityKind.BATTERY
    return DescribedEntity(
        identity,
        one.kind,
        one.dialect,
        name=_name(part),
        unit=one.unit,
        minor=minor or not fields.flag("enabled_by_default", default=True),
        certain=one.certain,
        off_after_s=fields.seconds("off_delay"),
        expires_after_s=fields.seconds("expire_after"),
    )


def _name(part: Part) -> str:
    """Return the name of a part, "" if it is called as its device. Without a name it is called by its class."""
    if not part.device:
        return ""  # the device is called by its name
    if "name" in part.settings:
        return _label(part.settings["name"])
    return _titled(_label(part.settings.get("device_class")))


def _titled(word: str) -> str:
    text = word.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _label(value: object) -> str:
    """Return a text for people, in one line; "" if it is none."""
    return text_in(" ".join(value[: 4 * LONGEST_TEXT].split())) if isinstance(value, str) else ""


def _first(said: Sequence[Settings], key: str) -> str:
    return next((text for one in said if (text := _label(one.get(key)))), "")


def _addresses(device: Settings) -> Iterator[str]:
    """Return the addresses by which another source may know a device: its connections, and what its ids hold."""
    identifiers = device.get("identifiers")
    texts = identifiers if isinstance(identifiers, list) else [identifiers]
    candidates = [value for _, value in connections(device)]
    for text in texts:
        if isinstance(text, str):
            candidates += [text, *_ADDRESS.split(text), text.rpartition("-")[2]]
    for candidate in candidates:
        address = hardware_address(candidate)
        if address is not None:
            yield address
