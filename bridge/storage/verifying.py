"""Is a file a copy of a bridge's database, whole, and of a version that this program knows? Changes nothing.

Also how much of it there is: what a copy is known by. Nobody may be writing to it meanwhile.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from bridge.errors import CopyDamaged, CopyRefused
from bridge.storage.database import UNREADABLE
from bridge.storage.migrate import load_migrations
from bridge.storage.settings import RUN_MS

MAGIC: Final = b"SQLite format 3\0"
SMALL_BYTES: Final = 256 * 1024 * 1024
"""Up to here each index is compared with what it is of, too, which takes minutes where there are ten million events."""

_OPERATIONS: Final = 50_000
"""So many steps of SQLite's between two looks at whether to go on: some milliseconds."""


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What is in a copy. `run_ms`: how long the bridge had run when it was made, None if nobody noted it."""

    path: Path
    bytes: int
    schema: int
    newest_seq: int
    run_ms: int | None


def verify(path: Path, *, go_on: Callable[[], bool] = lambda: True) -> CopyFacts:
    """Look at every page. Raises CopyDamaged, or CopyRefused with what else is wrong; also when it is not to go on."""
    _check_magic(path)
    beside = path.with_name(f"{path.name}-wal").exists()
    try:
        with closing(open_to_read(path, unchanging=not beside)) as connection:
            connection.set_progress_handler(lambda: not go_on(), _OPERATIONS)
            facts = _facts(connection, path)
            how = "integrity_check" if facts.bytes <= SMALL_BYTES else "quick_check"
            fault = str(connection.execute(f"PRAGMA {how}(1)").fetchone()[0])
            for (_,) in connection.execute("SELECT value FROM settings"):
                pass
    except UNREADABLE as error:
        if not go_on():
            raise CopyRefused("it was broken off") from None
        raise CopyDamaged(f"{path} is damaged ({error})") from error
    if fault != "ok":
        raise CopyDamaged(f"{path} is damaged ({' '.join(fault.split())})")
    return facts


def open_to_read(path: Path, *, unchanging: bool = False) -> sqlite3.Connection:
    """Open a database as a reader that changes nothing in it. Raises sqlite3.DatabaseError.

    `unchanging`: nobody writes to it meanwhile, and it has no log; then nothing is left beside it either.
    """
    how = "mode=ro&immutable=1" if unchanging else "mode=ro"
    return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None, check_same_thread=False)


def _check_magic(path: Path) -> None:
    try:
        if path.is_dir():
            raise CopyRefused(f"{path} is a folder; name a file")
        with path.open("rb") as file:
            beginning = file.read(len(MAGIC))
    except OSError as error:
        raise CopyRefused(f"{path} cannot be read: {error.strerror}") from error
    if beginning != MAGIC:
        raise CopyRefused(f"{path} is not a database{'' if beginning else ': it is empty'}")


def _facts(connection: sqlite3.Connection, path: Path) -> CopyFacts:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"schema_version", "events", "settings"} <= tables:
        raise CopyRefused(f"{path} is the database of another program")
    schema = int(connection.execute("SELECT max(version) FROM schema_version").fetchone()[0] or 0)
    known = len(load_migrations())
    if schema > known:
        raise CopyRefused(
            f"{path} was written by a newer version of ifttt-bridge (schema {schema}, this program knows up to "
            f"{known}); install that version first"
        )
    newest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    run = connection.execute("SELECT value FROM settings WHERE name = ?", (RUN_MS,)).fetchone()
    run_ms = int(run[0]) if run is not None and str(run[0]).isdecimal() else None
    return CopyFacts(path, path.stat().st_size, schema, 0 if newest is None else int(newest[0]), run_ms)
