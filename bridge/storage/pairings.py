"""Which devices have announced themselves, and which of them were accepted into a home, with ids that never change.

Knows nothing of conventions: a device is what its source calls it, and how it described itself last.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.devices.described import DescribedDevice
from bridge.devices.entity import EntityKind
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import PairedEntity, Pairing, gateways_of
from bridge.errors import AccountError
from bridge.storage.database import Database

ID_BYTES: Final = 8

_DEVICES: Final = """
SELECT id, source, source_id, home, name, model, room, discovered_at_ms, accepted_at_ms FROM devices
ORDER BY source, source_id
"""
_DISCOVER: Final = """
INSERT INTO devices (id, source, source_id, home, name, model, room, discovered_at_ms, accepted_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_ENTITY: Final = "INSERT INTO device_entities (id, device, source_id) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class KeptDevice:
    """A device as it is kept. `home` None: it is discovered, and nothing more. `entities`: by their ids there."""

    id: str
    key: DeviceKey
    home: str | None
    name: str
    model: str
    room: str
    discovered_at_ms: int
    accepted_at_ms: int | None
    entities: Mapping[str, PairedEntity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Met:
    """What is kept after devices have described themselves. `discovered` and `accepted`: the ids of new ones."""

    devices: Mapping[DeviceKey, KeptDevice]
    discovered: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


class Pairings:
    """The register of devices that announce themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[DeviceKey, KeptDevice]:
        """Return all of them, by source and id there."""
        return await self._database.read(_all)

    async def meet(
        self,
        described: Mapping[DeviceKey, DescribedDevice],
        replaced: Mapping[DeviceKey, DeviceKey],
        *,
        into: str | None,
        now_ms: int,
    ) -> Met:
        """Write down how devices describe themselves now.

        `replaced`: devices that another source describes better, each with that one: it takes their place. `into`: the
        home that accepts whatever is new, None if that is for a person to decide.
        """
        return await self._database.write(lambda connection: _meet(connection, described, replaced, into, now_ms))

    async def accept(self, device: str, home: str, *, now_ms: int) -> None:
        """Accept a device into a home. Raises AccountError where it cannot be."""

        def unit(connection: sqlite3.Connection) -> None:
            known = _find(connection, device)
            if known is not None and known != home:
                raise AccountError(f"the device {device!r} is in another home; remove it there first")
            if connection.execute("SELECT 1 FROM homes WHERE id = ?", (home,)).fetchone() is None:
                raise AccountError(f"there is no home {home!r} in the configuration")
            connection.execute(
                "UPDATE devices SET home = ?, accepted_at_ms = ? WHERE id = ? AND home IS NULL", (home, now_ms, device)
            )

        await self._database.write(unit)

    async def remove(self, device: str) -> None:
        """Forget a device, and erase what belongs to it. It is discovered again if it announces itself again.

        Raises AccountError if there is none.
        """

        def unit(connection: sqlite3.Connection) -> None:
            _find(connection, device)
            _erase(connection, device)

        await self._database.write(unit)

    async def correct(self, entity: str, kind: EntityKind | None) -> None:
        """Say what something is that its source does not tell, None for what it is described as."""
        await self._database.write(
            lambda connection: connection.execute("UPDATE device_entities SET kind = ? WHERE id = ?", (kind, entity))
        )


def pairings_of(
    kept: Mapping[DeviceKey, KeptDevice], described: Mapping[DeviceKey, DescribedDevice]
) -> dict[DeviceKey, Pairing]:
    """Return what is paired: what was accepted, and the gateways that it speaks through, in its home."""
    accepted = {key: device.home for key, device in kept.items() if device.home is not None}
    found = {key: Pairing(kept[key].id, home, kept[key].entities) for key, home in accepted.items()}
    for key in gateways_of(described, accepted) - accepted.keys():
        if key in kept:
            home = next(home for other, home in accepted.items() if (other[0], _via(described, other)) == key)
            found[key] = Pairing(kept[key].id, home, kept[key].entities, accepted=False)
    return found


def _via(described: Mapping[DeviceKey, DescribedDevice], key: DeviceKey) -> str:
    return described[key].via if key in described else ""


def _all(connection: sqlite3.Connection) -> dict[DeviceKey, KeptDevice]:
    entities: dict[str, dict[str, PairedEntity]] = {}
    for identity, device, source_id, kind in connection.execute(
        "SELECT id, device, source_id, kind FROM device_entities ORDER BY device, source_id"
    ):
        paired = PairedEntity(identity, None if kind is None else EntityKind(kind))
        entities.setdefault(device, {})[source_id] = paired
    return {
        (row[1], row[2]): KeptDevice(row[0], (row[1], row[2]), *row[3:], entities=entities.get(row[0], {}))
        for row in connection.execute(_DEVICES)
    }


def _meet(
    connection: sqlite3.Connection,
    described: Mapping[DeviceKey, DescribedDevice],
    replaced: Mapping[DeviceKey, DeviceKey],
    into: str | None,
    now_ms: int,
) -> Met:
    kept = _all(connection)
    for old, new in replaced.items():
        if old in kept and kept[old].home is not None and new in described:
            _hand_over(connection, kept[old], new, kept.get(new), described[new])
    kept = _all(connection)
    discovered = [
        _discover(connection, key, device, into, now_ms) for key, device in described.items() if key not in kept
    ]
    _describe(connection, kept, described)
    _forget_strangers(connection, kept, described)
    _name_entities(connection, described)
    return Met(_all(connection), tuple(discovered), tuple(discovered) if into is not None else ())


def _discover(
    connection: sqlite3.Connection, key: DeviceKey, device: DescribedDevice, into: str | None, now_ms: int
) -> str:
    identity = f"d_{secrets.token_hex(ID_BYTES)}"
    accepted_at_ms = None if into is None else now_ms
    connection.execute(
        _DISCOVER, (identity, *key, into, device.name, device.model, device.room, now_ms, accepted_at_ms)
    )
    return identity


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
    gone = [(device.id,) for key, device in kept.items() if device.home is None and key not in described]
    connection.executemany("DELETE FROM devices WHERE id = ?", gone)


def _name_entities(connection: sqlite3.Connection, described: Mapping[DeviceKey, DescribedDevice]) -> None:
    """Give permanent ids to what accepted devices do, and the gateways that they speak through."""
    kept = _all(connection)
    accepted = {key for key, device in kept.items() if device.home is not None}
    new = [
        (f"e_{secrets.token_hex(ID_BYTES)}", kept[key].id, entity.id)
        for key in sorted(accepted | gateways_of(described, accepted))
        if key in kept and key in described
        for entity in described[key].entities
        if entity.id not in kept[key].entities
    ]
    connection.executemany(_ADD_ENTITY, new)


def _hand_over(
    connection: sqlite3.Connection, old: KeptDevice, key: DeviceKey, taken: KeptDevice | None, new: DescribedDevice
) -> None:
    """Let a device be known by what another source calls it: its ids, and with them Applets, stay.

    Its entities are found again by their kind, in order. Where both were accepted already, both stay what they are.
    """
    if taken is not None and taken.home is not None:
        return
    if taken is not None:
        connection.execute("DELETE FROM devices WHERE id = ?", (taken.id,))
    connection.execute("UPDATE devices SET source = ?, source_id = ? WHERE id = ?", (*key, old.id))
    connection.execute("UPDATE device_entities SET source_id = '~' || id WHERE device = ?", (old.id,))
    kinds = dict(connection.execute("SELECT id, kind FROM entities WHERE device = ?", (old.id,)).fetchall())
    left = [paired.id for _, paired in sorted(old.entities.items())]
    for entity in new.entities:
        match = next((identity for identity in left if kinds.get(identity) == entity.kind), None)
        if match is not None:
            left.remove(match)
            connection.execute("UPDATE device_entities SET source_id = ? WHERE id = ?", (entity.id, match))
    connection.executemany("DELETE FROM device_entities WHERE id = ?", [(identity,) for identity in left])


def _find(connection: sqlite3.Connection, device: str) -> str | None:
    """Return the home of a device, None if it was not accepted. Raises AccountError if there is none."""
    row = connection.execute("SELECT home FROM devices WHERE id = ?", (device,)).fetchone()
    if row is None:
        raise AccountError(
            f"no device {device!r} has announced itself; `ifttt-bridge device list --discovered` tells who has"
        )
    return None if row[0] is None else str(row[0])


def _erase(connection: sqlite3.Connection, device: str) -> None:
    entities = "SELECT id FROM entities WHERE device = :device"
    for table in ("entity_states", "readings", "deadlines", "commands"):
        connection.execute(f"DELETE FROM {table} WHERE entity IN ({entities})", {"device": device})  # noqa: S608 -- constants only
    connection.execute("DELETE FROM events WHERE device = :device", {"device": device})
    connection.execute("DELETE FROM entities WHERE device = :device", {"device": device})
    connection.execute("DELETE FROM devices WHERE id = :device", {"device": device})
