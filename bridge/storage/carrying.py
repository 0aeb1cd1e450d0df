"""What a copy takes over from the database that it replaces, so that it fires no Applet again and keeps every token.

A copy is the past: of devices, of people, of tokens, of what IFTTT was told. What has come since is taken over where
the replaced database can still be read, if the copy is of its own past (`is_past_of`); a table counts as known only if
all of it could be read.

| what | where the replaced database is known | where it is not |
|---|---|---|
| events behind the copy's newest | taken over, with their ids and numbers | gone; what comes is numbered far behind them, so that no cursor, identity or `since_seq` hides it |
| users added since, other passwords | taken over | as in the copy |
| users removed since | removed, with all that was theirs | back, as they were |
| grants and tokens | as in the replaced database: ended ones stay ended | all of the copy, and what could be read; not what is known to have ended |
| codes | taken over | none: they live a minute |
| browsers signed in at the private pages | taken over | none: owners sign in again |
| identities, and how far each was told | as in the replaced database | those of the copy, and what could be read |
| when each was told, and when it asked | the same, as far as it could be read: it only explains | the same |
| commands, by their request ids | both: none is carried out again | a request repeated from after the copy is carried out |
| states of entities | taken over: what a device repeats is nothing new | unsure: the first word of each is recorded and never offered |
| doors left open, and whether that was told | taken over | told: no old opening is told of again |
| messages taken from the broker | taken over: none counts twice | forgotten; a press that the broker says it sends again is recorded and never offered |
| devices, names, corrections | the copy's, and what is new since | the copy's |
| hidden devices, shares | hidden, or taken from somebody, if either says so; `since_seq` is the later one | the copy's |
| devices removed since | back: that is what a copy can be put back for | back |
| when the broker was last there, keys, subscriptions | taken over | the copy's, or when the newest event came: presses that have waited since count as late |

In all cases IFTTT is asked to look at everything (`RESTORED`); it knows what it has seen by ids, which never change.
"""  # noqa: E501 -- a table

import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from bridge.devices.last_known import UNSURE
from bridge.storage.events import newest_seq
from bridge.storage.salvage import Rows, Wreck
from bridge.storage.settings import CURSOR_KEY, DELIVERIES_LOST, LAST_CONNECTED_MS, RESTORED, RUN_MS

GAP: Final = 1_000_000
"""So many sequence numbers are left out where nobody can tell which were given since the copy."""

_ACCESS: Final = ("grants", "tokens", "dead_tokens", "connection_checks", "failed_checks")
_JOURNEYS: Final = ("notifications", "polls")
_OF_USER: Final = (*_ACCESS, "codes", "sign_ins", *_JOURNEYS, "trigger_identities", "shares", "commands")
_SEQUENCE: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
_MAKE_UNSURE: Final = """
UPDATE entity_states SET fired = trim(fired || ' ' || ?1), pending_value = NULL, pending_since_ms = NULL,
    pending_first_ms = NULL, fading_since_ms = NULL, fading_heard = NULL, held_ms = NULL
WHERE instr(' ' || fired || ' ', ' ' || ?1 || ' ') = 0
"""
_SILENT_SO_FAR: Final = """
INSERT INTO entity_states (entity, presses, fired) SELECT id, '', ? FROM entities WHERE true ON CONFLICT DO NOTHING
"""
_ORPHANS: Final = {
    "connection_checks": "DELETE FROM connection_checks WHERE user NOT IN (SELECT id FROM users)",
    "shares": (
        "DELETE FROM shares WHERE user NOT IN (SELECT id FROM users) OR entity NOT IN (SELECT id FROM entities)"
    ),
} | {
    table: (
        f"DELETE FROM {table} WHERE (client, user, identity) NOT IN "  # noqa: S608 -- our own names
        "(SELECT client, user, identity FROM trigger_identities)"
    )
    for table in _JOURNEYS
}
"""Tables without a rowid that refer to others."""

_KEYS: Final = {
    "connection_checks": "user, client",
    "shares": "user, entity",
    "deadlines": "entity, minutes",
    "readings": "entity, number",
    "descriptions": "source, family, part",
    **dict.fromkeys(_JOURNEYS, "client, user, identity, number"),
}
"""Tables without a rowid, by what they are sorted by."""


