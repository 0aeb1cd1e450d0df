"""How IFTTT's checks of each connection went: when one passed last, and what went wrong since then.

Only for connections that there are: with a grant, or with a token that is no more but not forgotten.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bridge.oauth.connection import LIMIT, ConnectionKey, FailedCheck, KeptChecks
from bridge.storage.database import Database

KEPT: Final = LIMIT
"""So many failed checks of each connection are kept: what IFTTT counts to, and then it has ended the matter."""

_EXISTS: Final = """
    (EXISTS (SELECT 1 FROM grants WHERE grants.user = :user AND grants.client = :client)
    OR EXISTS (SELECT 1 FROM dead_tokens WHERE dead_tokens.user = :user AND dead_tokens.client = :client))
"""
_OF_ALL: Final = "(SELECT user, client FROM grants UNION SELECT user, client FROM dead_tokens)"
_PASSED: Final = f"""
INSERT INTO connection_checks (user, client, passed_at_ms) SELECT :user, :client, :at_ms WHERE {_EXISTS}
ON CONFLICT (user, client) DO UPDATE SET passed_at_ms = excluded.passed_at_ms,
    refused_at_ms = NULL, refused_reason = NULL
"""
_REFUSED: Final = f"""
INSERT INTO connection_checks (user, client, refused_at_ms, refused_reason)
SELECT :user, :client, :at_ms, :reason WHERE {_EXISTS}
ON CONFLICT (user, client) DO UPDATE SET refused_at_ms = excluded.refused_at_ms,
    refused_reason = excluded.refused_reason
"""
_FAILED: Final = f"""
INSERT INTO failed_checks (user, client, at_ms, reason) SELECT :user, :client, :at_ms, :reason WHERE {_EXISTS}
"""
_FORGET_OLDEST: Final = """
DELETE FROM failed_checks WHERE user = :user AND client = :client AND rowid NOT IN (
    SELECT rowid FROM failed_checks WHERE user = :user AND client = :client ORDER BY rowid DESC LIMIT :kept)
"""

Failures = Sequence[tuple[ConnectionKey, FailedCheck]]
"""What went wrong, in the order in which it came."""


class Checks:
    """The register of checks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, passed: Mapping[ConnectionKey, int], failed: Failures = (), refused: Failures = ()) -> None:
        """Note checks that passed (epoch, milliseconds), then those that failed and the refreshes that were refused.

        A passed one ends all that went wrong before. What belongs to no connection that there is, is left out.
        """

        def unit(connection: sqlite3.Connection) -> None:
            for key, at_ms in passed.items():
                connection.execute(_PASSED, _of(key) | {"at_ms": at_ms})
                connection.execute("DELETE FROM failed_checks WHERE user = :user AND client = :client", _of(key))
            connection.executemany(_FAILED, _rows(failed))
            connection.executemany(_FORGET_OLDEST, [_of(key) | {"kept": KEPT} for key in {key for key, _ in failed}])
            connection.executemany(_REFUSED, _rows(refused))
            for table in ("connection_checks", "failed_checks"):
                connection.execute(f"DELETE FROM {table} WHERE (user, client) NOT IN {_OF_ALL}")  # noqa: S608 -- constants only

        await self._database.write(unit)

    async def all(self) -> list[KeptChecks]:
        """Return what is kept of each connection."""
        return await self._database.read(_all)


def _of(key: ConnectionKey) -> dict[str, Any]:
    return {"user": key.user, "client": key.client}


def _rows(failures: Failures) -> Iterable[dict[str, Any]]:
    return [_of(key) | {"at_ms": check.at_ms, "reason": check.reason} for key, check in failures]


def _all(connection: sqlite3.Connection) -> list[KeptChecks]:
    failed: dict[ConnectionKey, list[FailedCheck]] = {}
    for user, client, at_ms, reason in connection.execute(
        "SELECT user, client, at_ms, reason FROM failed_checks ORDER BY rowid"
    ):
        failed.setdefault(ConnectionKey(user, client), []).append(FailedCheck(at_ms, reason))
    kept: list[KeptChecks] = []
    for user, client, passed_at_ms, refused_at_ms, reason in connection.execute(
        "SELECT user, client, passed_at_ms, refused_at_ms, refused_reason FROM connection_checks ORDER BY user, client"
    ):
        key = ConnectionKey(user, client)
        refused = None if refused_at_ms is None else FailedCheck(refused_at_ms, reason)
        kept.append(KeptChecks(key, passed_at_ms, tuple(failed.pop(key, ())), refused))
    return kept + [KeptChecks(key, None, tuple(checks)) for key, checks in failed.items()]
