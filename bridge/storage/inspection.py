"""Looking at a database file without changing it, whoever has it open. For its owner: others would leave files."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from bridge.errors import StorageError
from bridge.storage.looking import look

_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. `fault`: what SQLite found wrong, "" if nothing. `newest_ms`: when the last event came.

    `whole` False: it was too large to look at all of it.
    """

    fault: str
    newest_ms: int | None = None
    whole: bool = True


def inspect(path: Path, *, in_use: bool, most_bytes: int | None = None) -> Inspection:
    """Check the file's structure, and when the newest event was recorded (epoch, milliseconds).

    `most_bytes`: a larger file is not looked at as a whole, which takes minutes on a memory card, while its log grows.
    A file that nobody uses is opened as one that cannot change: even a reader would leave files beside it otherwise.
    """
    if not in_use:
        with suppress(StorageError):
            damage = look(path, note=_log(path).exists())  # looking at a log wipes the trace in it
            if damage is not None:
                return Inspection(damage.cause)
    if not in_use and not _log(path).exists():
        found = _inspect(path, "mode=ro&immutable=1", most_bytes)
        if not found.fault:  # else somebody may have begun to use it meanwhile
            return found
    return _inspect(path, "mode=ro", most_bytes)


def _inspect(path: Path, how: str, most_bytes: int | None) -> Inspection:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=_TIMEOUT_S)) as connection:
            whole = most_bytes is None or path.stat().st_size <= most_bytes
            fault = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]) if whole else "ok"
            if fault != "ok":
                return Inspection(fault)
            newest = connection.execute("SELECT recorded_at_ms FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            return Inspection("", None if newest is None else int(newest[0]), whole)
    except sqlite3.DatabaseError as error:
        return Inspection(str(error))


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
