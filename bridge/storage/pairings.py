"""Which devices have announced themselves, and which of them were accepted into a home, with ids that never change.

Knows nothing of conventions: a device is what its source calls it, and how it described itself last (meeting.py).
"""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bridge.devices.described import DescribedDevice
from bridge.devices.entity import EntityKind
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import PairedEntity, Pairing, gateways_of
from bridge.errors import AccountError
from bridge.storage.database import Database
from bridge.storage.entities import erase_knowledge

DEVICE_PREFIX: Final = "d_"
ENTITY_PREFIX: Final = "e_"
ID_BYTES: Final = 8

MAX_ACCEPTED: Final = 2000
"""So many devices may be accepted, those included that are silent: more than the largest home has."""

_DEVICES: Final = """
SELECT source, source_id, id, home, declined, name, model, room, given_name, given_room, discovered_at_ms,
    accepted_at_ms
FROM devices ORDER BY source, source_id
"""
_ENTITIES: Final = "SELECT device, source_id, id, kind FROM device_entities ORDER BY device, source_id"
_ACCEPT: Final = "UPDATE devices SET home = ?, declined = 0, accepted_at_ms = ? WHERE id = ? AND home IS NULL"
_BACK: Final = """
UPDATE devices SET id = ?, home = NULL, declined = 1, given_name = NULL, given_room = NULL, accepted_at_ms = NULL
WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class KeptDevice:
    """A device as it is kept. `home` None: it is discovered, and nothing more; `declined`: since a person removed it.

    `name`, `model` and `room` are its own, the given ones a person's. `entities`: by their ids at the source.
    """

    key: DeviceKey
    id: str
    home: str | None
    declined: bool
    name: str
    model: str
    room: str
    given_name: str | None
    given_room: str | None
    discovered_at_ms: int
    accepted_at_ms: int | None
    entities: Mapping[str, PairedEntity] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What people call it."""
        return self.given_name or self.name

    @property
    def placed(self) -> str:
        """The room where people say that it is."""
        return self.room if self.given_room is None else self.given_room


