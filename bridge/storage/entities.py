"""Which entities there are and were. A removed one keeps its row, so that its id is never somebody else's."""

import sqlite3
from collections.abc import Iterable

import msgspec

from bridge.devices.entity import Entity
from bridge.devices.last_known import UNTIMED, EntityState, Fading, OverTime, Pending
from bridge.storage.database import Database

# What was decided about a device holds for what it does only now, too, such as the battery of a hidden one.
_KEEP = """
INSERT INTO entities (id, home, device, kind, name, room, since_seq, exposed, given_name, given_room)
SELECT new.id, new.home, new.device, new.kind, new.name, new.room,
    coalesce((SELECT max(since_seq) FROM entities WHERE device = new.device), 0),
    min(new.exposed, coalesce((SELECT max(exposed) FROM entities WHERE device = new.device), 1)),
    (SELECT max(given_name) FROM entities WHERE device = new.device),
    (SELECT max(given_room) FROM entities WHERE device = new.device)
FROM (SELECT ? AS id, ? AS home, ? AS device, ? AS kind, ? AS name, ? AS room, ? AS exposed) AS new
WHERE true
ON CONFLICT (id) DO UPDATE SET device = excluded.device, name = excluded.name, room = excluded.room,
    kind = excluded.kind, removed_at_ms = NULL
"""
_SHARE_ALIKE = """
INSERT INTO shares (user, entity, shared, since_seq)
SELECT shares.user, :entity, 0, max(shares.since_seq) FROM shares JOIN entities ON entities.id = shares.entity
WHERE entities.device = :device AND entities.id <> :entity AND NOT shares.shared GROUP BY shares.user
HAVING count(*) = (SELECT count(*) FROM entities WHERE device = :device AND id <> :entity)
ON CONFLICT DO NOTHING
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
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return {row["entity"]: _state(row) for row in cursor.execute("SELECT * FROM entity_states")}


def _state(row: sqlite3.Row) -> EntityState:
    pending = (row["pending_value"], row["pending_since_ms"], row["pending_first_ms"])
    return EntityState(
        value=row["value"],
        brightness=row["brightness"],
        since_ms=row["since_ms"],
        presses=tuple(row["presses"].split()),
        position=row["position"],
        fired=tuple(row["fired"].split()),
        pending=None if pending[0] is None else Pending(*pending),
        offered_ms=row["offered_ms"],
        color=row["color"],
        color_temp=row["color_temp"],
        stamps=msgspec.json.decode(row["stamps"], type=tuple[str, ...]),
        parts=msgspec.json.decode(row["parts"], type=tuple[str, ...]),
        over_time=_over_time(row),
    )


def _over_time(row: sqlite3.Row) -> OverTime:
    since_ms, heard = row["fading_since_ms"], bool(row["fading_heard"])
    fading = None if since_ms is None else Fading(since_ms, heard=heard)
    found = OverTime(fading, row["heard_ms"], row["lost"], row["held_ms"], row["online_ms"])
    return UNTIMED if found == UNTIMED else found


def _keep(connection: sqlite3.Connection, present: list[Entity], now_ms: int) -> list[str]:
    foreign = [entity.id for entity in present if _belongs_elsewhere(connection, entity)]
    if foreign:
        return foreign
    known = {row[0] for row in connection.execute("SELECT id FROM entities")}
    connection.execute("UPDATE entities SET removed_at_ms = ? WHERE removed_at_ms IS NULL", (now_ms,))
    for entity in present:
        device = entity.device
        row = (entity.id, entity.home, device.id, entity.kind, device.name, device.room, entity.exposed)
        connection.execute(_KEEP, row)
        if entity.id not in known:
            connection.execute(_SHARE_ALIKE, {"entity": entity.id, "device": device.id})
    return []


def _belongs_elsewhere(connection: sqlite3.Connection, entity: Entity) -> bool:
    question = "SELECT 1 FROM entities WHERE id = ? AND home <> ?"
    return connection.execute(question, (entity.id, entity.home)).fetchone() is not None
