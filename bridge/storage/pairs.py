"""The pairs of tokens of grants. Only their digests; works inside the unit of work of grants.py.

Whatever goes is remembered as dead (dead_tokens.py).
"""

import sqlite3
from collections.abc import Iterable

from bridge.oauth.families import Pair, Plan, last_death
from bridge.oauth.grants import Grant, Moment, Refusal
from bridge.storage.dead_tokens import bury


def family_of(connection: sqlite3.Connection, grant: str) -> list[Pair]:
    """Return all pairs of a grant, eldest first."""
    rows = connection.execute(
        "SELECT digest, refresh, parent, number, dies_run_ms, used_run_ms FROM tokens "
        "WHERE grant_id = ? ORDER BY number",
        (grant,),
    )
    return [Pair(*row) for row in rows]


def add_pair(connection: sqlite3.Connection, grant: Grant, pair: Pair, now: Moment) -> None:
    """Keep a pair that is given out."""
    connection.execute(
        "INSERT INTO tokens (digest, user, client, created_at_ms, grant_id, refresh, parent, number) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (pair.access, grant.user.id, grant.client, now.wall_ms, grant.id, pair.refresh, pair.parent, pair.number),
    )


def carry_out(connection: sqlite3.Connection, grant: Grant, plan: Plan, now: Moment) -> None:
    """Change a family as a refresh has it."""
    _end(connection, plan.gone, grant.user.id, grant.client)
    connection.executemany(
        "UPDATE tokens SET dies_run_ms = ? WHERE refresh = ?", [(pair.dies_run_ms, pair.refresh) for pair in plan.dying]
    )
    add_pair(connection, grant, plan.new, now)


def end_dead(connection: sqlite3.Connection, run_ms: int) -> int:
    """Let the pairs go of which neither token is alive. Return how many."""
    rows = connection.execute(
        "SELECT user, client, digest, refresh, parent, number, dies_run_ms FROM tokens WHERE dies_run_ms <= ? "
        "ORDER BY dies_run_ms, number",
        (last_death(run_ms),),
    ).fetchall()
    for user, client, *pair in rows:
        _end(connection, [Pair(*pair)], user, client)
    return len(rows)


def digests_of(pairs: Iterable[Pair]) -> list[str]:
    """Return the digests of all their tokens."""
    return [digest for pair in pairs for digest in (pair.access, pair.refresh)]


def _end(connection: sqlite3.Connection, pairs: Iterable[Pair], user: str, client: str) -> None:
    digests = digests_of(pairs)
    bury(connection, digests, user=user, client=client, reason=Refusal.SUPERSEDED)
    connection.executemany("DELETE FROM tokens WHERE digest = ?", [(digest,) for digest in digests])
