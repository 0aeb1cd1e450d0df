"""Reading the timeline: the newest of one timeline, the history of a home, what came after a sequence number."""

import heapq
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from bridge.events import ALARM_CLEARED, ALARM_RAISED, BUTTON, Event, NotOffered, any_of
from bridge.storage.database import Database
from bridge.storage.walking import DID_HAPPEN, walked
from bridge.timeline.entry import Entry
from bridge.timeline.history import Page, Walk, Walked
from bridge.timeline.timeline import Question

_COLUMNS = """
seq, id, home, device, entity, kind, recorded_at_ms, device_time_ms, before, after, ingredients, reason
"""
GLANCE: Final = 64
"""So many of a home's newest are looked at before each thing is asked: mostly little is hidden."""

FEW: Final = 24
"""So few things are asked at once: that costs less than the glance."""

_FAMILY_INDEXES = {
    any_of(BUTTON): "press",
    any_of(ALARM_RAISED): "alarm_raised",
    any_of(ALARM_CLEARED): "alarm_cleared",
}
"""The partial index of each family, by what stands for the family in a question."""

LAST: Final = "\U0010ffff"
"""Sorts behind whatever an id may go on with."""

_LAST_OF = f"""
SELECT {_COLUMNS} FROM events WHERE seq IN (
    SELECT (SELECT max(seq) FROM events AS its INDEXED BY events_device WHERE its.device = said.value AND {DID_HAPPEN})
    FROM json_each(?) AS said
) AND home = ?
"""  # noqa: S608 -- constants only


class Events:
    """Committed entries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, question: Question) -> list[Entry]:
        """Return the offered entries that a question asks for, newest first."""
        among = question.among
        if among is not None:
            return await self._database.read(lambda connection: _newest_among(connection, question, among))
        sql, values = _newest_sql(question)
        return await self._database.read(lambda connection: _entries(connection.execute(sql, values)))

    async def history(self, page: Page) -> list[Entry]:
        """Return what happened in a home or to one of its devices, newest first; not what was hidden or held back."""
        sql, values = _history_sql(page)
        return await self._database.read(lambda connection: _entries(connection.execute(sql, values)))

    async def walk(self, walk: Walk) -> Walked:
        """Return everything in a home that a person looks for, newest first, or what a short look finds of it."""
        return await self._database.read(lambda connection: _walked(connection, walk))

    async def beginning(self, beginning: str, limit: int) -> list[Entry]:
        """Return entries whose ids begin like this, with how their messages came; of all homes, by id."""
        end = f"{beginning}{LAST}"
        sql = f"SELECT {_COLUMNS}, arrived FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"  # noqa: S608 -- constants only
        values = (beginning, end, limit)
        return await self._database.read(lambda connection: _entries(connection.execute(sql, values)))

    async def latest(self) -> list[Entry]:
        """Return the newest of all entries, with how its message came, if there is any."""
        sql = f"SELECT {_COLUMNS}, arrived FROM events ORDER BY seq DESC LIMIT 1"  # noqa: S608 -- constants only
        return await self._database.read(lambda connection: _entries(connection.execute(sql)))

    async def count(self, questions: Sequence[Question]) -> list[int]:
        """Count what each question asks for, up to its limit."""
        return await self._database.read(lambda connection: [_count(connection, each) for each in questions])

    async def last_of(self, home: str, devices: Iterable[str]) -> dict[str, Entry]:
        """Return what happened last to each of some devices of a home, for those to which anything did."""
        values = (msgspec.json.encode(list(devices)).decode(), home)
        entries = await self._database.read(lambda connection: _entries(connection.execute(_LAST_OF, values)))
        return {entry.event.device: entry for entry in entries}

    async def newest_seq(self) -> int:
        """Return the sequence number given last, 0 if none was."""
        return await self._database.read(newest_seq)

    async def after(self, seq: int, limit: int, *, home: str | None = None) -> list[Entry]:
        """Return entries behind a sequence number, oldest first; of one home, or of all for the daemon itself."""
        sql = f"SELECT {_COLUMNS} FROM events WHERE seq > ? AND (home = ? OR ? IS NULL) ORDER BY seq LIMIT ?"  # noqa: S608 -- constants only
        return await self._database.read(lambda connection: _entries(connection.execute(sql, (seq, home, home, limit))))


def newest_seq(connection: sqlite3.Connection) -> int:
    """Return the sequence number given last, 0 if none was."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return int(row[0]) if row else 0


def _newest_sql(question: Question, *, columns: str = _COLUMNS) -> tuple[str, tuple[str | int, ...]]:
    """Name the index: without statistics SQLite may walk a home's whole range to find one rare entity in it."""
    key = question.key
    scope = "home" if key.entity is None else "entity"
    family = _FAMILY_INDEXES.get(key.kind)
    conditions = ["offered = 1", "home = ?", "seq >= ?", "kind = ?" if family is None else _in_family(key.kind)]
    values: list[str | int] = [key.home, question.start_seq]
    if family is None:
        values.append(key.kind)
    if key.entity is not None:
        conditions.append("entity = ?")
        values.append(key.entity)
    index = f"events_{scope}_{family or 'kind'}"
    sql = (
        f"SELECT {columns} FROM events INDEXED BY {index} "  # noqa: S608 -- constants only
        f"WHERE {' AND '.join(conditions)} ORDER BY seq DESC LIMIT ?"
    )
    return sql, (*values, question.limit)


