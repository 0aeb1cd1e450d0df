"""Erasing what is old, a little at a time, and how much room the database takes.

A bite is one short transaction. It is not synced: what a power cut undoes is erased again. So no event waits for a disk
because of it.
"""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.events import BUTTON
from bridge.storage.database import Database
from bridge.storage.events import newest_seq
from bridge.timeline.retention import KEPT_OF_EACH, Size

CHUNK: Final = 8
"""So many rows are looked at before the clock is."""

_DUE: Final = f"""
SELECT seq, kind, NOT offered OR {KEPT_OF_EACH} = (
    SELECT count(*) FROM (
        SELECT 1 FROM events AS newer INDEXED BY events_entity_kind
        WHERE newer.entity = old.entity AND newer.kind = old.kind AND newer.offered = 1 AND newer.seq > old.seq
        LIMIT {KEPT_OF_EACH})),
kind >= '{BUTTON}.' AND kind < '{BUTTON}/' AND {KEPT_OF_EACH} = (
    SELECT count(*) FROM (
        SELECT 1 FROM events AS newer INDEXED BY events_entity_press
        WHERE newer.entity = old.entity AND newer.kind >= '{BUTTON}.' AND newer.kind < '{BUTTON}/'
        AND newer.offered = 1 AND newer.seq > old.seq
        LIMIT {KEPT_OF_EACH}))
FROM events AS old WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT {CHUNK}
"""  # noqa: S608 -- constants only
_ERASE: Final = "DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?))"
_HORIZON: Final = "SELECT coalesce(max(seq), 0) FROM run_marks WHERE run_ms <= ?"


@dataclass(frozen=True, slots=True)
class Bite:
    """What came of one: everything up to `up_to` has been looked at, of which so many are gone."""

    up_to: int
    erased: int


class Erasures:
    """Lets go of what is old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def waits(self) -> bool:
        """Whether others are writing or about to."""
        return self._database.writing > 0

    async def mark(self, run_ms: int, *, every_ms: int, keep_ms: int) -> int:
        """Note how far the timeline has come, unless that was noted lately; return up to where it is old enough to go.

        Marks that say nothing any more are dropped.
        """
        return await self._database.write(lambda connection: _mark(connection, run_ms, every_ms, keep_ms))

    async def bite(self, after: int, up_to: int, *, for_s: float) -> Bite:
        """Erase for about so many seconds what may go behind one sequence number, up to another."""
        return await self._database.write(lambda connection: _bite(connection, after, up_to, for_s), durable=False)

    async def shrink(self, pages: int) -> None:
        """Give so many empty pages back to the disk."""
        await self._database.write(
            lambda connection: connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall(), durable=False
        )

    async def size(self) -> Size:
        """Return what the database takes."""
        return await self._database.read(_size)


def _mark(connection: sqlite3.Connection, run_ms: int, every_ms: int, keep_ms: int) -> int:
    latest = connection.execute("SELECT max(run_ms) FROM run_marks").fetchone()[0]
    if latest is None or run_ms - latest >= every_ms:
        connection.execute("INSERT INTO run_marks (run_ms, seq) VALUES (?, ?)", (run_ms, newest_seq(connection)))
    horizon: int = connection.execute(_HORIZON, (run_ms - keep_ms,)).fetchone()[0]
    connection.execute("DELETE FROM run_marks WHERE seq < ?", (horizon,))
    return horizon


def _bite(connection: sqlite3.Connection, after: int, up_to: int, for_s: float) -> Bite:
    until, erased, words = time.monotonic() + for_s, 0, _Words(connection)
    while after < up_to:
        rows = connection.execute(_DUE, (after, up_to)).fetchall()
        due = [
            seq
            for seq, kind, outnumbered, outnumbered_in_family in rows
            if outnumbered or (outnumbered_in_family and not words.may_be_asked_for(kind))
        ]
        if due:
            connection.execute(_ERASE, (msgspec.json.encode(due).decode(),))
            erased += len(due)
        after = rows[-1][0] if len(rows) == CHUNK else up_to
        if time.monotonic() >= until:
            break
    return Bite(after, erased)


class _Words:
    """The words of buttons for which a trigger can ask by themselves. A button may say ever new ones, such as numbers:
    if the newest of each stayed, it would fill the disk.
    """  # noqa: D205 -- one sentence

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._found: frozenset[str] | None = None

    def may_be_asked_for(self, kind: str) -> bool:
        """Tell whether presses of a kind have a timeline of their own."""
        if self._found is None:
            self._found = frozenset(self._words())
        return kind.removeprefix(f"{BUTTON}.") in self._found

    def _words(self) -> Iterator[str]:
        yield from STANDARD_PRESSES
        for (presses,) in self._connection.execute("SELECT presses FROM entity_states WHERE presses <> ''"):
            yield from presses.split()
        for (fields,) in self._connection.execute("SELECT DISTINCT fields FROM trigger_identities"):
            yield from msgspec.json.decode(fields, type=dict[str, str]).values()


def _size(connection: sqlite3.Connection) -> Size:
    (page,), (pages,), (free,), (vacuum,), (_, _, file) = (
        connection.execute(f"PRAGMA {name}").fetchone()
        for name in ("page_size", "page_count", "freelist_count", "auto_vacuum", "database_list")
    )
    journal = Path(f"{file}-wal")
    written = journal.stat().st_size if journal.exists() else 0
    return Size((pages - free) * page, free * page, written, shrinkable=vacuum == _INCREMENTAL)


_INCREMENTAL: Final = 2
"""What SQLite calls a file whose empty pages can be given back bit by bit."""
