"""Which entities there are and were. A removed one keeps its row, so that its id is never somebody else's."""

import sqlite3
from collections.abc import Iterable

from bridge.devices.entity import Entity
from bridge.devices.last_known import EntityState, Pending
from bridge.storage.database import Database

_KEEP = """
INSERT INTO entities (id, home, device, kind, name, room, since_seq)
VALUES (?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (id) DO UPDATE SET device = excluded.device, name = excluded.name, room = excluded.room,
    kind = excluded.kind, removed_at_ms = NULL
"""


class Entities:
    """The register of entities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, entities: Iterable[Entity], *, now_ms: int) -> list[str]:
        """Write down what exists now; what is missing is marked as removed.

        Return the ids that another home owns: if there are any, nothing was written.
        """
        present = list(entities)
        return await self._database.write(lambda connection: _keep(connection, present, now_ms))

    async def states(self) -> dict[str, EntityState]:
        """Return what is known of each entity that has ever spoken, as committed last."""
        return await self._database.read(states_of)


def states_of(connection: sqlite3.Connection) -> dict[str, EntityState]:
    """Read what is known of each entity."""
    rows = connection.execute(
        "SELECT entity, value, brightness, since_ms, presses, position, fired, offered_ms, "
        "pending_value, pending_since_ms, pending_first_ms FROM entity_states"
    )
    return {
        entity: EntityState(
            value,
            brightness,
            since_ms,
            tuple(presses.split()),
            position,
            tuple(fired.split()),
            None if pending[0] is None else Pending(*pending),
            offered_ms,
        )
        for entity, value, brightness, since_ms, presses, position, fired, offered_ms, *pending in rows
    }


def _keep(connection: sqlite3.Connection, present: list[Entity], now_ms: int) -> list[str]:
    foreign = [entity.id for entity in present if _belongs_elsewhere(connection, entity)]
    if foreign:
        return foreign
    connection.execute("UPDATE entities SET removed_at_ms = ? WHERE removed_at_ms IS NULL", (now_ms,))
    for entity in present:
        device = entity.device
        row = (entity.id, entity.home, device.id, entity.kind, device.name, device.room)
        connection.execute(_KEEP, row)
    return []


def _belongs_elsewhere(connection: sqlite3.Connection, entity: Entity) -> bool:
    question = "SELECT 1 FROM entities WHERE id = ? AND home <> ?"
    return connection.execute(question, (entity.id, entity.home)).fetchone() is not None