def _newest_among(connection: sqlite3.Connection, question: Question, among: Iterable[tuple[str, int]]) -> list[Entry]:
    newest = _seqs_among(connection, question, among)
    sql = (
        f"SELECT {_COLUMNS} FROM events WHERE home = ? AND seq IN (SELECT value FROM json_each(?)) "  # noqa: S608 -- constants only
        "ORDER BY seq DESC"
    )
    return _entries(connection.execute(sql, (question.key.home, msgspec.json.encode(newest).decode())))


def _seqs_among(connection: sqlite3.Connection, question: Question, among: Iterable[tuple[str, int]]) -> list[int]:
    """Take them from the newest of the whole home where enough of it is seen; else merge those of each thing."""
    since = dict(among)
    newest = None if len(since) <= FEW else _glanced(connection, question, since)
    return _merged(connection, question, since) if newest is None else newest


def _count(connection: sqlite3.Connection, question: Question) -> int:
    if question.among is not None:
        return len(_seqs_among(connection, question, question.among))
    sql, values = _newest_sql(question, columns="seq")
    return int(connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchone()[0])  # noqa: S608 -- constants only


def _glanced(connection: sqlite3.Connection, question: Question, since: Mapping[str, int]) -> list[int] | None:
    """Return what is seen of the newest of the whole home; None where that is not enough."""
    sql, values = _newest_sql(question._replace(limit=GLANCE), columns="seq, entity")
    rows = connection.execute(sql, values).fetchall()
    newest = [seq for seq, entity in rows if seq >= since.get(entity, seq + 1)]
    return newest[: question.limit] if len(newest) >= question.limit or len(rows) < GLANCE else None


def _merged(connection: sqlite3.Connection, question: Question, since: Mapping[str, int]) -> list[int]:
    """Merge the newest of each thing: the sequence numbers alone, which the indexes hold.

    The things come in the order of their very newest, and none is asked for what is older than enough of the others.
    """
    found: list[int] = []
    start_seq = question.start_seq
    for thing, latest in _latest(connection, question, since):
        if latest < start_seq:
            break
        begins = max(start_seq, since[thing])
        asked = Question(replace(question.key, entity=thing), begins, question.limit)
        sql, values = _newest_sql(asked, columns="seq")
        found += (seq for (seq,) in connection.execute(sql, values))
        if len(found) >= question.limit:
            found = heapq.nlargest(question.limit, found)
            start_seq = found[-1]
    return heapq.nlargest(question.limit, found)


def _latest(connection: sqlite3.Connection, question: Question, since: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the things of which there is anything, each with its newest, in that order; only as many as can matter."""
    one, values = _newest_sql(question._replace(key=replace(question.key, entity=""), limit=1), columns="seq")
    one = one.replace("entity = ?", "entity = said.key AND seq >= said.value")
    sql = (
        f"SELECT said.key, ({one}) AS latest FROM json_each(?) AS said WHERE latest IS NOT NULL "  # noqa: S608 -- constants only
        "ORDER BY latest DESC LIMIT ?"
    )
    values = (*(value for value in values if value != ""), msgspec.json.encode(since).decode(), question.limit)
    return [(thing, latest) for thing, latest in connection.execute(sql, values)]


def _walked(connection: sqlite3.Connection, walk: Walk) -> Walked:
    seqs, before_seq = walked(connection, walk)
    sql = (
        f"SELECT {_COLUMNS} FROM events WHERE seq IN (SELECT value FROM json_each(?)) AND home = ? "  # noqa: S608 -- constants only
        "ORDER BY seq DESC"
    )
    return Walked(_entries(connection.execute(sql, (msgspec.json.encode(seqs).decode(), walk.home))), before_seq)


def _history_sql(page: Page) -> tuple[str, tuple[str | int, ...]]:
    conditions = ["home = ?", "seq >= ?", DID_HAPPEN]
    values: list[str | int] = [page.home, page.since_seq]
    if page.device is not None:
        conditions.append("device = ?")
        values.append(page.device)
    if page.before_seq is not None:
        conditions.append("seq < ?")
        values.append(page.before_seq)
    index = "events_home" if page.device is None else "events_device"
    sql = (
        f"SELECT {_COLUMNS} FROM events INDEXED BY {index} "  # noqa: S608 -- constants only
        f"WHERE {' AND '.join(conditions)} ORDER BY seq DESC LIMIT ?"
    )
    return sql, (*values, page.limit)


def _in_family(whole: str) -> str:
    """Return the condition in the very words of the partial index: SQLite compares them."""
    prefix = whole.removesuffix("*")
    return f"kind >= '{prefix}' AND kind < '{prefix.removesuffix('.')}/'"


def _entries(rows: sqlite3.Cursor) -> list[Entry]:
    return [_entry(*row) for row in rows]


def _entry(seq: int, entry_id: str, home: str, device: str, *rest: Any) -> Entry:  # noqa: ANN401 -- columns as SQLite types them
    entity, kind, recorded_at_ms, device_time_ms, before, after, ingredients, reason, *arrived = rest
    event = Event(
        home=home,
        device=device,
        entity=entity,
        kind=kind,
        ingredients=msgspec.json.decode(ingredients, type=dict[str, str]),
        before=before,
        after=after,
        device_time_ms=device_time_ms,
        reason=None if reason is None else NotOffered(reason),
    )
    return Entry(seq, entry_id, recorded_at_ms, event, *arrived)
