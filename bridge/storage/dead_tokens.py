"""The tokens that are no more: whose they were and why they ended, the newest of each user.

Only their digests. Works inside the unit of work of others (grants.py, accounts.py).
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from bridge.oauth.grants import Refusal

DEAD_KEPT: Final = 64
"""So many dead tokens of each user are remembered: whoever presents one is told, or counted, as who they are."""

_FORGET_OLD = """
DELETE FROM dead_tokens WHERE user = ? AND seq <= (
    SELECT seq FROM dead_tokens WHERE user = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)
"""


def bury(connection: sqlite3.Connection, digests: Iterable[str], *, user: str, client: str, reason: Refusal) -> None:
    """Remember tokens of one user that end now; those that matter most come last."""
    rows = [(digest, user, client, reason) for digest in digests]
    connection.executemany(
        "INSERT INTO dead_tokens (digest, user, client, reason) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
        rows,
    )
    connection.execute(_FORGET_OLD, (user, user, DEAD_KEPT))


def find_dead(connection: sqlite3.Connection, digest: str) -> tuple[str, str, Refusal] | None:
    """Return the user and the client of a dead token, and why it ended."""
    row = connection.execute("SELECT user, client, reason FROM dead_tokens WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else (row[0], row[1], Refusal(row[2]))
