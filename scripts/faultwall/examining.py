"""Looking at a database as it lies there after a power cut: does it open, and is all there that was promised?"""

import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bridge.errors import BridgeError
from bridge.kept import load
from bridge.registers import Registers
from bridge.storage.database import open_database
from bridge.storage.migrate import migrate
from scripts.faultwall.household import OPENED, PRESSED
from scripts.faultwall.talk import Promises

_CODE_LIFE_MS = 60_000


Look = Callable[[Path, Promises], Awaitable[list[str]]]
"""A further look at the folder of a database after a power cut, such as at the copies there; returns what is wrong."""


async def examine(path: Path, promised: Promises, *, also: Sequence[Look] = ()) -> list[str]:
    """Open a database by the daemon's own code, and return in words what is not as it was promised.

    `also`: looks taken before that, at the folder as the power cut left it.
    """
    wrong = [each for look in also for each in await look(path.parent, promised)]
    return wrong + await _opened(path, promised)


async def _opened(path: Path, promised: Promises) -> list[str]:
    try:
        async with open_database(path) as database:
            await migrate(database)
            await load(Registers.of(database), now_ms=time.time_ns() // 1_000_000, code_life_ms=_CODE_LIFE_MS)  # noqa: TID251 -- as the daemon does
            return await database.read(lambda connection: _examined(connection, promised))
    except (BridgeError, sqlite3.Error) as error:
        return [f"it does not open: {type(error).__name__}: {error}"]


def _examined(connection: sqlite3.Connection, promised: Promises) -> list[str]:
    wrong = [f"it is damaged: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    kinds = [kind for (kind,) in connection.execute("SELECT kind FROM events ORDER BY seq")]
    if kinds != promised.events[: len(kinds)]:
        wrong.append(_first_difference(kinds, promised.events))
    if len(kinds) < promised.acknowledged:
        wrong.append(f"{promised.acknowledged - len(kinds)} of {promised.acknowledged} acknowledged events are missing")
    for identity, which in ((OPENED, "contact.opened"), (PRESSED, "button.")):
        there = sum(kind.startswith(which) for kind in kinds)
        if promised.told[identity] > there:
            wrong.append(f"IFTTT was told {promised.told[identity]} times of {which}, {there} are there")
    (commands,) = connection.execute("SELECT count(*) FROM commands").fetchone()
    if promised.commands > commands:
        wrong.append(f"{promised.commands} commands were published, {commands} are written down")
    if promised.tokens:
        found = connection.execute("SELECT 1 FROM tokens WHERE digest = ? AND refresh = ?", promised.tokens[-1])
        if found.fetchone() is None:
            wrong.append(f"the tokens given out last, pair {len(promised.tokens)}, are not there")
    return wrong


def _first_difference(found: Sequence[str], expected: Sequence[str]) -> str:
    place = next((n for n, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), len(expected))
    return f"the timeline differs at {place}: {found[place : place + 4]}, expected {expected[place : place + 4]}"
