"""Trigger identities: first sight, last poll, removal, and how far each has been told."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

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
_LIVE = """
SELECT client, user, identity, home, trigger_slug, fields, first_seen_ms, start_seq, told_seq, last_polled_ms
FROM trigger_identities WHERE removed_at_ms IS NULL
"""
_ONE = "WHERE client = ? AND user = ? AND identity = ?"
_FORGET_REMOVED = """
DELETE FROM trigger_identities WHERE user = ? AND removed_at_ms IS NOT NULL AND (client, identity) NOT IN (
    SELECT client, identity FROM trigger_identities WHERE user = ? AND removed_at_ms IS NOT NULL
    ORDER BY removed_at_ms DESC LIMIT ?)
"""

_TOLD = """
SELECT EXISTS (SELECT 1 FROM trigger_identities JOIN events ON events.seq = trigger_identities.told_seq
    WHERE events.recorded_at_ms > trigger_identities.first_seen_ms)
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
        return await self._database.read(lambda connection: _load(connection, self._timeline_of))

    async def was_told(self) -> bool:
        """Tell whether IFTTT took note of an event that came after the first sight of an identity, as far as kept."""
        return await self._database.read(lambda connection: bool(connection.execute(_TOLD).fetchone()[0]))

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


def _load(connection: sqlite3.Connection, timeline_of: TimelineOf) -> list[Identity]:
    """Read all. What is equal is kept once: very many Applets are of few users, and wait for the same things."""
    shared: dict[str, str] = {}
    wishes: dict[tuple[str, str, str], tuple[str, Mapping[str, str], TimelineKey] | None] = {}
    found: list[Identity] = []
    share = shared.setdefault
    for client, user, identity, *wish, first_seen_ms, start_seq, told_seq, last_polled_ms in connection.execute(_LIVE):
        wanted = (wish[0], wish[1], wish[2])
        if wanted not in wishes:
            wishes[wanted] = _wish(*wanted, timeline_of)
        known = wishes[wanted]
        if known is not None:
            key = IdentityKey(share(client, client), share(user, user), identity)
            found.append(Identity(key, *known, first_seen_ms, start_seq, told_seq, last_polled_ms))
    return found


def _wish(
    home: str, trigger: str, fields_json: str, timeline_of: TimelineOf
) -> tuple[str, Mapping[str, str], TimelineKey] | None:
    """Return what an identity waits for: trigger, fields and timeline; None for what is offered no longer."""
    fields = msgspec.json.decode(fields_json, type=dict[str, str])
    timeline = timeline_of(home, trigger, fields)
    return None if timeline is None else (trigger, fields, timeline)


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