class Pairings:
    """The register of devices that announce themselves. How they describe themselves is written by meeting.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[DeviceKey, KeptDevice]:
        """Return all of them, by source and id there."""
        return await self._database.read(kept_devices)

    async def accept(self, device: str, home: str, *, now_ms: int) -> None:
        """Accept a device into a home. Raises AccountError where it cannot be."""

        def unit(connection: sqlite3.Connection) -> None:
            known = _home_of(connection, device)
            if known is not None and known != home:
                raise AccountError(f"the device {device!r} is in the home {known!r}; remove it there first")
            if connection.execute("SELECT 1 FROM homes WHERE id = ?", (home,)).fetchone() is None:
                raise AccountError(f"there is no home {home!r} in the configuration")
            if known is None and count_accepted(connection) >= MAX_ACCEPTED:
                raise AccountError(f"{MAX_ACCEPTED} devices are accepted; remove one that is gone")
            connection.execute(_ACCEPT, (home, now_ms, device))

        await self._database.write(unit)

    async def release(self, device: str) -> None:
        """Let a device be in no home any more: what belongs to it is still there, for `erase`. Raises AccountError."""

        def unit(connection: sqlite3.Connection) -> None:
            _home_of(connection, device)
            connection.execute("UPDATE devices SET home = NULL, declined = 1 WHERE id = ?", (device,))

        await self._database.write(unit)

    async def erase(self, device: str) -> None:
        """Erase what belongs to a device that was released. It waits under another id until a person accepts it."""

        def unit(connection: sqlite3.Connection) -> None:
            entities = connection.execute("SELECT id FROM entities WHERE device = ?", (device,)).fetchall()
            erase_entities(connection, [row[0] for row in entities])
            connection.execute("DELETE FROM events WHERE device = ?", (device,))
            connection.execute("DELETE FROM device_entities WHERE device = ?", (device,))
            connection.execute(_BACK, (new_id(DEVICE_PREFIX), device))

        await self._database.write(unit)

    async def correct(self, entity: str, kind: EntityKind | None) -> None:
        """Say what something is that its source does not tell, None for what it is described as."""
        await self._database.write(
            lambda connection: connection.execute("UPDATE device_entities SET kind = ? WHERE id = ?", (kind, entity))
        )


def pairings_of(
    kept: Mapping[DeviceKey, KeptDevice], described: Mapping[DeviceKey, DescribedDevice]
) -> dict[DeviceKey, Pairing]:
    """Return what is paired: what was accepted, and the gateways that it speaks through."""
    return {
        key: _pairing(kept[key], home, accepted=kept[key].home is not None)
        for key, home in homes_of(kept, described).items()
    }


def homes_of(
    kept: Mapping[DeviceKey, KeptDevice], described: Mapping[DeviceKey, DescribedDevice]
) -> dict[DeviceKey, str]:
    """Return the home of what is paired. A gateway that nobody accepted is in that of the first device behind it."""
    homes = {key: device.home for key, device in kept.items() if device.home is not None}
    first = sorted(homes, key=lambda key: (kept[key].accepted_at_ms or 0, kept[key].id), reverse=True)
    behind = {(key[0], described[key].via): homes[key] for key in first if key in described}
    gateways = sorted(gateways_of(described, homes) - homes.keys())
    return homes | {key: behind[key] for key in gateways if key in kept}


def _pairing(device: KeptDevice, home: str, *, accepted: bool) -> Pairing:
    names = device.given_name, device.given_room
    return Pairing(device.id, home, device.entities, *names, accepted=accepted)


def kept_devices(connection: sqlite3.Connection) -> dict[DeviceKey, KeptDevice]:
    """Read all devices, by source and id there."""
    entities: dict[str, dict[str, PairedEntity]] = {}
    for device, source_id, identity, kind in connection.execute(_ENTITIES):
        paired = PairedEntity(identity, None if kind is None else EntityKind(kind))
        entities.setdefault(device, {})[source_id] = paired
    return {(row[0], row[1]): _device(row, entities.get(row[2], {})) for row in connection.execute(_DEVICES)}


def _device(row: tuple[Any, ...], entities: Mapping[str, PairedEntity]) -> KeptDevice:
    source, source_id, identity, home, declined, name, model, room, *given, discovered_at_ms, accepted_at_ms = row
    given_name, given_room = given
    return KeptDevice(
        (source, source_id),
        identity,
        home,
        bool(declined),
        name,
        model,
        room,
        given_name,
        given_room,
        discovered_at_ms,
        accepted_at_ms,
        entities,
    )


def new_id(prefix: str) -> str:
    """Return an id that nothing ever had."""
    return f"{prefix}{secrets.token_hex(ID_BYTES)}"


def count_accepted(connection: sqlite3.Connection) -> int:
    """Count the devices that are in a home."""
    return int(connection.execute("SELECT count(*) FROM devices WHERE home IS NOT NULL").fetchone()[0])


def erase_entities(connection: sqlite3.Connection, entities: list[str]) -> None:
    """Erase entities with all that belongs to them. Their ids are random, so that none comes back."""
    erase_knowledge(connection, entities)
    rows = [(entity,) for entity in entities]
    for table in ("commands", "events"):
        connection.executemany(f"DELETE FROM {table} WHERE entity = ?", rows)  # noqa: S608 -- constants only
    connection.executemany("DELETE FROM entities WHERE id = ?", rows)


def _home_of(connection: sqlite3.Connection, device: str) -> str | None:
    """Return the home of a device, None if it is in none. Raises AccountError if there is no such device."""
    row = connection.execute("SELECT home FROM devices WHERE id = ?", (device,)).fetchone()
    if row is None:
        raise AccountError(
            f"no device {device!r} has announced itself; `ifttt-bridge device list --discovered` tells which have"
        )
    return None if row[0] is None else str(row[0])
