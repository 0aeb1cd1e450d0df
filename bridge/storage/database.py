"""The database file: opening it, its pragmas, one unit of work, one question. Knows no table.

A whole unit of work travels to the writer's thread as one function and runs there inside one transaction. Statement
by statement the same commit took 2.4 times as long (1.18 ms against 0.49 ms for one event), because each statement
crosses the threads twice. For that, aiosqlite's `_execute` is used, which runs a function on the connection's thread;
tests/integration/storage/test_library_internals.py fails loudly should it move.

The log is brought into the database from here, because SQLite keeps silent about what fails while it does so by itself.
After an input/output error all is opened anew before anything is written (durable.py says why).
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite  # noqa: TID251 -- the one place that opens the database

from bridge.errors import DatabaseDamaged, StorageError, StorageUnavailable
from bridge.storage.durable import Hold, Written, let_go, make_folder

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
UNREADABLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading may raise. Texts that are none: in a row, or in what SQLite says of a schema that was damaged."""

BUSY_TIMEOUT_MS: Final = 5000
"""How long a unit of work waits while another program, such as the command line, writes."""

_WRITER_CACHE_KIB: Final = 8192
_READER_CACHE_KIB: Final = 4096


class Database:
    """One writing connection and one reading connection, each on a thread of its own."""

    def __init__(
        self,
        path: Path,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        *,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._busy_timeout_ms = busy_timeout_ms
        self._written = Written()
        self._doubtful = False
        self._open = True
        self._opening = asyncio.Lock()
        self._hold: Hold | None = None
        self._letting_go: asyncio.Future[None] | None = None
        self.damaged = asyncio.Event()
        """Set once the file turned out to be damaged. The next start knows it by a mark beside the file."""
        self.written_s = time.monotonic()
        """When the writer last came back from a unit of work, with whatever result (monotonic seconds)."""

    async def write(self, unit: Callable[[sqlite3.Connection], T]) -> T:
        """Run a unit of work in one transaction, durable when this returns. Raises StorageUnavailable."""
        try:
            if self._doubtful:
                await self._begin_anew()
            result = await self._write(self._counted(unit))
            if self._written.due:
                await self._checkpoint()
        except Exception:  # not when nobody waits any more: that says nothing of the writer
            self.written_s = time.monotonic()
            raise
        self.written_s = time.monotonic()
        return result

    async def writer_answers(self) -> bool:
        """Wait until the writer has taken its turn with nothing to write. A full or locked disk is an answer too."""
        with contextlib.suppress(StorageError):
            await self.write(_nothing)
        return True

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run a question against one consistent state of the file. Raises StorageUnavailable."""
        if not self._open:
            raise StorageUnavailable("database: input/output error; it is being opened anew")
        return await self._run(self._reader, question, begin="BEGIN")

    async def close(self) -> None:
        """Close both connections. After an input/output error the log stays, for the next start to read."""
        if not self._open:
            return
        if self._doubtful and self._hold is None:
            with contextlib.suppress(OSError):
                self._hold = Hold(self._path)
        self._open = False
        await self._reader.close()
        await self._writer.close()

    def _counted(self, unit: Callable[[sqlite3.Connection], T]) -> Callable[[sqlite3.Connection], T]:
        def counted(connection: sqlite3.Connection) -> T:
            result = unit(connection)
            self._written.add(connection.total_changes)
            return result

        return counted

    async def _write(self, unit: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._run(self._writer, unit, begin="BEGIN IMMEDIATE")
        except StorageUnavailable as error:
            self._doubtful = self._doubtful or _is_io_error(error)
            raise

    async def _run(self, connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T], *, begin: str) -> T:
        try:
            return await _run(connection, work, begin=begin)
        except DatabaseDamaged as error:
            mark_damaged(self._path, str(error))
            self.damaged.set()
            raise

    async def _checkpoint(self) -> None:
        """Bring the log into the database. What does not fit or is being read waits; the log keeps it."""
        try:
            if await _checkpoint(self._writer):
                self._written.begin_anew()
        except StorageUnavailable as error:
            self._doubtful = self._doubtful or _is_io_error(error)

    async def _begin_anew(self) -> None:
        """Open the database anew. Raises StorageUnavailable until the disk is well again, and no other program has the
        database open; while the disk is not, it may be read.
        """  # noqa: D205 -- one paragraph
        async with self._opening:
            if not self._doubtful:
                return
            if self._open:  # writing first, so that nothing of a commit that failed can be read as one
                await _run(self._writer, _touch, begin="BEGIN IMMEDIATE")
                await self.close()
            if self._hold is not None:
                await self._let_go(self._hold)
            self._writer, self._reader = await _connect_both(self._path, busy_timeout_ms=self._busy_timeout_ms)
            self._written, self._open, self._doubtful = Written(), True, False

    async def _let_go(self, hold: Hold) -> None:
        """Let go of the closed database, once: who waits for it may be cancelled, and the next one waits on."""
        if self._letting_go is None:
            self._letting_go = asyncio.get_running_loop().run_in_executor(None, let_go, hold)
        try:
            await asyncio.shield(self._letting_go)
            self._hold = None
        finally:
            if self._letting_go.done():
                self._letting_go = None


@asynccontextmanager
async def open_database(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> AsyncIterator[Database]:
    """Open the file, creating it readable by its owner alone. Raises StorageUnavailable or StorageError."""
    _create_private(path)
    writer, reader = await _connect_both(path, busy_timeout_ms=busy_timeout_ms)
    database = Database(path, writer, reader, busy_timeout_ms=busy_timeout_ms)
    try:
        yield database
    finally:
        await database.close()


def damage_mark(path: Path) -> Path:
    """Return where it is written down that a database turned out to be damaged, and how."""
    return path.with_name(f"{path.name}.damaged")


def mark_damaged(path: Path, cause: str) -> None:
    """Write down that a database is damaged. A full disk keeps nobody from saying so otherwise."""
    with contextlib.suppress(OSError):
        damage_mark(path).write_text(f"{cause}\n", encoding="utf-8")


def _nothing(_connection: sqlite3.Connection) -> None:
    """Write nothing."""


def _create_private(path: Path) -> None:
    if path.is_dir():
        example = path / "bridge.db"
        raise StorageUnavailable(f"the database {path} cannot be opened: it is a folder; name a file in it: {example}")
    try:
        make_folder(path.parent)
        path.touch(mode=0o600, exist_ok=True)
        sqlite3.connect(path).close()  # what cannot be opened fails here: aiosqlite would leave its thread behind
    except OSError as error:
        raise StorageUnavailable(f"the database {path} cannot be opened: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        raise translated(error) from error


async def _connect_both(path: Path, *, busy_timeout_ms: int) -> tuple[aiosqlite.Connection, aiosqlite.Connection]:
    writer = await _connect(path, cache_kib=_WRITER_CACHE_KIB, busy_timeout_ms=busy_timeout_ms)
    try:
        return writer, await _connect(path, cache_kib=_READER_CACHE_KIB, busy_timeout_ms=busy_timeout_ms)
    except BaseException:
        await writer.close()
        raise


async def _connect(path: Path, *, cache_kib: int, busy_timeout_ms: int) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None)
    try:
        await connection
        for pragma in (
            f"busy_timeout = {busy_timeout_ms}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"cache_size = -{cache_kib}",
            "journal_size_limit = 67108864",
            "wal_autocheckpoint = 0",
        ):
            await connection.execute(f"PRAGMA {pragma}")
    except BaseException as error:  # cancelled too: a thread left behind would keep the process alive
        await connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise translated(error) from error
        raise
    return connection


async def _run(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T], *, begin: str) -> T:
    def transaction() -> T:
        raw = connection._conn  # noqa: SLF001 -- the sqlite3 connection, used on its own thread
        raw.execute(begin)
        try:
            result = work(raw)
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:  # SQLite has rolled back by itself when the disk is full
                raw.execute("ROLLBACK")
            raise
        return result

    try:
        result: T = await connection._execute(transaction)  # type: ignore[no-untyped-call] # noqa: SLF001 -- see above
    except UNREADABLE as error:
        raise translated(error) from error
    return result


async def _checkpoint(connection: aiosqlite.Connection) -> bool:
    """Bring the log into the database; return whether all of it is there. Raises StorageUnavailable."""

    def work() -> bool:
        raw = connection._conn  # noqa: SLF001 -- see above
        busy, pages, done = raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return not busy and bool(pages == done)

    try:
        whole: bool = await connection._execute(work)  # type: ignore[no-untyped-call] # noqa: SLF001 -- see above
    except sqlite3.DatabaseError as error:
        raise translated(error) from error
    return whole


def _touch(connection: sqlite3.Connection) -> None:
    """Write a page, and change nothing."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {int(version)}")


def _is_io_error(error: StorageUnavailable) -> bool:
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR


def translated(error: sqlite3.DatabaseError | UnicodeDecodeError) -> Exception:
    """Tell a passing trouble of the outside world, and damage, from a fault of ours, which stays what it is."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in _PASSING:
        return StorageUnavailable(f"database: {_PASSING[primary]} ({error})")
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or _is_no_text(error):
        return DatabaseDamaged(f"the database file is damaged ({error})")
    return error


def _is_no_text(error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
    """Tell whether bytes stand where a text was written: nothing but UTF-8 ever is."""
    return isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode to UTF-8")
