"""Authorization codes, until they are redeemed. Only their digests; works inside the unit of work of grants.py."""

import sqlite3

from bridge.errors import AccountError
from bridge.oauth.codes import MAX_CODES, KeptCode
from bridge.oauth.grants import Code, Moment

_FORGET_ELDEST = """
DELETE FROM codes WHERE user = ? AND digest NOT IN (
    SELECT digest FROM codes WHERE user = ? ORDER BY issued_run_ms DESC, digest LIMIT ?)
"""


def keep_code(connection: sqlite3.Connection, code: Code, now: Moment, life_ms: int) -> None:
    """Keep a code, and forget those that nobody can redeem any more. Raises AccountError without its user."""
    if connection.execute("SELECT 1 FROM users WHERE id = ?", (code.user,)).fetchone() is None:
        raise AccountError("this account has been removed")
    connection.execute("DELETE FROM codes WHERE issued_run_ms <= ?", (now.run_ms - life_ms,))
    connection.execute(_FORGET_ELDEST, (code.user, code.user, MAX_CODES - 1))
    connection.execute(
        "INSERT INTO codes (digest, user, client, redirect_uri, challenge, issued_at_ms, issued_run_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (code.digest, code.user, code.client, code.redirect_uri, code.challenge, now.wall_ms, now.run_ms),
    )


def find_code(connection: sqlite3.Connection, digest: str) -> KeptCode | None:
    """Return a code that has not been redeemed."""
    row = connection.execute(
        "SELECT digest, user, client, redirect_uri, challenge, issued_at_ms, issued_run_ms FROM codes WHERE digest = ?",
        (digest,),
    ).fetchone()
    return None if row is None else KeptCode(Code(*row[:5]), Moment(*row[5:]))


def burn_code(connection: sqlite3.Connection, digest: str) -> None:
    """Let a code be of no use any more."""
    connection.execute("DELETE FROM codes WHERE digest = ?", (digest,))


def drop_stale_codes(connection: sqlite3.Connection, now_ms: int, life_ms: int) -> None:
    """Forget the codes that were not given out just now, by the wall clock (epoch)."""
    connection.execute(
        "DELETE FROM codes WHERE issued_at_ms > ? OR issued_at_ms <= ?",
        (now_ms, now_ms - life_ms),
    )
