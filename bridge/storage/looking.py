"""Is the database damaged? Asked at the start, before anything is opened to write.

What is looked at costs the same however many events there are: the header and the schema, the small tables whole and
their indexes, the newest events, and whether the write-ahead log is as long as it was. Older events and what looks
right and is not are found by the copies, each of which is verified whole. Changes nothing.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import DatabaseDamaged
from bridge.storage.database import UNREADABLE, damage_mark, mark_damaged, translated
from bridge.storage.verifying import MAGIC, open_to_read
from bridge.storage.wal_index import WalIndex, index_of

LARGE: Final = frozenset({"events", "readings"})
"""Tables that are not read whole."""

NEWEST: Final = 200
PATIENCE_S: Final = 0.1
"""Looking at the tables ends after so long: the next copy looks at the rest."""

_CUT: Final = "its write-ahead log is cut"
_OPERATIONS: Final = 10_000
_OTHERWISE_INDEXED: Final = """
SELECT count(*) FROM (SELECT seq, id FROM events NOT INDEXED ORDER BY seq DESC LIMIT ?) AS newest
WHERE seq IS NOT (SELECT indexed.seq FROM events AS indexed INDEXED BY sqlite_autoindex_events_1
    WHERE indexed.id = newest.id)
"""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong. `cut`: all that is wrong is that the newest commits are gone; what is there is whole.

    `noted`: somebody else found it, and nothing is seen of it now.
    """

    cause: str
    cut: bool = False
    noted: bool = False


def is_missing(path: Path) -> bool:
    """Tell whether there is no database, or nothing in it."""
    try:
        return path.stat().st_size == 0 and not _size(path, "-wal")
    except FileNotFoundError:
        return True


def look(path: Path, *, note: bool = True) -> Damage | None:
    """Look at a database that nobody has opened. Raises StorageUnavailable where that cannot be done now.

    What is found is written down beside it at once: looking writes the index of the log anew, and so wipes the trace.

    Whatever belongs to another program, or to a newer version of this one, is not damaged: opening it will say so.
    `note` false: where there is no log, there is nothing to wipe, and nothing need be left.
    """
    found = _look(path)
    if found is not None and note:
        mark_damaged(path, found.cause)
    return found


def _look(path: Path) -> Damage | None:
    try:
        with path.open("rb") as file:
            beginning = file.read(len(MAGIC))
    except OSError:
        return None  # opening it says why it cannot be
    if beginning != MAGIC and not _is_new(path, beginning):
        return Damage("it is not a database any more: its beginning was overwritten")
    with index_of(path) as index:
        return _look_inside(path, index)


def _look_inside(path: Path, index: WalIndex | None) -> Damage | None:
    noted = _noted(path)
    has_log = path.with_name(f"{path.name}-wal").exists()
    try:
        with closing(open_to_read(path, unchanging=not has_log)) as connection:
            connection.execute("PRAGMA busy_timeout = 5000")
            fault = _fault(connection, path)
            gone = index.lost(has_log=has_log) if index is not None else 0
    except UNREADABLE as error:
        meant = translated(error)
        if not isinstance(meant, DatabaseDamaged):
            raise meant from error
        fault, gone = _said(error), 0
    if fault:
        return Damage(fault)
    if gone:
        return Damage(f"{_CUT}: {gone} pages of the newest commits are gone", cut=not noted)
    if not noted:
        return None
    return Damage(noted, cut=True) if noted.startswith(_CUT) else Damage(noted, noted=True)


def _said(error: sqlite3.DatabaseError | UnicodeDecodeError) -> str:
    return "its schema is not readable" if isinstance(error, UnicodeDecodeError) else str(error)


def _is_new(path: Path, beginning: bytes) -> bool:
    """Tell whether all there ever was is in the log still: a first start that was cut off."""
    return not beginning and _size(path, "-wal") > 0


def _noted(path: Path) -> str:
    try:
        return damage_mark(path).read_text(encoding="utf-8", errors="replace").strip() or "it was found damaged"
    except OSError:
        return ""


def _fault(connection: sqlite3.Connection, path: Path) -> str:
    """Read, and return what is wrong, "" if nothing is. Raises sqlite3.DatabaseError for most of what can be."""
    names = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if "schema_version" not in names:
        return ""
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    if not _size(path, "-wal") and path.stat().st_size < pages * size:
        return f"its end is missing: {path.stat().st_size} of {pages * size} bytes are there"
    if "events" in names:
        connection.execute("SELECT * FROM events ORDER BY seq DESC LIMIT ?", (NEWEST,)).fetchall()
        if connection.execute(_OTHERWISE_INDEXED, (NEWEST,)).fetchone()[0]:
            return "the newest events have other ids than their index says"
    return _fault_of_small([name for name in names if name not in LARGE], connection)


def _fault_of_small(names: list[str], connection: sqlite3.Connection) -> str:
    until_s = time.monotonic() + PATIENCE_S
    connection.set_progress_handler(lambda: time.monotonic() > until_s, _OPERATIONS)
    try:
        for name in names:
            for _ in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 -- a name of the schema itself
                pass
            if not name.startswith("sqlite_"):
                found = str(connection.execute(f'PRAGMA integrity_check("{name}")').fetchone()[0])
                if found != "ok":
                    return " ".join(found.split())
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        connection.set_progress_handler(None, 0)
    return ""


def _size(path: Path, ending: str) -> int:
    try:
        return path.with_name(f"{path.name}{ending}").stat().st_size
    except OSError:
        return 0
