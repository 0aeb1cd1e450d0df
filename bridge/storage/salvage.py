"""Reading what can be read of a database that may be damaged: rows, and whether they are all that there were.

SQLite keeps no sums of its pages, so that a flipped byte inside a value is nobody's to see; but what cannot be a value
of its column is left out. Changes nothing; knows not what the rows are for.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from bridge.storage.database import UNREADABLE
from bridge.storage.verifying import MAGIC, open_to_read

MOST_SINGLE: Final = 20_000
"""So many events are looked for one by one where whole pages of them are gone."""

SCRATCH: Final = ".restoring.scratch"
"""The end of the name of a file that is only there while something is read from it."""

_HEADER_BYTES: Final = 100

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """`whole`: these are all that there were."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    whole: bool


NOTHING: Final = Rows((), (), whole=False)


class Wreck:
    """A database to be read as far as that is possible. Each answer is found anew: ask once."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    @property
    def speaks(self) -> bool:
        """Whether anything at all can be read."""
        return bool(self._columns("schema_version"))

    def rows(self, table: str, *, key: str = "rowid", fits: Callable[[dict[str, Any]], bool] | None = None) -> Rows:
        """Return the rows of a small table. `key`: what it is sorted by; `fits`: whether a row can be one."""
        columns = self._columns(table)
        if not columns:
            return NOTHING
        listed = ", ".join(columns)
        found, whole = self._forward(f"SELECT {listed} FROM {table} NOT INDEXED ORDER BY {key}")  # noqa: S608 -- our own names
        if not whole:  # what is behind the damage is reached from the other end
            rest, _ = self._forward(f"SELECT {listed} FROM {table} NOT INDEXED ORDER BY {_descending(key)}")  # noqa: S608 -- the same
            found = list(dict.fromkeys([*found, *reversed(rest)]))
        good = [row for row in found if _is_sound(row) and (fits is None or fits(dict(zip(columns, row, strict=True))))]
        return Rows(columns, tuple(good), whole and len(good) == len(found))

    def number(self, question: str) -> int | None:
        """Return a number, None where nobody can tell."""
        found, whole = self._forward(question)
        value = found[0][0] if whole and found else None
        return value if isinstance(value, int) else None

    def events_behind(self, seq: int) -> Rows:
        """Return the events behind a sequence number, in order. Those of pages that are gone are left out."""
        columns = self._columns("events")
        if not columns:
            return NOTHING
        listed = ", ".join(columns)
        question = f"SELECT {listed} FROM events NOT INDEXED WHERE seq > {seq} ORDER BY seq"  # noqa: S608 -- our own names
        found, whole = self._forward(question)
        if not whole:
            rest, _ = self._forward(f"{question} DESC")
            place = columns.index("seq")
            low = max((row[place] for row in found if isinstance(row[place], int)), default=seq)
            high = min((row[place] for row in rest if isinstance(row[place], int)), default=low)
            between = self._one_by_one(f"SELECT {listed} FROM events NOT INDEXED WHERE seq = ?", low + 1, high)  # noqa: S608 -- the same
            found = list(dict.fromkeys([*found, *between, *reversed(rest)]))
        good = [row for row in found if _is_sound(row) and _is_event(dict(zip(columns, row, strict=True)), seq)]
        return Rows(columns, tuple(good), whole and len(good) == len(found))

    def _one_by_one(self, question: str, first: int, end: int) -> Iterator[Row]:
        for number in range(first, min(end, first + MOST_SINGLE)):
            found, _ = self._forward(question, number)
            yield from found

    def _columns(self, table: str) -> tuple[str, ...]:
        found, _ = self._forward(f"PRAGMA table_info({table})")
        return tuple(str(row[1]) for row in found)

    def _forward(self, question: str, *values: int) -> tuple[list[Row], bool]:
        """Return the rows up to the first that cannot be read, and whether that is all of them."""
        found: list[Row] = []
        if self._connection is None:
            return found, False
        try:
            for row in self._connection.execute(question, values):
                found.append(row)  # noqa: PERF402 -- what came before the damage counts
        except UNREADABLE:
            return found, False
        return found, True


@contextmanager
def wreck_of(path: Path | None) -> Iterator[Wreck]:
    """Open what is left of a database; None: nothing is."""
    try:
        connection = None if path is None or not path.exists() else open_to_read(path)
    except sqlite3.DatabaseError:
        connection = None
    if connection is None:
        yield Wreck(None)
        return
    with closing(connection):
        connection.text_factory = lambda content: content.decode(errors="replace")
        connection.execute("PRAGMA busy_timeout = 5000")
        yield Wreck(connection)


@contextmanager
def with_beginning_of(whole: Path, path: Path | None) -> Iterator[Path | None]:
    """Give a database whose beginning was overwritten that of a copy, in a file of its own; else the path itself.

    All that the beginning says is the same for both but how large the file is. One with a log beside it stays as it is:
    nobody knows whether the two belong together.
    """
    if path is None or not _has_lost_beginning(path):
        yield path
        return
    scratch = path.with_name(f"{path.name}{SCRATCH}")
    try:
        shutil.copyfile(path, scratch)
        scratch.chmod(0o600)
        with whole.open("rb") as file:
            header = bytearray(file.read(_HEADER_BYTES))
        page_bytes = int.from_bytes(header[16:18], "big")
        pages = scratch.stat().st_size // (65_536 if page_bytes == 1 else page_bytes)
        header[18:20] = b"\x01\x01"  # no log
        header[28:32] = pages.to_bytes(4, "big")
        with scratch.open("r+b") as file:
            file.write(header)
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _has_lost_beginning(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            beginning = file.read(len(MAGIC))
        return beginning != MAGIC and path.stat().st_size > _HEADER_BYTES and not _log_of(path).exists()
    except OSError:
        return False


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _descending(key: str) -> str:
    return ", ".join(f"{name.strip()} DESC" for name in key.split(","))


def _is_sound(row: Sequence[object]) -> bool:
    return not any(isinstance(value, str) and ("\ufffd" in value or "\0" in value) for value in row)


def _is_event(row: dict[str, Any], behind: int) -> bool:
    try:
        texts = msgspec.json.decode(row["ingredients"], type=dict[str, str])
    except (msgspec.DecodeError, TypeError):
        return False
    named = all(isinstance(row[name], str) and row[name] for name in ("id", "home", "device", "entity", "kind"))
    numbers = isinstance(row["seq"], int) and isinstance(row["recorded_at_ms"], int)
    return named and numbers and row["seq"] > behind and row["offered"] in {0, 1} and isinstance(texts, dict)
