"""Writing down how devices describe themselves now: new ones are discovered, accepted ones keep their ids, strangers
that are gone are forgotten.
"""  # noqa: D205 -- one sentence

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.devices.described import DescribedDevice
from bridge.devices.merging import DeviceKey
from bridge.storage.database import Database
from bridge.storage.pairings import (
    DEVICE_PREFIX,
    ENTITY_PREFIX,
    MAX_ACCEPTED,
    KeptDevice,
    count_accepted,
    erase_entities,
    homes_of,
    kept_devices,
    new_id,
)

MAX_KNOWN_ENTITIES: Final = 1024
"""So many things that one device ever did keep their ids. Whoever describes others all the time loses the old ones."""

_DISCOVER: Final = """
INSERT INTO devices (id, source, source_id, name, model, room, discovered_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_ACCEPT: Final = "UPDATE devices SET home = ?, accepted_at_ms = ? WHERE id = ? AND home IS NULL"
_NAME: Final = """
INSERT INTO device_entities (id, device, source_id, told_kind, unit) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device, source_id) DO UPDATE SET told_kind = excluded.told_kind, unit = excluded.unit
"""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Into which home whatever is new is accepted; `waiting`: so is what waits, unless a person removed it."""

    home: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """What is kept after devices have described themselves. `discovered` and `accepted`: the ids of new ones."""

    devices: Mapping[DeviceKey, KeptDevice]
    discovered: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


