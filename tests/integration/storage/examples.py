"""Entries, identities and commands as they might be."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from bridge.commands import Command, Outcome, RecordedCommand, Wish
from bridge.events import CONTACT_OPENED, Event, NotOffered
from bridge.homes.user import Home, User
from bridge.ifttt.identities import Identity, IdentityKey
from bridge.ifttt.service import timeline_of
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from bridge.storage.journal import Journal
from bridge.timeline.batch import Batch
from bridge.timeline.entry import Entry, entry_id

NOON_MS: Final = 1_770_000_000_000
HOMES: Final = (Home("elm", "Elm Street 4"), Home("oak", "Oak Lane 1"))


def entry(
    seq: int,
    where: str = "elm-door",
    kind: str = CONTACT_OPENED,
    *,
    reason: NotOffered | None = None,
    ingredients: Mapping[str, str] | None = None,
) -> Entry:
    """Return an entry of the home that `where` begins with."""
    home = where.partition("-")[0]
    event = Event(home, where, where, kind, ingredients or {}, reason=reason)
    return Entry(seq, entry_id(NOON_MS), NOON_MS + seq, event)


async def commit(database: Database, *entries: Entry) -> None:
    """Commit entries in one batch."""
    await Journal(database).commit(Batch(entries=entries))


async def execute(database: Database, *statements: str) -> None:
    """Run statements in one transaction."""

    def unit(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    await database.write(unit)


async def add_user(database: Database, name: str = "ann", home: str = "elm") -> User:
    """Make an account."""
    accounts = Accounts(database)
    await accounts.keep_homes(HOMES)
    return await accounts.add_user(name, home, password_hash=None, now_ms=NOON_MS)


def identity(user: User, text: str = "abc", *, door: str = "any", start_seq: int = 1, told_seq: int = 0) -> Identity:
    """Return an identity that waits for a door."""
    fields = {"door": door}
    timeline = timeline_of(user.home, "door_opened", fields)
    assert timeline is not None
    key = IdentityKey("ifttt", user.id, text)
    return Identity(key, "door_opened", fields, timeline, NOON_MS, start_seq, told_seq, NOON_MS)


def command(
    number: int,
    *,
    user: str = "u_1",
    request_id: str | None = "r-1",
    outcome: Outcome = Outcome.PENDING,
    asked_at_ms: int = NOON_MS,
) -> RecordedCommand:
    """Return a command as it is written down."""
    wish = Command("elm", "elm-light", Wish.TURN_ON, 40, "#ff0000")
    return RecordedCommand(f"c_{number}", user, request_id, wish, asked_at_ms, outcome)
