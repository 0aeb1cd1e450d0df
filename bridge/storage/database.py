"""The database file: opening it, its pragmas, one unit of work, one question. Knows no table.

A whole unit of work travels to the writer's thread as one function and runs there inside one transaction. Statement
by statement the same commit took 2.4 times as long (1.18 ms against 0.49 ms for one event), because each statement
crosses the threads twice. For that, aiosqlite's `_execute` is used, which runs a function on the connection's thread;
tests/integration/storage/test_library_internals.py fails loudly should it move.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite  # noqa: TID251 -- the one place that opens the database

from bridge.errors import StorageError, StorageUnavailable

T = TypeVar("T")

_PASSING: Final = {
    sqlite3.SQLITE_BUSY: "locked by another program",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_IOERR: "input/output error",
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_PROTOCOL: "lock protocol error",
}
BUSY_TIMEOUT_MS: Final = 5000
"""How long a unit of work waits while another program, such as the command line, writes."""

MANY_CHANGES: Final = 250
"""After so many changed rows, which are about a thousand pages, the journal is to be brought into the file."""

WRITER_PAGES: Final = 16_384
"""From so many pages (64 MiB) on the writer does that itself."""

SMALL_BYTES: Final = 32 * 1024 * 1024

_WRITER_CACHE_KIB: Final = 8192
_READER_CACHE_KIB: Final = 4096
_ASIDE_CACHE_KIB: Final = 64


class Database:
    """One writing connection, one reading connection, and one for checkpoints, each on a thread of its own.

    `much_changed` is set when enough is written for a checkpoint; without `aside` the writer makes all of them.
    """

    def __init__(
        self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, aside: aiosqlite.Connection | None = None
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._aside = aside
        self._changes = 0
        self.much_changed = asyncio.Event()
        self.written_s = time.monotonic()
        """When the writer last came back from a unit of work, with whatever result (monotonic seconds)."""
        self.writing = 0
        """How many units of work are under way or wait for their turn."""

    async def write(self, unit: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run a unit of work in one transaction, durable when this returns. Raises StorageUnavailable.

        `durable` false: a power cut may undo it, though nothing else. Nobody waits for the disk.
        """
        self.writing += 1
        try:
            result = await _run(self._writer, partial(self._counted, unit), begin="BEGIN IMMEDIATE", durable=durable)
        except Exception:  # not when nobody waits any more: that says nothing of the writer
            self.written_s = time.monotonic()
            raise
        finally:
            self.writing -= 1
        self.written_s = time.monotonic()
        if self._changes >= MANY_CHANGES:
            self.much_changed.set()
        return result

    async def checkpoint(self) -> None:
        """Bring what is committed into the file, as far as no reader is in the way. Raises StorageUnavailable."""
        self.much_changed.clear()
        self._changes = 0
        if self._aside is not None:
            await _run(self._aside, _checkpoint, begin="")

    def _counted(self, unit: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
        before = connection.total_changes
        result = unit(connection)
        self._changes += connection.total_changes - before
        return result

    async def writer_answers(self) -> bool:
        """Wait until the writer has taken its turn with nothing to write. A full or locked disk is an answer too."""
        with contextlib.suppress(StorageError):
            await self.write(_nothing)
        return True

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run a question against one consistent state of the file. Raises StorageUnavailable."""
        return await _run(self._reader, question, begin="BEGIN")


@asynccontextmanager
async def open_database(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> AsyncIterator[Database]:
    """Open the file, creating it readable by its owner alone. Raises StorageUnavailable or StorageError."""
    _create_private(path)
    writer = await _connect(path, cache_kib=_WRITER_CACHE_KIB, busy_timeout_ms=busy_timeout_ms)
    try:
        await _run(writer, _make_shrinkable, begin="")
        reader = await _connect(path, cache_kib=_READER_CACHE_KIB, busy_timeout_ms=busy_timeout_ms)
        try:
            aside = await _connect(path, cache_kib=_ASIDE_CACHE_KIB, busy_timeout_ms=busy_timeout_ms)
            try:
                yield Database(writer, reader, aside)
            finally:
                await aside.close()
        finally:
            await reader.close()
    finally:
        await writer.close()


def _make_shrinkable(connection: sqlite3.Connection) -> None:
    """Let the file of an older version give empty pages back, where writing it anew takes no time to speak of."""
    kept, pages, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("auto_vacuum", "page_count", "page_size")
    )
    if not kept and pages * page <= SMALL_BYTES:
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk, or somebody writes: the next start does it
            connection.execute("VACUUM")


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _nothing(_connection: sqlite3.Connection) -> None:
    """Write nothing."""


def _create_private(path: Path) -> None:
    if path.is_dir():
        example = path / "bridge.db"
        raise StorageUnavailable(f"the database {path} cannot be opened: it is a folder; name a file in it: {example}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        sqlite3.connect(path).close()  # what cannot be opened fails here: aiosqlite would leave its thread behind
    except OSError as error:
        raise StorageUnavailable(f"the database {path} cannot be opened: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        raise _translate(error) from error


async def _connect(path: Path, *, cache_kib: int, busy_timeout_ms: int) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None)
    try:
        await connection
        for pragma in (
            f"busy_timeout = {busy_timeout_ms}",
            "auto_vacuum = INCREMENTAL",  # of a new file; before anything is written to it
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"cache_size = -{cache_kib}",
            "journal_size_limit = 67108864",
            f"wal_autocheckpoint = {WRITER_PAGES}",
        ):
            async with connection.execute(f"PRAGMA {pragma}"):
                """Close it: a statement that has not ended keeps VACUUM from beginning."""
    except BaseException as error:  # cancelled too: a thread left behind would keep the process alive
        await connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise _translate(error) from error
        raise
    return connection


async def _run(
    connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T], *, begin: str, durable: bool = True
) -> T:
    def transaction() -> T:
        raw = connection._conn  # noqa: SLF001 -- the sqlite3 connection, used on its own thread
        if not begin:
            return work(raw)
        if durable:
            return _transaction(raw, work, begin)
        raw.execute("PRAGMA synchronous = NORMAL")  # in the order of the WAL: the next durable one brings it to disk
        try:
            return _transaction(raw, work, begin)
        finally:
            raw.execute("PRAGMA synchronous = FULL")

    try:
        result: T = await connection._execute(transaction)  # type: ignore[no-untyped-call] # noqa: SLF001 -- see above
    except sqlite3.DatabaseError as error:
        raise _translate(error) from error
    return result


def _transaction(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
    raw.execute(begin)
    try:
        result = work(raw)
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:  # SQLite has rolled back by itself when the disk is full
            raw.execute("ROLLBACK")
        raise
    return result


def _translate(error: sqlite3.DatabaseError) -> Exception:
    """Tell a passing trouble of the outside world from a fault of ours, which stays what it is."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in _PASSING:
        return StorageUnavailable(f"database: {_PASSING[primary]} ({error})")
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StorageError(f"the database file is damaged ({error}); restore it from a copy")
    return error
