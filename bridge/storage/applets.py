"""Applets with whose they are, and what explaining needs besides: names of what is gone, and who saw what."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bridge.homes.sight import Share
from bridge.ifttt.applets import Applet
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.journeys import Sharing
from bridge.ifttt.service import timeline_of
from bridge.storage.database import Database
from bridge.storage.events import LAST

if TYPE_CHECKING:
    from bridge.timeline.entry import TimelineKey

MOST_MEANT: Final = 1000
"""So many Applets are looked at for one event; those that have not ended come first."""

_APPLETS: Final = """
SELECT one.rowid, one.client, one.user, one.identity, one.home, users.name, users.since_seq,
    EXISTS (SELECT 1 FROM tokens WHERE tokens.user = one.user AND tokens.client = one.client),
    one.trigger_slug, one.fields, one.first_seen_ms, one.start_seq, one.told_seq, one.last_polled_ms, one.removed_at_ms
FROM trigger_identities AS one JOIN users ON users.id = one.user
"""
_NAMES: Final = """
SELECT id, device, coalesce(given_name, name) FROM entities
WHERE home = ? AND (id IN (SELECT value FROM json_each(?2)) OR device IN (SELECT value FROM json_each(?2)))
"""
_SHARES: Final = """
SELECT shares.user, shares.entity, shares.shared, shares.since_seq
FROM shares JOIN entities ON entities.id = shares.entity WHERE entities.home = ?1 AND (entities.id = ?2 OR device = ?2)
"""


class Applets:
    """The Applets that there are, and were."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, home: str | None, after: int, limit: int) -> tuple[list[Applet], int | None]:
        """Return Applets of a home, or of all, in the order in which they came; behind which the next page begins."""
        sql = f"{_APPLETS} WHERE one.rowid > ? AND (one.home = ? OR ? IS NULL) ORDER BY one.rowid LIMIT ?"
        values = (after, home, home, limit + 1)
        found = await self._database.read(lambda connection: _applets(connection.execute(sql, values)))
        applets = [applet for _, applet in found[:limit]]
        return applets, found[limit - 1][0] if len(found) > limit else None

    async def meant(self, home: str, triggers: Iterable[str] | None) -> list[Applet]:
        """Return the Applets of a home, those with one of these triggers alone if they are named."""
        named = "" if triggers is None else "AND one.trigger_slug IN (SELECT value FROM json_each(?))"
        sql = f"{_APPLETS} WHERE one.home = ? {named} ORDER BY one.removed_at_ms IS NOT NULL, one.rowid DESC LIMIT ?"
        values = (home, *(() if triggers is None else (_json(triggers),)), MOST_MEANT)
        found = await self._database.read(lambda connection: _applets(connection.execute(sql, values)))
        return [applet for _, applet in found]

    async def beginning(self, beginning: str, limit: int) -> list[Applet]:
        """Return Applets whose identities begin like this, of all homes."""
        sql = f"{_APPLETS} WHERE one.identity >= ? AND one.identity < ? ORDER BY one.identity, one.rowid LIMIT ?"
        values = (beginning, f"{beginning}{LAST}", limit)
        found = await self._database.read(lambda connection: _applets(connection.execute(sql, values)))
        return [applet for _, applet in found]

    async def names(self, home: str, things: Iterable[str]) -> dict[str, str]:
        """Return what things and devices of a home are called, or were, by id."""
        values = (home, _json(things))
        rows = await self._database.read(lambda connection: connection.execute(_NAMES, values).fetchall())
        return {device: name for _, device, name in rows} | {thing: name for thing, _, name in rows}

    async def sharing(self, home: str, thing: str) -> Sharing:
        """Return who of a home sees a thing, or what a device does."""
        return await self._database.read(lambda connection: _sharing(connection, home, thing))


def _sharing(connection: sqlite3.Connection, home: str, thing: str) -> Sharing:
    things = connection.execute(
        "SELECT id FROM entities WHERE home = ?1 AND (id = ?2 OR device = ?2)", (home, thing)
    ).fetchall()
    shares = [
        Share(user, entity, bool(shared), since)
        for user, entity, shared, since in connection.execute(_SHARES, (home, thing))
    ]
    return Sharing(tuple(row[0] for row in things), {(each.user, each.entity): each for each in shares})


def _applets(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, Applet]]:
    """Return Applets with the numbers of their rows. What they wait for is worked out once where many wait for it."""
    wishes: dict[tuple[str, str, str], tuple[Mapping[str, str], TimelineKey | None]] = {}
    found = []
    for (
        rowid,
        client,
        user,
        identity,
        home,
        *whose,
        trigger,
        fields,
        first_ms,
        start,
        told,
        polled_ms,
        removed_ms,
    ) in rows:
        wish = wishes.get((home, trigger, fields))
        if wish is None:
            chosen = msgspec.json.decode(fields, type=dict[str, str])
            wish = wishes[home, trigger, fields] = (chosen, timeline_of(home, trigger, chosen))
        name, since_seq, connected = whose
        key, times = IdentityKey(client, user, identity), (first_ms, start, told, polled_ms, removed_ms)
        found.append((rowid, Applet(key, home, name, since_seq, bool(connected), trigger, *wish, *times)))
    return found


def _json(texts: Iterable[str]) -> str:
    return msgspec.json.encode(list(texts)).decode()
