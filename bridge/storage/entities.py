"""Which entities there are and were. One that is gone keeps its row, so that its id is never somebody else's."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from bridge.devices.entity import Entity
from bridge.devices.last_known import UNTIMED, EntityState, Fading, OverTime, Pending
from bridge.storage.database import Database

# What was decided about a device holds for what it does only now, too, such as the battery of a hidden one. What is to
# be seen only now, since its device was accepted or describes it otherwise, is seen as its device is.
_KEEP = """
INSERT INTO entities (id, home, device, kind, name, room, since_seq, exposed, aside, given_name, given_room)
SELECT new.id, new.home, new.device, new.kind, new.name, new.room,
    coalesce((SELECT max(since_seq) FROM entities WHERE device = new.device), 0),
    min(new.seen, coalesce((SELECT max(exposed) FROM entities WHERE device = new.device AND NOT aside), 1)),
    NOT new.seen,
    (SELECT max(given_name) FROM entities WHERE device = new.device),
    (SELECT max(given_room) FROM entities WHERE device = new.device)
FROM (SELECT ? AS id, ? AS home, ? AS device, ? AS kind, ? AS name, ? AS room, ? AS seen) AS new
WHERE true
ON CONFLICT (id) DO UPDATE SET device = excluded.device, name = excluded.name, room = excluded.room,
    kind = excluded.kind, removed_at_ms = NULL, aside = min(aside, excluded.aside),
    exposed = CASE WHEN aside AND NOT excluded.aside THEN excluded.exposed ELSE exposed END
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


def erase_knowledge(connection: sqlite3.Connection, entities: Iterable[str]) -> None:
    """Forget how entities are: those of another kind from now on, and those that are erased."""
    rows = [(entity,) for entity in entities]
    for table in ("entity_states", "readings", "deadlines"):
        connection.executemany(f"DELETE FROM {table} WHERE entity = ?", rows)  # noqa: S608 -- constants only


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
    rows = connection.execute("SELECT id, home, device, kind, name, room, aside, removed_at_ms FROM entities")
    known = {row[0]: row[1:] for row in rows}
    foreign = [entity.id for entity in present if entity.id in known and known[entity.id][0] != entity.home]
    if foreign:
        return foreign
    gone = known.keys() - {entity.id for entity in present}
    connection.executemany(
        "UPDATE entities SET removed_at_ms = ? WHERE id = ? AND removed_at_ms IS NULL",
        [(now_ms, identity) for identity in gone if known[identity][-1] is None],
    )
    for entity in present:
        _keep_one(connection, entity, known.get(entity.id))
    return []


def _keep_one(connection: sqlite3.Connection, entity: Entity, known: tuple[Any, ...] | None) -> None:
    """Write down an entity where anything of it is new: most are as they were."""
    device = entity.device
    row = (entity.home, device.id, entity.kind.value, device.name, device.room)
    if known is not None and known[:5] == row and known[-1] is None and not (known[5] and entity.exposed):
        return
    connection.execute(_KEEP, (entity.id, *row, entity.exposed))
    if known is None:
        connection.execute(_SHARE_ALIKE, {"entity": entity.id, "device": device.id})
    elif known[2] != entity.kind.value:
        erase_knowledge(connection, [entity.id])