@dataclass(slots=True)
class Carried:
    """What became of it. `events`: so many were taken over, `missing`: so many could not be, None where nobody knows.

    `unread`: tables of which not all could be read; `removed`: the names of users who stay removed.
    """

    events: int = 0
    missing: int | None = None
    unread: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def is_past_of(new: sqlite3.Connection, old: Wreck) -> bool:
    """Tell whether a copy is of the past of another database: of the same home, and not ahead of it."""
    mine, theirs = _settings_in(new), _settings(old.rows("settings"))
    same = CURSOR_KEY in mine and mine[CURSOR_KEY] == theirs.get(CURSOR_KEY)
    if not same:
        users = {row[0] for row in new.execute("SELECT id FROM users")}
        kept = old.rows("users")
        same = any(row[kept.columns.index("id")] in users for row in kept.rows)
    return same and not is_ahead_of(new, old)


def is_ahead_of(new: sqlite3.Connection, old: Wreck) -> bool:
    """Tell whether a copy is newer than what another database still has: its log was cut, perhaps."""
    mine, theirs = _settings_in(new), _settings(old.rows("settings"))
    given = old.number(_SEQUENCE)
    ran_longer = RUN_MS in theirs and _whole(mine, RUN_MS) > _whole(theirs, RUN_MS)
    return ran_longer or (given is not None and newest_seq(new) > given)


def carry_over(new: sqlite3.Connection, old: Wreck, *, trusted: bool) -> Carried:
    """Take over what has come since. `trusted`: what is read of states is what they were last."""
    carried = Carried()
    _accounts(new, old, carried)
    _things(new, old, carried)
    _events(new, old, carried)
    _knowledge(new, old, carried, trusted=trusted)
    _small_facts(new, old, carried)
    _drop_orphans(new)
    return carried


def _accounts(new: sqlite3.Connection, old: Wreck, carried: Carried) -> None:
    _add(new, "homes", old.rows("homes"), how="IGNORE")
    users = _read(old, "users", carried)
    if users.whole:
        there = {row[users.columns.index("id")] for row in users.rows}
        gone = [row for row in new.execute("SELECT id, name FROM users").fetchall() if row[0] not in there]
        for user, name in gone:
            _erase_user(new, user)
            carried.removed.append(name)
    _add(new, "users", users)
    for table in ("codes", "sign_ins"):
        new.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
        _add(new, table, _read(old, table, carried))
    for table in (*_ACCESS, "trigger_identities"):
        rows = _read(old, table, carried)
        if rows.whole:
            new.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
        if table == "dead_tokens":  # its numbers are its own
            rows = _without(rows, "seq")
        _add(new, table, rows)
    for table in _JOURNEYS:  # nobody is to worry where they are not whole
        _replace_all(new, table, old.rows(table, key=_KEYS[table]))
    new.execute(
        "DELETE FROM tokens WHERE digest IN (SELECT digest FROM dead_tokens) "
        "OR refresh IN (SELECT digest FROM dead_tokens)"
    )
    _add(new, "commands", _read(old, "commands", carried))


def _things(new: sqlite3.Connection, old: Wreck, carried: Carried) -> None:
    for table in ("devices", "device_entities"):
        _add(new, table, _read(old, table, carried), how="IGNORE")
    entities = _read(old, "entities", carried)
    _add(new, "entities", entities, how="IGNORE")
    for row in entities.rows:
        said = dict(zip(entities.columns, row, strict=True))
        new.execute(
            "UPDATE entities SET exposed = min(exposed, :exposed), since_seq = max(since_seq, :since_seq) "
            "WHERE id = :id",
            {"exposed": 1, **said},
        )
    _add(new, "shares", _read(old, "shares", carried))
    _replace_all(new, "descriptions", _read(old, "descriptions", carried))


def _events(new: sqlite3.Connection, old: Wreck, carried: Carried) -> None:
    before, given = newest_seq(new), old.number(_SEQUENCE)
    events = old.events_behind(before)
    if not events.whole:
        carried.unread.append("events")
    _add(new, "events", events, how="IGNORE")
    place = events.columns.index("seq") if events.rows else 0
    carried.events = len(events.rows)
    if events.whole:
        carried.missing = 0
    elif given is not None:
        carried.missing = max(0, given - before - len(events.rows))
    highest = max((row[place] for row in events.rows), default=before)
    _set_sequence(new, max(highest, before + GAP) if given is None else max(highest, given, before))


def _set_sequence(new: sqlite3.Connection, seq: int) -> None:
    if new.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'", (seq,)).rowcount == 0:
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", (seq,))


