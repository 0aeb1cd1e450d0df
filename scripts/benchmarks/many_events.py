"""A database as a home has it after years: so many events, made in a few statements, and so many identities.

Both ends are the same whatever the number: the oldest are rare presses, the newest are what is asked for. Between them
is what thousands of things in ten homes did.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bridge.events import CONTACT_OPENED, Event
from bridge.storage.settings import TOLD_UP_TO
from bridge.timeline.entry import Entry, entry_id

HOME: Final = "home"
DOORS: Final = 300
BELL: Final = "bell"
RARE: Final = 50
"""So many rare presses, before all else."""

TAIL: Final = 900
OTHERS: Final = 3000
HOMES: Final = 10
TIME_MS: Final = 1_700_000_000_000
CACHE_KIB: Final = 500_000
USERS: Final = 100
CLIENT: Final = "production"

_INGREDIENTS: Final = (
    '{"name":"Front door","device_name":"Front door","device_id":"front-door","room":"Hall","state":"open",'
    '"previous":"closed","occurred_at":"2026-01-01T00:00:00Z"}'
)
# What a row is, by its number: `e` is the thing of whatever is between the two ends.
_FILL: Final = f"""
INSERT INTO events (seq, id, home, device, entity, kind, recorded_at_ms, before, after, ingredients, offered, reason)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :events),
placed AS (
    SELECT n, (n * 7919 / 3 + n / 5) % {OTHERS} AS e,
        CASE WHEN n <= {RARE} THEN 'rare' WHEN n <= :events - {TAIL} THEN 'other'
            WHEN n % 3 = 0 THEN 'bell' WHEN n % 3 = 1 THEN 'first' ELSE 'door' END AS what
    FROM numbers),
named AS (
    SELECT n, e, what, what = 'other' AND e % 20 = 0 AS hidden,
        CASE WHEN what = 'other' AND e % {HOMES} THEN '{HOME}-' || (e % {HOMES}) ELSE '{HOME}' END AS home,
        CASE WHEN what IN ('rare', 'bell') OR what = 'other' AND e % 50 = 10 THEN '{BELL}'
            WHEN what = 'first' THEN 'door-0000' WHEN what = 'door' THEN printf('door-%04d', n % {DOORS})
            WHEN e % {HOMES} THEN 'thing-' || e ELSE printf('door-%04d', e / {HOMES} % {DOORS}) END AS entity
    FROM placed)
SELECT n, printf('%012x', {TIME_MS} + n * 1000) || lower(hex(randomblob(10))), home, entity, entity,
    CASE WHEN what = 'rare' THEN 'button.triple' WHEN entity = '{BELL}' THEN 'button.single'
        WHEN n % 2 OR what = 'first' THEN 'contact.opened' ELSE 'contact.closed' END,
    {TIME_MS} + n * 1000, 'closed', 'open', '{_INGREDIENTS}', NOT hidden, CASE WHEN hidden THEN 'hidden' END
FROM named
"""  # noqa: S608 -- constants only
_WAIT: Final = f"""
INSERT INTO trigger_identities (client, user, identity, home, trigger_slug, fields, first_seen_ms, start_seq, told_seq,
    last_polled_ms)
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
SELECT ?, printf('u%031d', n % {USERS}), lower(hex(randomblob(20))), ?, 'door_opened',
    printf('{{"door":"door-%04d"}}', 1 + n / {USERS} % {DOORS - 1}), ?, 0, 1000000000000, ?
FROM numbers
"""  # noqa: S608 -- constants only


def fill_events(database: Path, events: int) -> None:
    """Fill a migrated database that holds no events, of which IFTTT was told. Its indexes are made at the end, which is
    far quicker.
    """  # noqa: D205 -- one paragraph
    with _opened(database) as connection:
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'events' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(_FILL, {"events": events})
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (TOLD_UP_TO, str(events)))


def fill_identities(database: Path, identities: int) -> None:
    """Let so many identities wait for the doors, those of a hundred people who are connected."""
    with _opened(database) as connection:
        connection.execute(
            "INSERT INTO users (id, home, name, created_at_ms, since_seq) "
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
            "SELECT printf('u%031d', n), ?, 'person-' || n, 0, 0 FROM numbers",
            (USERS - 1, HOME),
        )
        connection.execute(
            "INSERT INTO tokens (digest, user, client, created_at_ms) SELECT 'digest of ' || id, id, ?, 0 FROM users "
            "WHERE name LIKE 'person-%'",
            (CLIENT,),
        )
        connection.execute(_WAIT, (identities - 1, CLIENT, HOME, TIME_MS, 4 * TIME_MS))


def entry_of(seq: int, number: int) -> Entry:
    """Return what one door does next."""
    where = f"door-{number:04d}"
    return Entry(seq, entry_id(TIME_MS), TIME_MS, Event(HOME, where, where, CONTACT_OPENED, {"name": "Door"}))


def take_away(database: Path, user: str, things: Sequence[str]) -> None:
    """Let a person not see some things, by the name of the person."""
    with _opened(database) as connection:
        connection.executemany(
            "INSERT INTO shares (user, entity, shared, since_seq) SELECT id, ?, 0, 0 FROM users WHERE name = ?",
            [(thing, user) for thing in things],
        )


@contextlib.contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that trusts the machine not to fail: what it makes can be made again."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{CACHE_KIB}",
            "locking_mode = EXCLUSIVE",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("PRAGMA locking_mode = NORMAL").fetchall()
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
