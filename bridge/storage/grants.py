"""OAuth2's codes, grants and pairs of tokens: each method is one unit of work, and by it races are decided.

What is right is decided in bridge/oauth (codes.py, families.py); here it is read, and written down. Every token and
code is a digest.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Final, NamedTuple

from bridge.homes.user import User
from bridge.oauth import families
from bridge.oauth.codes import burns, refusal_of
from bridge.oauth.families import Pair, last_death
from bridge.oauth.grants import MAX_GRANTS, Code, Grant, GrantRow, Moment, NewPair, Redemption, Refusal
from bridge.storage.codes import burn_code, drop_stale_codes, find_code, keep_code
from bridge.storage.database import Database
from bridge.storage.dead_tokens import bury, find_dead
from bridge.storage.pairs import add_pair, carry_out, digests_of, end_dead, family_of

GRANT_ID_BYTES: Final = 12

_USER: Final = "users.id, users.home, users.name, users.since_seq"
_LISTED: Final = (
    f"SELECT {_USER}, grants.id, grants.client, grants.created_at_ms, grants.used_at_ms "  # noqa: S608 -- constants only
    "FROM grants JOIN users ON users.id = grants.user "
)
_OTHERS: Final = """
SELECT id FROM grants WHERE user = ? AND client = ? AND id <> ?
ORDER BY active_run_ms DESC, created_at_ms DESC, id
"""
_USED: Final = """
UPDATE tokens SET used_at_ms = :wall_ms, used_run_ms = :run_ms
WHERE digest = :digest AND (used_run_ms IS NULL OR used_run_ms <= :run_ms)
"""
_ACTIVE: Final = """
UPDATE grants SET used_at_ms = :wall_ms, active_run_ms = :run_ms
WHERE id = (SELECT grant_id FROM tokens WHERE digest = :digest) AND active_run_ms <= :run_ms
"""


class Owner(NamedTuple):
    """Whose a token is. `user` is an id; `refusal`: why it gives nothing any more, None while it lives."""

    user: str
    client: str
    refusal: Refusal | None


class Grants:
    """What people agreed to, and the tokens that rest on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_code(self, code: Code, *, now: Moment, life_ms: int) -> None:
        """Keep a code that is given out. Raises AccountError when its user is no more."""
        await self._database.write(lambda connection: keep_code(connection, code, now, life_ms))

    async def drop_stale_codes(self, now: Moment, *, life_ms: int) -> None:
        """At the start: a code does not outlive the time that the bridge was away, which only the wall clock knows."""
        await self._database.write(lambda connection: drop_stale_codes(connection, now.wall_ms, life_ms))

    async def redeem(self, presented: Redemption, pair: NewPair, *, now: Moment, life_ms: int) -> Grant | Refusal:
        """Give a pair for a code, once. A code that its client presents again ends what it gave (RFC 6749, 10.5)."""
        return await self._database.write(lambda connection: _redeem(connection, presented, pair, now, life_ms))

    async def refresh(self, presented: str, client: str, pair: NewPair, *, now: Moment) -> Grant | Refusal:
        """Give a pair for a refresh token, as often as it is presented."""
        return await self._database.write(lambda connection: _refresh(connection, presented, client, pair, now))

    async def find(self, digest: str, run_ms: int) -> Grant | None:
        """Return what an access token gives, one minted by hand too."""
        return await self._database.read(lambda connection: _find(connection, digest, run_ms))

    async def whose(self, digest: str, run_ms: int) -> Owner | None:
        """Tell whose an access or refresh token is, or was."""
        return await self._database.read(lambda connection: _whose(connection, digest, run_ms))

    async def listed(self, user: str | None = None) -> list[GrantRow]:
        """Return the grants, or those of a user by id, by the user's name and age."""
        return await self._database.read(lambda connection: _listed(connection, user))

    async def revoke(self, grant: str, *, user: str | None = None) -> GrantRow | None:
        """End a grant with all its tokens; with a user's id only if it is theirs. Return it, None if there is none."""
        return await self._database.write(lambda connection: _revoke(connection, grant, user))

    async def note_used(self, uses: Mapping[str, Moment]) -> None:
        """Note when access tokens were used last."""
        await self._database.write(lambda connection: _note_used(connection, uses))

    async def sweep(self, run_ms: int) -> int:
        """Let the pairs go of which neither token is alive. Return how many."""
        return await self._database.write(lambda connection: end_dead(connection, run_ms))

    async def latest_run_ms(self) -> int:
        """Return the latest run time that anything was written down at: the run clock is never behind it."""
        return await self._database.read(_latest_run_ms)


def _redeem(
    connection: sqlite3.Connection, presented: Redemption, new: NewPair, now: Moment, life_ms: int
) -> Grant | Refusal:
    kept = find_code(connection, presented.code)
    if kept is None:
        return _presented_again(connection, presented)
    refusal = refusal_of(kept, presented, run_ms=now.run_ms, life_ms=life_ms)
    if burns(refusal):
        burn_code(connection, presented.code)
    return _agree(connection, kept.code, new, now) if refusal is None else refusal


def _presented_again(connection: sqlite3.Connection, presented: Redemption) -> Refusal:
    row = connection.execute("SELECT id, client FROM grants WHERE code = ?", (presented.code,)).fetchone()
    if row is None:
        return Refusal.UNKNOWN
    grant, client = row
    if client != presented.client:
        return Refusal.OTHER_CLIENT
    _end(connection, grant, Refusal.REPLAYED)
    return Refusal.REPLAYED


