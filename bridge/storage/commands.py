"""The commands that were asked for: written down before they are sent, so that none is sent twice."""

import sqlite3
from typing import Final

from bridge.commands import Command, Outcome, Publication, RecordedCommand, Wish
from bridge.storage.database import Database

KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long a command is kept: a repeated request is recognised for at least a day."""

KEPT_WHATEVER: Final = 1000
"""So many of the newest stay whatever the clock says, which may have been set."""

MOST_KEPT: Final = 100_000

_FORGET_OLD = """
DELETE FROM commands WHERE asked_at_ms < ? AND rowid <= (SELECT max(rowid) FROM commands) - ?
"""
_FORGET_MOST = "DELETE FROM commands WHERE rowid <= (SELECT max(rowid) FROM commands) - ?"

_COLUMNS = "id, home, user, request_id, entity, wish, brightness, color, asked_at_ms, outcome, position, topic"


class Commands:
    """The register of commands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user: str, request_id: str) -> RecordedCommand | None:
        """Return the command that this request of this user asked for, if it did before."""
        return await self._database.read(lambda connection: _find(connection, user, request_id))

    async def record(self, row: RecordedCommand) -> RecordedCommand | None:
        """Write a command down before it is sent. Return the one already there for the same request, if any.

        One that never left the house gives way to the new one.
        """
        return await self._database.write(lambda connection: _record(connection, row))

    async def note(self, outcomes: dict[str, Outcome]) -> None:
        """Note what became of commands, by their ids."""
        rows = [(outcome, command) for command, outcome in outcomes.items()]
        await self._database.write(
            lambda connection: connection.executemany("UPDATE commands SET outcome = ? WHERE id = ?", rows)
        )

    async def settle_interrupted(self) -> int:
        """After a crash: what was under way then may or may not have been sent. Return how many these are."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE commands SET outcome = ? WHERE outcome = ?", (Outcome.UNKNOWN, Outcome.PENDING)
                ).rowcount
            )
        )


def _find(connection: sqlite3.Connection, user: str, request_id: str) -> RecordedCommand | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE user = ? AND request_id = ?",  # noqa: S608 -- constants only
        (user, request_id),
    ).fetchone()
    if row is None:
        return None
    entry_id, home, owner, request, entity, wish, brightness, color, asked_at_ms, outcome, position, topic = row
    publication = None if topic is None else Publication(topic, b"")  # what was said there is nobody's business
    command = Command(home, entity, Wish(wish), brightness, color, position, publication)
    return RecordedCommand(entry_id, owner, request, command, asked_at_ms, Outcome(outcome))


def _record(connection: sqlite3.Connection, row: RecordedCommand) -> RecordedCommand | None:
    connection.execute(_FORGET_OLD, (row.asked_at_ms - KEPT_MS, KEPT_WHATEVER))
    connection.execute(_FORGET_MOST, (MOST_KEPT,))
    if row.request_id is not None:
        earlier = _find(connection, row.user, row.request_id)
        if earlier is not None and earlier.outcome is not Outcome.NOT_SENT:
            return earlier
        connection.execute("DELETE FROM commands WHERE user = ? AND request_id = ?", (row.user, row.request_id))
    command = row.command
    connection.execute(
        f"INSERT INTO commands ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- constants only
        (
            row.id,
            command.home,
            row.user,
            row.request_id,
            command.entity,
            command.wish,
            command.brightness,
            command.color,
            row.asked_at_ms,
            row.outcome,
            command.position,
            None if command.publication is None else command.publication.topic,
        ),
    )
    return None
