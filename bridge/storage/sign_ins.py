"""The browsers in which an owner has signed in at the private pages. Only digests of their cookies come here.

A browser that nobody used for a month is signed out, by how long the bridge has run: no clock that is set does it.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final

from bridge.homes.user import User
from bridge.oauth.grants import Moment
from bridge.storage.database import Database

IDLE_MS: Final = 30 * 24 * 3600 * 1000
MOST_OF_USER: Final = 32
SEEN_STEP_MS: Final = 5 * 60 * 1000
"""When a browser was here last is known to within so much: not each look at a page is a write."""

_FORGET_ELDEST: Final = """
DELETE FROM sign_ins WHERE user = ? AND digest NOT IN (
    SELECT digest FROM sign_ins WHERE user = ? ORDER BY seen_run_ms DESC, digest LIMIT ?)
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser. `user`: the name of its user; times in epoch milliseconds."""

    digest: str
    user: str
    browser: str
    since_ms: int
    seen_ms: int


class SignIns:
    """Which browsers there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, digest: str, user: User, browser: str, now: Moment) -> bool:
        """Let a browser be signed in. Beyond the limit the one goes that was away longest. Return False, and let
        nobody in, where the user is gone by now, or no longer an owner.
        """  # noqa: D205 -- two sentences
        return await self._database.write(lambda connection: _begin(connection, digest, user.id, browser, now))

    async def find(self, digest: str, now: Moment) -> User | None:
        """Return the owner who is signed in there, None if nobody is, or nobody who still is an owner."""
        found = await self._database.read(lambda connection: _find(connection, digest, now))
        if found is None:
            return None
        user, seen_run_ms = found
        if now.run_ms - seen_run_ms >= SEEN_STEP_MS:
            await self._database.write(
                lambda connection: connection.execute(
                    "UPDATE sign_ins SET seen_ms = ?, seen_run_ms = ? WHERE digest = ?",
                    (now.wall_ms, now.run_ms, digest),
                )
            )
        return user

    async def end(self, digest: str) -> None:
        """Sign a browser out."""
        await self._database.write(
            lambda connection: connection.execute("DELETE FROM sign_ins WHERE digest = ?", (digest,))
        )

    async def listed(self, now: Moment) -> list[SignedIn]:
        """Return the browsers that are signed in, the one that was here last first."""
        return await self._database.read(lambda connection: _listed(connection, now))


def end_sign_ins_of(connection: sqlite3.Connection, user: str) -> None:
    """Sign all browsers of a user out, by id: within the unit of work that gives the reason."""
    connection.execute("DELETE FROM sign_ins WHERE user = ?", (user,))


def _begin(connection: sqlite3.Connection, digest: str, user: str, browser: str, now: Moment) -> bool:
    connection.execute("DELETE FROM sign_ins WHERE seen_run_ms <= ?", (now.run_ms - IDLE_MS,))
    connection.execute(_FORGET_ELDEST, (user, user, MOST_OF_USER - 1))
    begun = connection.execute(
        "INSERT INTO sign_ins (digest, user, browser, since_ms, seen_ms, seen_run_ms) "
        "SELECT ?, id, ?, ?, ?, ? FROM users WHERE id = ? AND owner = 1",
        (digest, browser, now.wall_ms, now.wall_ms, now.run_ms, user),
    )
    return begun.rowcount == 1


def _find(connection: sqlite3.Connection, digest: str, now: Moment) -> tuple[User, int] | None:
    row = connection.execute(
        "SELECT users.id, users.home, users.name, users.since_seq, sign_ins.seen_run_ms "
        "FROM sign_ins JOIN users ON users.id = sign_ins.user "
        "WHERE sign_ins.digest = ? AND users.owner = 1 AND sign_ins.seen_run_ms > ?",
        (digest, now.run_ms - IDLE_MS),
    ).fetchone()
    return None if row is None else (User(*row[:4]), row[4])


def _listed(connection: sqlite3.Connection, now: Moment) -> list[SignedIn]:
    rows = connection.execute(
        "SELECT sign_ins.digest, users.name, sign_ins.browser, sign_ins.since_ms, sign_ins.seen_ms "
        "FROM sign_ins JOIN users ON users.id = sign_ins.user "
        "WHERE users.owner = 1 AND sign_ins.seen_run_ms > ? ORDER BY sign_ins.seen_run_ms DESC, sign_ins.digest",
        (now.run_ms - IDLE_MS,),
    )
    return [SignedIn(*row) for row in rows]
