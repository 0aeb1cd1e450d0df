"""Trigger identities: first sight, last poll, removal, and how far each has been told."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from bridge.ifttt.identities import Identity, IdentityKey
from bridge.storage.database import Database
from bridge.storage.journal import move_told
from bridge.timeline.batch import ToldMove
from bridge.timeline.entry import TimelineKey

_KEEP = """
INSERT INTO trigger_identities (client, user, identity, home, trigger_slug, fields, first_seen_ms, start_seq, told_seq,
    last_polled_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (client, user, identity) DO UPDATE SET trigger_slug = excluded.trigger_slug, fields = excluded.fields,
    first_seen_ms = excluded.first_seen_ms, start_seq = excluded.start_seq, told_seq = excluded.told_seq,
    last_polled_ms = excluded.last_polled_ms, removed_at_ms = NULL
"""
_ONE = "WHERE client = ? AND user = ? AND identity = ?"
_FORGET_REMOVED = """
DELETE FROM trigger_identities WHERE user = ? AND removed_at_ms IS NOT NULL AND (client, identity) NOT IN (
    SELECT client, identity FROM trigger_identities WHERE user = ? AND removed_at_ms IS NOT NULL
    ORDER BY removed_at_ms DESC LIMIT ?)
"""

REMOVED_KEPT: Final = 200
"""So many ended identities of each user are kept for whoever wonders; one that returns starts anew anyway."""

TimelineOf = Callable[[str, str, Mapping[str, str]], TimelineKey | None]
"""From home, trigger and fields to the timeline; None for a trigger that no longer exists."""


class TriggerIdentities:
    """The register of identities."""

    def __init__(self, database: Database, timeline_of: TimelineOf) -> None:
        self._database = database
        self._timeline_of = timeline_of

    async def load(self) -> list[Identity]:
        """Return the identities that were not removed."""
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT client, user, identity, home, trigger_slug, fields, first_seen_ms, start_seq, told_seq, "
                "last_polled_ms FROM trigger_identities WHERE removed_at_ms IS NULL"
            ).fetchall()
        )
        return [identity for row in rows if (identity := self._identity(*row)) is not None]

    async def keep(self, identity: Identity) -> None:
        """Write down an identity at its first sight, or at its return."""
        await self._database.write(lambda connection: _keep(connection, identity))

    async def remove(self, key: IdentityKey, *, now_ms: int) -> None:
        """Mark an identity as removed, the first time it is said. One that never was there stays so."""
        await self._database.write(lambda connection: _remove(connection, key, now_ms))

    async def note(self, told: tuple[ToldMove, ...], polled: Mapping[IdentityKey, int]) -> None:
        """Note how far identities were told and when they polled last (epoch, milliseconds)."""
        rows = [(at_ms, key.client, key.user, key.identity) for key, at_ms in polled.items()]

        def unit(connection: sqlite3.Connection) -> None:
            move_told(connection, told)
            connection.executemany(f"UPDATE trigger_identities SET last_polled_ms = ? {_ONE}", rows)  # noqa: S608 -- constants only

        await self._database.write(unit)

    def _identity(self, client: str, user: str, identity: str, *rest: Any) -> Identity | None:  # noqa: ANN401 -- columns as SQLite types them
        home, trigger, fields_json, first_seen_ms, start_seq, told_seq, last_polled_ms = rest
        fields = msgspec.json.decode(fields_json, type=dict[str, str])
        timeline = self._timeline_of(home, trigger, fields)
        if timeline is None:
            return None
        key = IdentityKey(client, user, identity)
        return Identity(key, trigger, fields, timeline, first_seen_ms, start_seq, told_seq, last_polled_ms)


def _remove(connection: sqlite3.Connection, key: IdentityKey, now_ms: int) -> None:
    removed = connection.execute(
        f"UPDATE trigger_identities SET removed_at_ms = ? {_ONE} AND removed_at_ms IS NULL",  # noqa: S608 -- constants only
        (now_ms, key.client, key.user, key.identity),
    )
    if removed.rowcount:
        connection.execute(_FORGET_REMOVED, (key.user, key.user, REMOVED_KEPT))


def _keep(connection: sqlite3.Connection, identity: Identity) -> None:
    key = identity.key
    connection.execute(
        _KEEP,
        (
            key.client,
            key.user,
            key.identity,
            identity.timeline.home,
            identity.trigger,
            msgspec.json.encode(identity.fields).decode(),
            identity.first_seen_ms,
            identity.start_seq,
            identity.told_seq,
            identity.last_polled_ms,
        ),
    )
