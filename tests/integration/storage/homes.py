"""A database as a home has it after some time: a user with tokens, Applets, commands, devices and events."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bridge.devices.deadlines import Deadline
from bridge.devices.last_known import EntityState
from bridge.storage.accounts import Accounts
from bridge.storage.commands import Commands
from bridge.storage.database import Database, open_database
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.storage.settings import CURSOR_KEY, KeptSettings
from bridge.timeline.batch import Batch, Delivery
from tests.integration.storage.examples import NOON_MS, add_user, command, commit, entry, execute, identity

ENTITIES = (
    "INSERT INTO entities (id, home, device, kind, name, room, since_seq) "
    "VALUES ('elm-door', 'elm', 'elm-door', 'contact', 'Door', 'Hall', 0), "
    "('elm-leak', 'elm', 'elm-leak', 'leak', 'Leak', 'Cellar', 0)"
)


def change(path: Path, *work: Callable[[Database], Awaitable[object]]) -> None:
    """Open a database, do something with it, and close it."""

    async def open_and_do() -> None:
        async with open_database(path) as database:
            await migrate(database)
            for each in work:
                await each(database)

    asyncio.run(open_and_do())


async def begin(database: Database) -> None:
    """Let there be a home with ann, whose token is `old-token`, and ten events."""
    user = await add_user(database)
    await KeptSettings(database).keep(CURSOR_KEY, "00" * 32)
    await execute(database, ENTITIES)
    await Accounts(database).add_token("old-token", user, client="", now_ms=NOON_MS)
    await TriggerIdentities(database, lambda *_: None).keep(identity(user, "old-applet"))
    await commit(database, *(entry(seq) for seq in range(1, 11)))
    states = {"elm-door": EntityState("closed", since_ms=1)}
    deliveries = (Delivery(0, 0, 7, "seven"),)
    deadlines = {("elm-door", 10): Deadline("elm-door", 10, 1, 2)}
    await Journal(database).commit(Batch(states=states, deliveries=deliveries, deadlines=deadlines))


async def live_on(database: Database) -> None:
    """Let things happen after a copy: events, a new user, tokens, an Applet, a command, another state."""
    accounts = Accounts(database)
    ann = await accounts.user_named("ann")
    ben = await accounts.add_user("ben", "elm", password_hash="ben's", now_ms=NOON_MS)
    await accounts.set_password("ann", "another")
    await accounts.add_token("new-token", ann, client="", now_ms=NOON_MS)
    await accounts.add_token("ben's-token", ben, client="", now_ms=NOON_MS)
    await TriggerIdentities(database, lambda *_: None).keep(identity(ann, "new-applet", start_seq=12, told_seq=14))
    await Commands(database).record(command(1, user=ann.id))
    await commit(database, *(entry(seq) for seq in range(11, 16)))
    states = {"elm-door": EntityState("open", since_ms=5), "elm-leak": EntityState("on", since_ms=6)}
    deliveries = (Delivery(1, 1, 8, "eight"),)
    deadlines = {("elm-door", 10): Deadline("elm-door", 10, 1, 2, told=True)}
    await Journal(database).commit(Batch(states=states, deliveries=deliveries, deadlines=deadlines))


def copied(path: Path, target: Path) -> Path:
    """Copy a closed database."""
    shutil.copyfile(path, target)
    return target


def rows(path: Path, question: str) -> list[Any]:
    """Ask a database from outside; of one column the values alone."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = connection.execute(question).fetchall()
    return [row[0] if len(row) == 1 else row for row in found]


def destroy(path: Path, table: str) -> None:
    """Overwrite the root page of a table or an index of a closed database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
