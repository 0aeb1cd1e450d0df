"""One file that says how a bridge is, for somebody who helps: fit to be given away.

Nothing is in it that was not let in: of the configuration the keys that are named here, else a dot in place of each
text. In sentences of ours, what names people, places and secrets is blotted out. Never a token, a payload, or a name of
a person; names of devices, their rooms and topics only where the owner wants them there.
"""

import asyncio
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from bridge import __version__
from bridge.dashboard.exposition import Family
from bridge.dashboard.held_back import held_back
from bridge.dashboard.standing import Sources
from bridge.desk.desk import Desk
from bridge.desk.requests import ListAnnounced, ListDevices, ListGrants, ListUsers
from bridge.desk.rows import AnnouncedRow, DeviceRow, GrantRow, UserRow
from bridge.ifttt.ingredients import iso_time
from bridge.settings import Secret, Settings

BLOT: Final = "…"
SHOWN: Final = frozenset(
    {
        *("kind", "level", "format", "changed_while_away", "protocol", "accept", "timeline_start", "notify"),
        *("payload_schema", "discovery", "unit"),
    }
)
"""Keys whose texts are words of ours."""

NAMED: Final = frozenset(
    {
        *(
            "id",
            "name",
            "room",
            "state_topic",
            "command_topic",
            "availability_topic",
            "battery_topic",
            "position_topic",
        ),
        *("set_position_topic", "topic", "slug", "homeassistant_prefix", "zigbee2mqtt_bases", "homie_prefixes"),
        *("shelly_prefixes",),
    }
)
"""Keys whose texts name devices: shown where the owner wants it."""

_OF_DEVICES: Final = frozenset({"devices", "custom_events", "mqtt"})
_MANY: Final = frozenset({"devices", "custom_events"})
"""Sections of many tables: what is blotted out there is left out."""

