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
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
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

SMALL_BYTES: Final = 32 * 1024 * 1024

_WRITER_CACHE_KIB: Final = 8192
_READER_CACHE_KIB: Final = 4096
_ASIDE_CACHE_KIB: Final = 64


@dataclass(frozen=True, slots=True)
class Connections:
    """One that writes, one that reads, and one for checkpoints, each on a thread of its own."""

    writer: aiosqlite.Connection
    reader: aiosqlite.Connection
    aside: aiosqlite.Connection

    async def close(self) -> None:
        """Close all of them."""
        await self.aside.close()
        await self.reader.close()
        await self.writer.close()


class Database:
    """Units of work and questions. `much_changed` is set when enough is written for a checkpoint."""

    def __init__(self, path: Path, connections: Connections, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._path = path
        self._connections = connections
        self._busy_timeout_ms = busy_timeout_ms
        self._written = Written()
        self._doubtful = False
        self._open = True
        self._opening = asyncio.Lock()
        self._hold: Hold | None = None
        self._letting_go: asyncio.Future[None] | None = None
        self.damaged = asyncio.Event()
        """Set once the file turned out to be damaged. The next start knows it by a mark beside the file."""
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
            if self._doubtful:
                await self._begin_anew()
            result = await self._write(self._counted(unit), durable=durable)
            if self._written.due:
                self.much_changed.set()
            if self._written.overdue:
                with contextlib.suppress(StorageUnavailable):  # the log keeps it
                    await self._bring_in(self._connections.writer)
        except Exception:  # not when nobody waits any more: that says nothing of the writer
            self.written_s = time.monotonic()
            raise
        finally:
            self.writing -= 1
        self.written_s = time.monotonic()
        return result

    async def checkpoint(self) -> None:
        """Bring what is committed into the file, as far as no reader is in the way. Raises StorageUnavailable.

        Beside the writer, so that no commit waits for it.
        """
        self.much_changed.clear()
        if self._open and not self._doubtful:
            await self._bring_in(self._connections.aside)

    async def writer_answers(self) -> bool:
        """Wait until the writer has taken its turn with nothing to write. A full or locked disk is an answer too."""
        with contextlib.suppress(StorageError):
            await self.write(_nothing)
        return True

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run a question against one consistent state of the file. Raises StorageUnavailable."""
        if not self._open:
            raise StorageUnavailable("database: input/output error; it is being opened anew")
        return await self._run(self._connections.reader, question, begin="BEGIN")

    async def close(self) -> None:
        """Close both connections. After an input/output error the log stays, for the next start to read."""
        if not self._open:
            return
        if self._doubtful and self._hold is None:
            with contextlib.suppress(OSError):
                self._hold = Hold(self._path)
        self._open = False
        await self._connections.close()

    def _counted(self, unit: Callable[[sqlite3.Connection], T]) -> Callable[[sqlite3.Connection], T]:
        def counted(connection: sqlite3.Connection) -> T:
            result = unit(connection)
            self._written.add(connection.total_changes)
            return result

        return counted

    async def _write(self, unit: Callable[[sqlite3.Connection], T], *, durable: bool) -> T:
        try:
            return await self._run(self._connections.writer, unit, begin="BEGIN IMMEDIATE", durable=durable)
        except StorageUnavailable as error:
            self._doubtful = self._doubtful or _is_io_error(error)
            raise

    async def _run(
        self,
        connection: aiosqlite.Connection,
        work: Callable[[sqlite3.Connection], T],
        *,
        begin: str,
        durable: bool = True,
    ) -> T:
        try:
            return await _run(connection, work, begin=begin, durable=durable)
        except DatabaseDamaged as error:
            self._found_damaged(error)
            raise

    def _found_damaged(self, error: DatabaseDamaged) -> None:
        mark_damaged(self._path, str(error))
        self.damaged.set()

    async def _bring_in(self, connection: aiosqlite.Connection) -> None:
        """Bring the log into the database. What does not fit or is being read waits; the log keeps it."""
        try:
            whole, pages = await _checkpoint(connection)
        except StorageUnavailable as error:
            self._doubtful = self._doubtful or _is_io_error(error)
            raise
        except DatabaseDamaged as error:  # nobody waits for a checkpoint, so nobody else would hear of it
            self._found_damaged(error)
            raise
        if whole:
            self._written.begin_anew(log_pages=0 if connection is self._connections.writer else pages)
        else:
            self._written.try_later()

    async def _begin_anew(self) -> None:
        """Open the database anew. Raises StorageUnavailable until the disk is well again, and no other program has the
        database open; while the disk is not, it may be read.
        """  # noqa: D205 -- one paragraph
        async with self._opening:
            if not self._doubtful:
                return
            if self._open:  # writing first, so that nothing of a commit that failed can be read as one
                await _run(self._connections.writer, _touch, begin="BEGIN IMMEDIATE")
                await self.close()
            if self._hold is not None:
                await self._let_go(self._hold)
            self._connections = await _connect_all(self._path, busy_timeout_ms=self._busy_timeout_ms)
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
    connections = await _connect_all(path, busy_timeout_ms=busy_timeout_ms)
    database = Database(path, connections, busy_timeout_ms=busy_timeout_ms)
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


async def _connect_all(path: Path, *, busy_timeout_ms: int) -> Connections:
    async with AsyncExitStack() as opened:
        found: list[aiosqlite.Connection] = []
        for cache_kib in (_WRITER_CACHE_KIB, _READER_CACHE_KIB, _ASIDE_CACHE_KIB):
            connection = await _connect(path, cache_kib=cache_kib, busy_timeout_ms=busy_timeout_ms)
            opened.push_async_callback(connection.close)
            if not found:
                await _run(connection, _make_shrinkable, begin="")
            found.append(connection)
        opened.pop_all()
    return Connections(*found)


def _make_shrinkable(connection: sqlite3.Connection) -> None:
    """Let the file of an older version give empty pages back, where writing it anew takes no time to speak of."""
    kept, pages, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("auto_vacuum", "page_count", "page_size")
    )
    if kept == 1:  # by themselves and at once, which each commit would wait for
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    if not kept and pages * page <= SMALL_BYTES:
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk, or somebody writes: the next start does it
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("VACUUM")


async def _connect(path: Path, *, cache_kib: int, busy_timeout_ms: int) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None)
    try:
        await connection
        for pragma in (
            f"busy_timeout = {busy_timeout_ms}",
            *(() if await _has_pages(connection) else ("auto_vacuum = INCREMENTAL",)),  # else each opening would write
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"cache_size = -{cache_kib}",
            "journal_size_limit = 67108864",
            "wal_autocheckpoint = 0",
        ):
            async with connection.execute(f"PRAGMA {pragma}"):
                """Close it: a statement that has not ended keeps VACUUM from beginning."""
    except BaseException as error:  # cancelled too: a thread left behind would keep the process alive
        await connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise translated(error) from error
        raise
    return connection


async def _has_pages(connection: aiosqlite.Connection) -> bool:
    """Tell whether anything was ever written to a file."""
    async with connection.execute("PRAGMA page_count") as answer:
        row = await answer.fetchone()
    return row is not None and bool(row[0])


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
    except UNREADABLE as error:
        raise translated(error) from error
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


async def _checkpoint(connection: aiosqlite.Connection) -> tuple[bool, int]:
    """Bring the log into the database; return whether all of it is there, and its pages. Raises StorageUnavailable."""

    def work() -> tuple[bool, int]:
        raw = connection._conn  # noqa: SLF001 -- see above
        busy, pages, done = raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return not busy and bool(pages == done), int(pages)

    try:
        found: tuple[bool, int] = await connection._execute(work)  # type: ignore[no-untyped-call] # noqa: SLF001 -- see above
    except sqlite3.DatabaseError as error:
        raise translated(error) from error
    return found


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