def _agree(connection: sqlite3.Connection, code: Code, new: NewPair, now: Moment) -> Grant:
    """Make a grant and its first pair; the grants that are used the least make room for it."""
    user = User(*connection.execute(f"SELECT {_USER} FROM users WHERE id = ?", (code.user,)).fetchone())  # noqa: S608 -- constants only
    grant = Grant(user, code.client, secrets.token_hex(GRANT_ID_BYTES), new.access)
    connection.execute(
        "INSERT INTO grants (id, user, client, code, created_at_ms, active_run_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (grant.id, user.id, grant.client, code.digest, now.wall_ms, now.run_ms),
    )
    add_pair(connection, grant, Pair(new.access, new.refresh, None, 0), now)
    others = connection.execute(_OTHERS, (user.id, grant.client, grant.id)).fetchall()
    for (other,) in others[MAX_GRANTS - 1 :]:
        _end(connection, other, Refusal.SUPERSEDED)
    return grant


def _refresh(connection: sqlite3.Connection, presented: str, client: str, new: NewPair, now: Moment) -> Grant | Refusal:
    row = connection.execute(
        f"SELECT {_USER}, tokens.client, tokens.grant_id, tokens.digest "  # noqa: S608 -- constants only
        "FROM tokens JOIN users ON users.id = tokens.user WHERE tokens.refresh = ?",
        (presented,),
    ).fetchone()
    if row is None:
        return _why_dead(connection, presented, client)
    grant = Grant(User(*row[:4]), row[4], row[5], new.access)
    if grant.client != client:
        return Refusal.OTHER_CLIENT
    plan = families.refresh(family_of(connection, grant.id), presented, new, run_ms=now.run_ms)
    if isinstance(plan, Refusal):
        return plan
    _note_used(connection, {row[6]: now})
    carry_out(connection, grant, plan, now)
    return grant


def _why_dead(connection: sqlite3.Connection, presented: str, client: str) -> Refusal:
    dead = find_dead(connection, presented)
    if dead is None:
        return Refusal.UNKNOWN
    _, owner, reason = dead
    return reason if owner == client else Refusal.OTHER_CLIENT


def _find(connection: sqlite3.Connection, digest: str, run_ms: int) -> Grant | None:
    row = connection.execute(
        f"SELECT {_USER}, tokens.client, coalesce(tokens.grant_id, ''), tokens.digest "  # noqa: S608 -- constants only
        "FROM tokens JOIN users ON users.id = tokens.user "
        "WHERE tokens.digest = ? AND (tokens.dies_run_ms IS NULL OR tokens.dies_run_ms > ?)",
        (digest, last_death(run_ms)),
    ).fetchone()
    return None if row is None else Grant(User(*row[:4]), *row[4:])


def _whose(connection: sqlite3.Connection, digest: str, run_ms: int) -> Owner | None:
    row = connection.execute(
        "SELECT user, client, digest, dies_run_ms FROM tokens WHERE digest = ? OR refresh = ?", (digest, digest)
    ).fetchone()
    if row is not None:
        user, client, access, dies_run_ms = row
        lives = dies_run_ms is None or dies_run_ms > (last_death(run_ms) if digest == access else run_ms)
        return Owner(user, client, None if lives else Refusal.SUPERSEDED)
    dead = find_dead(connection, digest)
    return None if dead is None else Owner(*dead)


def _listed(connection: sqlite3.Connection, user: str | None) -> list[GrantRow]:
    rows = connection.execute(
        f"{_LISTED} WHERE ? IS NULL OR users.id = ? ORDER BY users.name, grants.created_at_ms, grants.id", (user, user)
    )
    return [_row(row) for row in rows]


def _row(row: tuple[str, str, str, int, str, str, int, int | None]) -> GrantRow:
    return GrantRow(row[4], User(*row[:4]), *row[5:])


def _revoke(connection: sqlite3.Connection, grant: str, user: str | None) -> GrantRow | None:
    row = connection.execute(
        f"{_LISTED} WHERE grants.id = ? AND (? IS NULL OR users.id = ?)", (grant, user, user)
    ).fetchone()
    if row is None:
        return None
    _end(connection, grant, Refusal.REVOKED)
    return _row(row)


def _end(connection: sqlite3.Connection, grant: str, reason: Refusal) -> None:
    """End a grant; its tokens go with its row."""
    user, client = connection.execute("SELECT user, client FROM grants WHERE id = ?", (grant,)).fetchone()
    bury(connection, digests_of(family_of(connection, grant)), user=user, client=client, reason=reason)
    connection.execute("DELETE FROM grants WHERE id = ?", (grant,))


def _note_used(connection: sqlite3.Connection, uses: Mapping[str, Moment]) -> None:
    rows = [{"digest": digest, "wall_ms": now.wall_ms, "run_ms": now.run_ms} for digest, now in uses.items()]
    connection.executemany(_USED, rows)
    connection.executemany(_ACTIVE, rows)


def _latest_run_ms(connection: sqlite3.Connection) -> int:
    row = connection.execute(
        "SELECT max(coalesce((SELECT max(active_run_ms) FROM grants), 0), "
        "coalesce((SELECT max(issued_run_ms) FROM codes), 0))"
    ).fetchone()
    return int(row[0])