_LEAST_WORD: Final = 2
_LONG_WORD: Final = 8


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Writes it. `settings`: those in force."""

    desk: Desk
    sources: Sources
    families: Iterable[Family]
    settings: Callable[[], Settings]
    clock_ms: Callable[[], int]

    async def __call__(self, *, names: bool) -> bytes:
        """Return the file. `names`: whether devices, rooms and topics may be named."""
        settings, sources = self.settings(), self.sources
        known = _Known(
            cast("list[UserRow]", await self.desk.ask(ListUsers())),
            cast("list[GrantRow]", await self.desk.ask(ListGrants(None))),
            cast("list[DeviceRow]", await self.desk.ask(ListDevices(None))),
            cast("list[AnnouncedRow]", await self.desk.ask(ListAnnounced(waiting=False))),
        )
        found = {
            "made_at": iso_time(self.clock_ms()),
            "version": __version__,
            "python": platform.python_version(),
            "machine": {"system": platform.system(), "release": platform.release(), "kind": platform.machine()},
            "health": {"parts": sources.health.report(), "notes": sources.notes()},
            "held_back": self._held_back(),
            "not_understood": self._not_understood(names=names),
            "figures": {name: value for family in self.families for name, value in _figures(family)},
        }
        return await asyncio.to_thread(_written, found, settings, known, names=names)  # long where devices are many

    def _held_back(self) -> list[dict[str, object]]:
        rows = held_back(self.sources.readings, self.sources.refused_sign_ins())
        return [{"what": row.what, "why": row.why, "count": row.count} for row in rows]

    def _not_understood(self, *, names: bool) -> object:
        found = self.sources.misunderstood()
        if names:
            return [{"topic": topic, "why": why} for _, topic, why in found]
        return dict(Counter(why for _, _, why in found))


@dataclass(frozen=True, slots=True)
class _Known:
    """Who and what there is."""

    users: Sequence[UserRow]
    grants: Sequence[GrantRow]
    devices: Sequence[DeviceRow]
    announced: Sequence[AnnouncedRow]


def _written(found: dict[str, Any], settings: Settings, known: _Known, *, names: bool) -> bytes:
    blotted, health = Blotter(_words(settings, known, names=names)), found["health"]
    found["health"] = {
        "parts": {name: blotted(trouble) or "works" for name, trouble in health["parts"].items()},
        "notes": [blotted(note) for note in health["notes"]],
    }
    found["counts"] = _counts(known)
    found["configuration"] = _section("", settings, names=names, within="")
    if names:
        found["devices"] = [_named(device) for device in known.devices]
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


class Blotter:
    """Blots words out of sentences, the longest first."""

    def __init__(self, words: Iterable[str]) -> None:
        kept = sorted({word for word in words if len(word) >= _LEAST_WORD}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_anywhere, kept)), re.IGNORECASE) if kept else None

    def __call__(self, text: str) -> str:
        """Return a sentence without them."""
        return text if self._pattern is None else self._pattern.sub(BLOT, text)


def _anywhere(word: str) -> str:
    """Return a pattern that finds a word: a short one, which many others hold, only where it stands alone."""
    return re.escape(word) if len(word) >= _LONG_WORD else rf"(?<!\w){re.escape(word)}(?!\w)"


def _words(settings: Settings, known: _Known, *, names: bool) -> Iterator[str]:
    """Yield all that a sentence of ours may not repeat."""
    for user in known.users:
        yield from (user.name, user.id)
    for name, text in _texts("", settings, within=""):
        if name not in SHOWN and not (names and name in NAMED):
            yield text
            yield from text.replace("://", " ").replace("/", " ").split() if name == "url" else ()
    yield from (settings.mqtt.url.host, str(settings.storage.path.parent))
    if not names:
        for device in known.devices:
            yield from (device.id, device.name, device.device, device.room, *device.topics)
        for each in known.announced:
            yield from (each.id, each.name, each.source_id, each.room)


def _texts(name: str, value: object, *, within: str) -> Iterator[tuple[str, str]]:
    """Yield every text of the configuration with the key that it stands under, secrets too."""
    match value:
        case Secret():
            yield "secret", value.get_secret_value()
        case str() | Path() | IPv4Network() | IPv6Network():
            yield name, str(value)
        case tuple():
            for each in value:
                yield from _texts(name, each, within=within)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for each in fields(value):
                yield from _texts(each.name, getattr(value, each.name), within=name)
        case _:
            return


def _section(name: str, value: object, *, names: bool, within: str) -> object:
    """Return a part of the configuration with a dot for each text that is nobody else's business."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            shown = name in SHOWN or (names and name in NAMED and within in _OF_DEVICES) or not value
            return value if shown else BLOT
        case tuple():
            return [_section(name, each, names=names, within=within or name) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {
                each.name: _section(each.name, getattr(value, each.name), names=names, within=within or each.name)
                for each in fields(value)
            }
            return {key: part for key, part in parts.items() if part != BLOT} if within in _MANY else parts
        case _:
            return BLOT


def _counts(known: _Known) -> Mapping[str, object]:
    return {
        "people": len(known.users),
        "owners": sum(user.owner for user in known.users),
        "connections": dict(Counter(grant.state for grant in known.grants)),
        "devices_by_kind": dict(Counter(device.kind for device in known.devices)),
        "hidden": sum(not device.exposed for device in known.devices),
        "announced_by_convention": dict(Counter(each.source for each in known.announced)),
        "waiting": sum(each.home is None for each in known.announced),
    }


def _named(device: DeviceRow) -> Mapping[str, object]:
    return {"id": device.id, "name": device.name, "room": device.room, "kind": device.kind, "topics": device.topics}


def _figures(family: Family) -> Iterator[tuple[str, float]]:
    for ending, labels, value in family.read():
        said = ",".join(f"{name}={text}" for name, text in labels.items())
        yield f"{family.name}{ending}" + (f"{{{said}}}" if said else ""), value