def _knowledge(new: sqlite3.Connection, old: Wreck, carried: Carried, *, trusted: bool) -> None:
    states = _read(old, "entity_states", carried)
    new.execute(_MAKE_UNSURE, (UNSURE,))
    _add(new, "entity_states", states)
    if not trusted:
        new.execute(_MAKE_UNSURE, (UNSURE,))
    if not (trusted and states.whole):
        new.execute(_SILENT_SO_FAR, (UNSURE,))
    _replace_all(new, "readings", _read(old, "readings", carried))
    new.execute("UPDATE deadlines SET told = 1")
    _replace_all(new, "deadlines", _read(old, "deadlines", carried))
    if not trusted:
        new.execute("UPDATE deadlines SET told = 1")
    deliveries = _read(old, "deliveries", carried)
    new.execute("DELETE FROM deliveries")
    _add(new, "deliveries", deliveries)
    _keep(new, DELIVERIES_LOST, "0" if deliveries.whole and trusted else "1")


def _small_facts(new: sqlite3.Connection, old: Wreck, carried: Carried) -> None:
    run_ms = _whole(_settings_in(new), RUN_MS)
    found = _read(old, "settings", carried)
    theirs = _settings(found)
    for name, value in theirs.items():
        if name != DELIVERIES_LOST or value != "0":
            _keep(new, name, value)
    _keep(new, RUN_MS, str(max(run_ms, _whole(theirs, RUN_MS))))
    _keep(new, RESTORED, "1")
    connected = max(_whole(_settings_in(new), LAST_CONNECTED_MS), _newest_event_ms(new))
    _keep(new, LAST_CONNECTED_MS, str(connected))


def _read(old: Wreck, table: str, carried: Carried) -> Rows:
    rows = old.rows(table, key=_KEYS.get(table, "rowid"), fits=_is_setting if table == "settings" else None)
    if not rows.whole and table not in carried.unread:
        carried.unread.append(table)
    return rows


def _is_setting(row: dict[str, Any]) -> bool:
    return isinstance(row["name"], str) and row["name"].isascii() and isinstance(row["value"], str)


def _add(new: sqlite3.Connection, table: str, rows: Rows, *, how: str = "REPLACE") -> None:
    """Add rows by the columns that there are on both sides. What the table does not take is left out."""
    if not rows.rows:
        return
    mine = {str(row[1]) for row in new.execute(f"PRAGMA table_info({table})")}
    columns = [name for name in rows.columns if name in mine]
    places = [rows.columns.index(name) for name in columns]
    sql = f"INSERT OR {how} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 -- our own names
    for row in rows.rows:
        try:
            new.execute(sql, tuple(row[place] for place in places))
        except sqlite3.IntegrityError:
            continue  # a value is missing that must be there: it was not whole


def _replace_all(new: sqlite3.Connection, table: str, rows: Rows) -> None:
    if rows.whole:
        new.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
    _add(new, table, rows)


def _without(rows: Rows, column: str) -> Rows:
    if column not in rows.columns:
        return rows
    place = rows.columns.index(column)
    columns = rows.columns[:place] + rows.columns[place + 1 :]
    return Rows(columns, tuple(row[:place] + row[place + 1 :] for row in rows.rows), rows.whole)


def _erase_user(new: sqlite3.Connection, user: str) -> None:
    for table in _OF_USER:
        new.execute(f"DELETE FROM {table} WHERE user = ?", (user,))  # noqa: S608 -- our own names
    new.execute("DELETE FROM users WHERE id = ?", (user,))


def _drop_orphans(new: sqlite3.Connection) -> None:
    """Let the rows go whose user, grant or device is not there."""
    while True:
        broken = new.execute("PRAGMA foreign_key_check").fetchall()
        if not broken:
            return
        for table, rowid, _, _ in broken:
            if rowid is None:
                new.execute(_ORPHANS[table])
            else:
                new.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608 -- our own names


def _newest_event_ms(new: sqlite3.Connection) -> int:
    """Return when the newest event came: somebody listened then."""
    row = new.execute("SELECT recorded_at_ms FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    return 0 if row is None else int(row[0])


def _settings_in(new: sqlite3.Connection) -> dict[str, str]:
    return dict(new.execute("SELECT name, value FROM settings"))


def _settings(rows: Rows) -> dict[str, str]:
    if not rows.rows:
        return {}
    name, value = rows.columns.index("name"), rows.columns.index("value")
    return {row[name]: row[value] for row in rows.rows}


def _whole(settings: dict[str, str], name: str) -> int:
    text = settings.get(name, "")
    return int(text) if text.isdecimal() else 0


def _keep(new: sqlite3.Connection, name: str, value: str) -> None:
    new.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))
