"""How Shellies since the second generation make themselves known: they announce nothing, but they notify.

Who notifies is asked for its whole status. From it the description is made: the list of its components.
"""

import re
from collections.abc import Mapping
from typing import Final

from bridge.commands import Publication
from bridge.devices.described import (
    Announcement,
    DescribedDevice,
    DescribedEntity,
    Told,
    Unserved,
    hardware_address,
)
from bridge.devices.dialects.descriptions import canonical, exact_in, first_of_each, is_safe_topic, object_in
from bridge.devices.dialects.json_values import parse_object, parse_text
from bridge.devices.dialects.shelly_gen2.components import components_in, keys_in, read_components, sort_of
from bridge.devices.dialects.shelly_gen2.entities import entities_of
from bridge.devices.dialects.shelly_gen2.messages import EVENTS, ONLINE, answers_to, call, prefix_of_answers
from bridge.devices.dialects.shelly_gen2.presses import presses_in
from bridge.errors import UnreadableMessage

IDENTITY: Final = "id"
HEARD: Final = "online"
COMPONENTS: Final = "components"
_SEEN: Final = "seen/"
_PRESSED: Final = "pressed/"
_IDENTITY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_GIVEN_IN_FACTORY: Final = re.compile(r"shelly[a-z0-9]{1,24}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SHOWN_BY_CHANGES: Final = frozenset({"switch", "light", "cover", "input", "smoke", "flood"})
_PRESSED_SORTS: Final = frozenset({"input", "bthomedevice", "bthomesensor"})
_LONGEST_PREFIX: Final = 300


class ShellyGen2:
    """Shellies since the second generation. `prefixes`: of devices whose topics begin with more than one level.

    The group is the prefix of the topics. A device is known by the name that it has from the factory.
    """

    source = "shelly"
    questions: tuple[Publication, ...] = ()

    def __init__(self, prefixes: tuple[str, ...] = ()) -> None:
        self._filters = tuple(f"{prefix}{ending}" for prefix in ("+", *prefixes) for ending in (EVENTS, ONLINE))

    @property
    def filters(self) -> tuple[str, ...]:
        """Where devices notify, and where they say that they are there."""
        return self._filters

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in a notification, an answer to our question, or the word that a device is there."""
        answering = prefix_of_answers(topic)
        if answering is not None:
            return _answered(_prefix(answering), parse_object(payload)) if payload else None
        if topic.endswith(EVENTS):
            return _notified(_prefix(topic.removesuffix(EVENTS)), parse_object(payload)) if payload else None
        if topic.endswith(ONLINE):
            prefix = topic.removesuffix(ONLINE)
            is_one = _GIVEN_IN_FACTORY.fullmatch(prefix) is not None and parse_text(payload) in ("true", "false")
            return Told(prefix, {HEARD: b"1"}) if is_one else None
        return None

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe the device, and ask it for its whole status."""
        prefix = _prefix(group)
        identity = parts.get(IDENTITY, b"").decode(errors="replace") or prefix
        pressed = frozenset(key.removeprefix(_PRESSED) for key in parts if key.startswith(_PRESSED))
        if parts.get(COMPONENTS):
            components = read_components(parse_object(parts[COMPONENTS]))
        else:
            seen = {key.removeprefix(_SEEN): part for key, part in parts.items() if key.startswith(_SEEN)}
            components = read_components({name: part.decode(errors="replace").split() for name, part in seen.items()})
        sorts = {sort[0] for sort in map(sort_of, components) if sort is not None}
        asked = () if "devicepower" in sorts else (call(prefix, "Shelly.GetStatus"),)
        if not components and not pressed:
            return Announcement(topics=(answers_to(prefix),), questions=asked)
        found = list(entities_of(prefix, components, pressed))
        entities, unserved = first_of_each(
            (one for one in found if isinstance(one, DescribedEntity)),
            (one for one in found if isinstance(one, Unserved)),
        )
        address = hardware_address(identity.rpartition("-")[2])
        device = DescribedDevice(
            id=identity,
            name=prefix,
            entities=entities,
            model=identity.rpartition("-")[0],
            hardware=frozenset() if address is None else frozenset({address}),
            unserved=unserved,
        )
        return Announcement((device,), (answers_to(prefix),), asked, (answers_to(prefix),))


def _notified(prefix: str, parsed: dict[str, object]) -> Told | None:
    """Keep what a notification shows: all components, those of a change, or those that were pressed."""
    said = object_in(parsed.get("params"))
    parts: dict[str, bytes] = {}
    match parsed.get("method"):
        case "NotifyFullStatus":
            parts = {COMPONENTS: canonical(components_in(said))}
        case "NotifyStatus":
            parts = dict(part for component, change in said.items() if (part := _seen(component, change)) is not None)
        case "NotifyEvent":
            names = {component: sort_of(component) for component, _ in presses_in(parsed)}
            parts = {f"{_PRESSED}{name}": b"1" for name, sort in names.items() if sort and sort[0] in _PRESSED_SORTS}
        case _:
            return None
    return Told(prefix, {IDENTITY: _identity(parsed).encode()} | parts)


def _answered(prefix: str, parsed: dict[str, object]) -> Told | None:
    """Keep what the answer to a question for the whole status shows; the answer to an order shows nothing."""
    components = components_in(object_in(parsed.get("result")))
    if not components:
        return None
    return Told(prefix, {IDENTITY: _identity(parsed).encode(), COMPONENTS: canonical(components)})


def _seen(component: str, change: object) -> tuple[str, bytes] | None:
    """Return what a change alone shows of a component, the same however much of it has changed."""
    sort = sort_of(component)
    if sort is None or sort[0] not in _SHOWN_BY_CHANGES or not isinstance(change, dict):
        return None
    if sort[0] != "input":
        return f"{_SEEN}{component}", b"1"
    keys = keys_in("input", change)
    return (f"{_SEEN}{component}", keys[0].encode()) if keys else None


def _identity(parsed: dict[str, object]) -> str:
    identity = exact_in(parsed.get("src"))
    if not _IDENTITY.fullmatch(identity):
        raise UnreadableMessage("no name of a Shelly")
    return identity


def _prefix(prefix: str) -> str:
    if len(prefix) > _LONGEST_PREFIX or not is_safe_topic(prefix, ()):
        raise UnreadableMessage("not a prefix of topics")
    return prefix
