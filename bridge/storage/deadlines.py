"""Doors that stand open, and when somebody wants to hear of it. Written with the batch that changes them."""

import sqlite3

import msgspec

from bridge.devices.deadlines import Deadline, DeadlineChanges

_REPLACE = """
INSERT INTO deadlines (entity, minutes, opened_at_ms, due_ms, told)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), json_extract(value, '$[4]')
FROM json_each(?) WHERE true
ON CONFLICT (entity, minutes) DO UPDATE SET opened_at_ms = excluded.opened_at_ms, due_ms = excluded.due_ms,
    told = excluded.told
"""
_DROP = """
DELETE FROM deadlines WHERE (entity, minutes) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
"""


def change_deadlines(connection: sqlite3.Connection, changes: DeadlineChanges) -> None:
    """Write what has become of deadlines."""
    gone = [key for key, deadline in changes.items() if deadline is None]
    kept = [
        (deadline.entity, deadline.minutes, deadline.opened_at_ms, deadline.due_ms, int(deadline.told))
        for deadline in changes.values()
        if deadline is not None
    ]
    if gone:
        connection.execute(_DROP, (msgspec.json.encode(gone).decode(),))
    if kept:
        connection.execute(_REPLACE, (msgspec.json.encode(kept).decode(),))


def deadlines_of(connection: sqlite3.Connection) -> tuple[Deadline, ...]:
    """Read all deadlines."""
    rows = connection.execute("SELECT entity, minutes, opened_at_ms, due_ms, told FROM deadlines ORDER BY due_ms")
    return tuple(
        Deadline(entity, minutes, opened_at_ms, due_ms, bool(told))
        for entity, minutes, opened_at_ms, due_ms, told in rows
    )
