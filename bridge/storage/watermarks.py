"""How far each identity was told and has asked: rings of the newest moves, a row when something moved."""

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.watermarks import Asked, KeptMoves, Moves, Told
from bridge.storage.database import Database

Place = tuple[str, str, str]
"""Client, user and identity."""

_ONE = "client = ? AND user = ? AND identity = ?"
_EXISTS = f"SELECT 1 FROM trigger_identities WHERE {_ONE}"  # noqa: S608 -- constants only
_LAST_TOLD = (
    f"SELECT number, up_to_seq, status, first_ms, at_ms, attempts FROM notifications WHERE {_ONE} "  # noqa: S608 -- the same
    "ORDER BY number DESC LIMIT 1"
)
_KEEP_TOLD = (
    "INSERT OR REPLACE INTO notifications "
    "(client, user, identity, number, up_to_seq, status, first_ms, at_ms, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LAST_ASKED = f"SELECT number, up_to_seq FROM polls WHERE {_ONE} ORDER BY number DESC LIMIT 1"  # noqa: S608 -- the same
_KEEP_ASKED = "INSERT INTO polls (client, user, identity, number, up_to_seq, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
_OF = """
SELECT row.client, row.user, row.identity, {columns} FROM json_each(?) AS one CROSS JOIN {table} AS row
ON row.client = json_extract(one.value, '$[0]') AND row.user = json_extract(one.value, '$[1]')
    AND row.identity = json_extract(one.value, '$[2]')
ORDER BY row.client, row.user, row.identity, row.number
"""
_ALL_TOLD = _OF.format(table="notifications", columns="number, up_to_seq, status, first_ms, at_ms, attempts")
_ALL_ASKED = _OF.format(table="polls", columns="number, up_to_seq, at_ms")


class KeptWatermarks:
    """The moves that are on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, moves: Mapping[IdentityKey, Moves], *, keep: int) -> None:
        """Write moves down, and keep so many of each identity. A power cut may undo it: nobody waits for the disk."""

        def unit(connection: sqlite3.Connection) -> None:
            for key, (told, asked) in moves.items():
                place = (key.client, key.user, key.identity)
                if connection.execute(_EXISTS, place).fetchone() is not None:  # else it was erased meanwhile
                    _add_told(connection, place, told, keep)
                    _add_asked(connection, place, asked, keep)

        await self._database.write(unit, durable=False)

    async def of(self, keys: Iterable[IdentityKey]) -> dict[IdentityKey, KeptMoves]:
        """Return what is kept of some identities; nothing of those that never moved."""
        asked = msgspec.json.encode([(key.client, key.user, key.identity) for key in keys]).decode()
        return await self._database.read(lambda connection: _of(connection, asked))


def _add_told(connection: sqlite3.Connection, place: Place, told: list[Told], keep: int) -> None:
    if not told:
        return
    row = connection.execute(_LAST_TOLD, place).fetchone()
    number, last = (0, None) if row is None else (row[0], Told(*row[1:]))
    for each in told:
        if last is None or not last.goes_on(each):
            number, last = number + 1, each
        connection.execute(_KEEP_TOLD, (*place, number, *msgspec.structs.astuple(last)))
    connection.execute(f"DELETE FROM notifications WHERE {_ONE} AND number <= ?", (*place, number - keep))  # noqa: S608 -- constants only


def _add_asked(connection: sqlite3.Connection, place: Place, asked: list[Asked], keep: int) -> None:
    if not asked:
        return
    number, shown = connection.execute(_LAST_ASKED, place).fetchone() or (0, 0)
    for each in asked:
        if each.up_to_seq > shown:  # a daemon that has just started does not know how far it was
            number, shown = number + 1, each.up_to_seq
            connection.execute(_KEEP_ASKED, (*place, number, each.up_to_seq, each.at_ms))
    connection.execute(f"DELETE FROM polls WHERE {_ONE} AND number <= ?", (*place, number - keep))  # noqa: S608 -- constants only


def _of(connection: sqlite3.Connection, keys: str) -> dict[IdentityKey, KeptMoves]:
    found: dict[IdentityKey, KeptMoves] = {}
    for client, user, identity, number, *row in connection.execute(_ALL_TOLD, (keys,)):
        kept = found.setdefault(IdentityKey(client, user, identity), KeptMoves([], []))
        kept.told_before = kept.told_before or (not kept.told and number > 1)
        kept.told.append(Told(*row))
    for client, user, identity, number, *row in connection.execute(_ALL_ASKED, (keys,)):
        kept = found.setdefault(IdentityKey(client, user, identity), KeptMoves([], []))
        kept.asked_before = kept.asked_before or (not kept.asked and number > 1)
        kept.asked.append(Asked(*row))
    return found
