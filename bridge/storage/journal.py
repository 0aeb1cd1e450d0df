"""Writing what has happened, one transaction per batch, and loading where the last one ended.

A batch goes in as few statements, each of many rows (rows.py): a saturated event loop otherwise starves the writer's
thread, which needs the interpreter once per statement.
"""

import sqlite3
from dataclasses import dataclass

import msgspec

from bridge.devices.clock_set import latest_ms
from bridge.devices.deadlines import Deadline
from bridge.devices.last_known import EntityState
from bridge.storage.database import Database
from bridge.storage.deadlines import change_deadlines, deadlines_of
from bridge.storage.descriptions import change_descriptions
from bridge.storage.entities import states_of
from bridge.storage.readings import add_readings
from bridge.storage.rows import Rows
from bridge.storage.settings import DELIVERIES_LOST
from bridge.timeline.batch import Batch, Delivery, ToldMove
from bridge.timeline.entry import Entry

_INSERT_EVENTS = Rows(
    "INSERT INTO events (seq, id, home, device, entity, kind, recorded_at_ms, device_time_ms, before, after, "
    "ingredients, offered, reason, arrived)",
    columns=14,
)
_REPLACE_STATES = Rows(
    """
INSERT INTO entity_states (entity, value, brightness, since_ms, presses, position, fired, offered_ms,
    pending_value, pending_since_ms, pending_first_ms, color, color_temp, stamps, parts, fading_since_ms, fading_heard,
    heard_ms, lost, held_ms, online_ms)
""",
    columns=21,
    then="""
ON CONFLICT (entity) DO UPDATE SET value = excluded.value, brightness = excluded.brightness,
    since_ms = excluded.since_ms, presses = excluded.presses, position = excluded.position, fired = excluded.fired,
    offered_ms = excluded.offered_ms, pending_value = excluded.pending_value,
    pending_since_ms = excluded.pending_since_ms, pending_first_ms = excluded.pending_first_ms,
    color = excluded.color, color_temp = excluded.color_temp, stamps = excluded.stamps, parts = excluded.parts,
    fading_since_ms = excluded.fading_since_ms, fading_heard = excluded.fading_heard, heard_ms = excluded.heard_ms,
    lost = excluded.lost, held_ms = excluded.held_ms, online_ms = excluded.online_ms
""",
)
_REPLACE_DELIVERIES = Rows(
    "INSERT INTO deliveries (slot, number, packet_id, digest)",
    columns=4,
    then="""
ON CONFLICT (slot) DO UPDATE SET number = excluded.number, packet_id = excluded.packet_id, digest = excluded.digest
""",
)
_MOVE_TOLD = """
UPDATE trigger_identities SET told_seq = max(told_seq, moved.seq)
FROM (
    SELECT json_extract(value, '$[0]') AS seq, json_extract(value, '$[1]') AS client,
        json_extract(value, '$[2]') AS user, json_extract(value, '$[3]') AS identity
    FROM json_each(?)
) AS moved
WHERE trigger_identities.client = moved.client AND trigger_identities.user = moved.user
    AND trigger_identities.identity = moved.identity
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the last run ended. `deliveries_lost`: not all of them are known, since a copy was put back."""

    next_seq: int
    states: dict[str, EntityState]
    deliveries: tuple[Delivery, ...]
    deadlines: tuple[Deadline, ...] = ()
    deliveries_lost: bool = False

    @property
    def latest_ms(self) -> int:
        """The latest instant that any of it speaks of (epoch), 0 where there is none."""
        opened = (deadline.opened_at_ms for deadline in self.deadlines)
        return max((*map(latest_ms, self.states.values()), *opened), default=0)


class Journal:
    """The writer of batches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Loaded:
        """Read the state of things as committed last."""
        return await self._database.read(_load)

    async def commit(self, batch: Batch) -> None:
        """Write a batch, all or nothing. Raises StorageUnavailable."""
        await self._database.write(lambda connection: _commit(connection, batch))


def move_told(connection: sqlite3.Connection, moves: tuple[ToldMove, ...]) -> None:
    """Note what has been told. Never moves backwards."""
    rows = [(move.told_seq, move.client, move.user, move.identity) for move in moves]
    connection.execute(_MOVE_TOLD, (msgspec.json.encode(rows).decode(),))


def _commit(connection: sqlite3.Connection, batch: Batch) -> None:
    if batch.forget_deliveries:
        connection.execute("DELETE FROM deliveries")
    if batch.entries:
        _INSERT_EVENTS.write(connection, [_event_row(entry) for entry in batch.entries])
    if batch.states:
        _REPLACE_STATES.write(connection, [_state_row(*item) for item in batch.states.items()])
    if batch.deliveries:
        deliveries = [(each.slot, each.number, each.packet_id, each.digest) for each in batch.deliveries]
        _REPLACE_DELIVERIES.write(connection, deliveries)
    if batch.deadlines:
        change_deadlines(connection, batch.deadlines)
    if batch.readings:
        add_readings(connection, batch.readings)
    if batch.descriptions:
        change_descriptions(connection, batch.descriptions)
    if batch.told:
        move_told(connection, batch.told)


def _event_row(entry: Entry) -> tuple[object, ...]:
    event = entry.event
    return (
        entry.seq,
        entry.id,
        event.home,
        event.device,
        event.entity,
        event.kind,
        entry.recorded_at_ms,
        event.device_time_ms,
        event.before,
        event.after,
        msgspec.json.encode(event.ingredients).decode(),
        int(entry.offered),
        event.reason,
        entry.arrived,
    )


def _state_row(entity: str, state: EntityState) -> tuple[object, ...]:
    pending = state.pending
    held = (None, None, None) if pending is None else (pending.value, pending.since_ms, pending.first_ms)
    presses, fired = " ".join(state.presses), " ".join(state.fired)
    said = (entity, state.value, state.brightness, state.since_ms, presses, state.position)
    colors = (state.color, state.color_temp)
    timed = state.over_time
    fading = (None, None) if timed.fading is None else (timed.fading.since_ms, int(timed.fading.heard))
    texts = (_texts(state.stamps), _texts(state.parts))
    over_time = (timed.heard_ms, timed.lost, timed.held_ms, timed.online_ms)
    return (*said, fired, state.offered_ms, *held, *colors, *texts, *fading, *over_time)


def _texts(texts: tuple[str, ...]) -> str:
    return msgspec.json.encode(texts).decode() if texts else "[]"


def _load(connection: sqlite3.Connection) -> Loaded:
    sequence = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    deliveries = connection.execute("SELECT slot, number, packet_id, digest FROM deliveries ORDER BY number")
    lost = connection.execute("SELECT value FROM settings WHERE name = ?", (DELIVERIES_LOST,)).fetchone()
    return Loaded(
        next_seq=(sequence[0] if sequence else 0) + 1,
        states=states_of(connection),
        deliveries=tuple(Delivery(*row) for row in deliveries),
        deadlines=deadlines_of(connection),
        deliveries_lost=lost is not None and lost[0] == "1",
    )
