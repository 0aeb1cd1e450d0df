"""Looking at a database file without changing it, whoever has it open. For its owner: others would leave files."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. `fault`: what SQLite found wrong, "" if nothing. `newest_ms`: when the last event came."""

    fault: str
    newest_ms: int | None = None


def inspect(path: Path) -> Inspection:
    """Check the file's structure, and when the newest event was recorded (epoch, milliseconds)."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_TIMEOUT_S)) as connection:
            fault = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if fault != "ok":
                return Inspection(fault)
            newest = connection.execute("SELECT recorded_at_ms FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            return Inspection("", None if newest is None else int(newest[0]))
    except sqlite3.DatabaseError as error:
        return Inspection(str(error))