class Meetings:
    """Where devices describe themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meet(
        self,
        described: Mapping[DeviceKey, DescribedDevice],
        replaced: Mapping[DeviceKey, DeviceKey],
        welcome: Welcome | None,
        *,
        now_ms: int,
    ) -> Met:
        """Write down how devices describe themselves now.

        `replaced`: devices that another source describes better, each with that one, which takes over their ids.
        `welcome` None: it is for a person to decide what is accepted.
        """
        return await self._database.write(lambda connection: _meet(connection, described, replaced, welcome, now_ms))


def _meet(
    connection: sqlite3.Connection,
    described: Mapping[DeviceKey, DescribedDevice],
    replaced: Mapping[DeviceKey, DeviceKey],
    welcome: Welcome | None,
    now_ms: int,
) -> Met:
    kept = kept_devices(connection)
    for old, new in replaced.items():
        if old in kept and kept[old].home is not None and new in described:
            _hand_over(connection, kept[old], new, kept.get(new), described[new])
            kept = kept_devices(connection)
    discovered = [_discover(connection, key, device, now_ms) for key, device in described.items() if key not in kept]
    _describe(connection, kept, described)
    _forget_strangers(connection, kept, described)
    accepted: list[str] = []
    if welcome is not None:
        waiting = [kept[key].id for key in described if key in kept and not kept[key].declined and not kept[key].home]
        accepted = _accept(connection, [*(waiting if welcome.waiting else ()), *discovered], welcome.home, now_ms)
    _name_entities(connection, described)
    return Met(kept_devices(connection), tuple(discovered), tuple(accepted))


def _discover(connection: sqlite3.Connection, key: DeviceKey, device: DescribedDevice, now_ms: int) -> str:
    identity = new_id(DEVICE_PREFIX)
    connection.execute(_DISCOVER, (identity, *key, device.name, device.model, device.room, now_ms))
    return identity


def _accept(connection: sqlite3.Connection, devices: Sequence[str], home: str, now_ms: int) -> list[str]:
    """Accept devices while there is room for them, and return which were."""
    accepted = list(devices[: max(0, MAX_ACCEPTED - count_accepted(connection))])
    connection.executemany(_ACCEPT, [(home, now_ms, device) for device in accepted])
    return accepted


def _describe(
    connection: sqlite3.Connection, kept: Mapping[DeviceKey, KeptDevice], described: Mapping[DeviceKey, DescribedDevice]
) -> None:
    changed = [
        (device.name, device.model, device.room, known.id)
        for key, device in described.items()
        if (known := kept.get(key)) is not None
        and (known.name, known.model, known.room) != (device.name, device.model, device.room)
    ]
    connection.executemany("UPDATE devices SET name = ?, model = ?, room = ? WHERE id = ?", changed)


def _forget_strangers(
    connection: sqlite3.Connection, kept: Mapping[DeviceKey, KeptDevice], described: Mapping[DeviceKey, DescribedDevice]
) -> None:
    """Forget those that nobody accepted and that are gone: anybody may announce anything."""
    for key, device in kept.items():
        if device.home is None and key not in described:
            erase_entities(connection, [paired.id for paired in device.entities.values()])
            connection.execute("DELETE FROM devices WHERE id = ?", (device.id,))


def _name_entities(connection: sqlite3.Connection, described: Mapping[DeviceKey, DescribedDevice]) -> None:
    """Give permanent ids to what accepted devices do, and the gateways that they speak through."""
    kept = kept_devices(connection)
    homes = homes_of(kept, described)
    _leave_other_homes(connection, {kept[key].id: home for key, home in homes.items()})
    told = {
        (device, source_id): (kind, unit)
        for device, source_id, kind, unit in connection.execute(
            "SELECT device, source_id, told_kind, unit FROM device_entities"
        )
    }
    for key in sorted(homes.keys() & described.keys()):
        device, entities = kept[key], described[key].entities
        new = [each for each in entities if told.get((device.id, each.id)) != (each.kind.value, each.unit)]
        if new:
            _make_room(connection, device, [each.id for each in entities])
            rows = [(new_id(ENTITY_PREFIX), device.id, each.id, each.kind.value, each.unit) for each in new]
            connection.executemany(_NAME, rows)


def _leave_other_homes(connection: sqlite3.Connection, homes: Mapping[str, str]) -> None:
    """Erase what devices did in other homes than theirs, as a gateway may have: no id moves between homes."""
    found = connection.execute(
        "SELECT devices.id, entities.id, entities.home FROM devices JOIN entities ON entities.device = devices.id"
    )
    foreign = [entity for device, entity, home in found if homes.get(device, home) != home]
    erase_entities(connection, foreign)
    connection.executemany("DELETE FROM device_entities WHERE id = ?", [(entity,) for entity in foreign])


def _make_room(connection: sqlite3.Connection, device: KeptDevice, present: Sequence[str]) -> None:
    """Let a device lose what it does no more, where it has described more than any device does."""
    if len(device.entities.keys() | {*present}) > MAX_KNOWN_ENTITIES:
        gone = [device.entities[source_id].id for source_id in device.entities.keys() - {*present}]
        erase_entities(connection, gone)
        connection.executemany("DELETE FROM device_entities WHERE id = ?", [(entity,) for entity in gone])


def _hand_over(
    connection: sqlite3.Connection, old: KeptDevice, key: DeviceKey, taken: KeptDevice | None, new: DescribedDevice
) -> None:
    """Let a device be known by what another source calls it: its ids, and with them Applets, stay.

    Where both were accepted already, both stay what they are.
    """
    if taken is not None and taken.home is not None:
        return
    if taken is not None:
        erase_entities(connection, [paired.id for paired in taken.entities.values()])
        connection.execute("DELETE FROM devices WHERE id = ?", (taken.id,))
    connection.execute("UPDATE devices SET source = ?, source_id = ? WHERE id = ?", (*key, old.id))
    rows = connection.execute(
        "SELECT id, told_kind, unit FROM device_entities WHERE device = ? ORDER BY source_id", (old.id,)
    ).fetchall()
    connection.execute("UPDATE device_entities SET source_id = '~' || id WHERE device = ?", (old.id,))
    for entity, source_id in _matches([(row[0], row[1:]) for row in rows], new):
        connection.execute("UPDATE device_entities SET source_id = ? WHERE id = ?", (source_id, entity))
    connection.execute("DELETE FROM device_entities WHERE device = ? AND source_id = '~' || id", (old.id,))


def _matches(old: Sequence[tuple[str, tuple[str, str]]], new: DescribedDevice) -> Iterator[tuple[str, str]]:
    """Return which entity is which at the new source: of as many of one kind and unit the first is the first.

    Where the numbers differ nobody can tell, and an Applet had better be silent than hear of something else.
    """
    ours, theirs = defaultdict[tuple[str, str], list[str]](list), defaultdict[tuple[str, str], list[str]](list)
    for entity, what in old:
        ours[what].append(entity)
    for described in sorted(new.entities, key=lambda each: each.id):
        theirs[described.kind.value, described.unit].append(described.id)
    for what, entities in ours.items():
        if len(theirs[what]) == len(entities):
            yield from zip(entities, theirs[what], strict=True)
