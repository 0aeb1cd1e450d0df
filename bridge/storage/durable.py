"""What SQLite leaves to its caller, so that what is committed outlasts a power cut and a disk that failed for a while.

The names of new folders, which must be synced like everything else. And the write-ahead log of the last process: a
commit that it wrote but did not live to sync, or whose sync failed, reads like one on disk, and would be acknowledged
as such. The system takes pages for written that a failed sync lost, and no later sync writes them: only writing them
once more does. For the same reason, a log that was brought into a database in parts is read anew from its beginning.

Opens no database; knows no table.
"""

import errno
import fcntl
import os
import struct
from pathlib import Path
from typing import Final

from bridge.errors import StorageUnavailable

_FLOCK: Final = struct.Struct("@hhqqi4x")
_SHARED_FIRST: Final = 0x40000002
_SHARED_SIZE: Final = 510
"""The bytes that every connection has locked, shared, while it is open (https://www.sqlite.org/lockingv3.html)."""

_OTHERS: Final = frozenset({errno.EAGAIN, errno.EACCES})
_CHUNK: Final = 1 << 20

_PAGES_PER_CHECKPOINT: Final = 1000  # SQLite's own measure
_MOST_PAGES: Final = 16_384  # 64 MiB
_PAGES_PER_UNIT: Final = 8
_ROWS_PER_PAGE: Final = 2


def make_folder(path: Path) -> None:
    """Make a folder readable by its owner alone, and the folders above it, so that a power cut leaves them there.

    Raises OSError.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in reversed(missing):
        _sync(folder.parent)


def secure_log(database: Path) -> None:
    """Bring to disk, once more, what stands in the log of a database that nobody in this process has open.

    While another program has it open there is nothing to do: it shows no commit that was not synced. Raises OSError.
    """
    if database.exists() and _log(database).exists():
        hold = Hold(database)
        try:
            if hold.is_alone():
                hold.write_log_again()
        finally:
            hold.end()


class Hold:
    """A lock on a database that lets its last connection close without bringing the log into the database.

    It is one of an open file, not of the process: SQLite's own locks in this process count as somebody else's. It must
    end when no connection of this process is open, because that ends all locks of the process. Raises OSError.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = os.open(database, os.O_RDWR | os.O_CLOEXEC)
        self._lock(fcntl.F_RDLCK)

    def is_alone(self) -> bool:
        """Tell whether nobody else has the database open; from then on nobody can."""
        try:
            self._lock(fcntl.F_WRLCK)
        except OSError as error:
            if error.errno in _OTHERS:
                return False
            raise
        return True

    def write_log_again(self) -> None:
        """Write to disk what stands in the log, whatever the system believes of it. Only alone."""
        file = os.open(_log(self._database), os.O_RDWR | os.O_CLOEXEC)
        try:
            place = 0
            while chunk := os.pread(file, _CHUNK, place):
                place += os.pwrite(file, chunk, place)
            os.fsync(file)
        finally:
            os.close(file)
        _sync(self._database.parent)

    def forget_index(self) -> None:
        """Let whoever opens the database next read the log from its beginning. Only alone."""
        self._database.with_name(f"{self._database.name}-shm").unlink(missing_ok=True)

    def end(self) -> None:
        """Let go."""
        os.close(self._file)

    def _lock(self, kind: int) -> None:
        lock = _FLOCK.pack(kind, os.SEEK_SET, _SHARED_FIRST, _SHARED_SIZE, 0)
        fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, lock)


def let_go(hold: Hold) -> None:
    """Make a database ready to be opened anew after an input/output error, and end the hold on it.

    Raises StorageUnavailable, and holds on, while that cannot be.
    """
    try:
        if not hold.is_alone():
            raise StorageUnavailable(
                "database: input/output error; it waits for another program that has it open to end"
            )
        hold.write_log_again()
        hold.forget_index()
    except OSError as error:
        raise StorageUnavailable(f"database: cannot be opened anew: {error.strerror}") from error
    hold.end()


class Written:
    """About how many pages were written since the last time that the whole log was brought into the database."""

    def __init__(self) -> None:
        self._pages = 0
        self._rows = 0
        self._due_at = _PAGES_PER_CHECKPOINT
        self._long = False

    @property
    def due(self) -> bool:
        """Whether it is time to do so again."""
        return self._pages >= self._due_at

    @property
    def overdue(self) -> bool:
        """Whether it is so much that the next commit must wait for it."""
        return self._long or (self.due and self._pages >= _MOST_PAGES)

    def add(self, rows_in_all: int) -> None:
        """Count a unit of work, after which a connection has changed so many rows in all."""
        self._pages += _PAGES_PER_UNIT + max(0, rows_in_all - self._rows) // _ROWS_PER_PAGE
        self._rows = rows_in_all

    def begin_anew(self, *, log_pages: int = 0) -> None:
        """Begin to count. `log_pages`: so long is the log, of which all was brought in while others went on writing.

        SQLite begins it anew only where nothing was written since, which never is so while much happens.
        """
        self._pages = 0
        self._due_at = _PAGES_PER_CHECKPOINT
        self._long = log_pages >= _MOST_PAGES

    def try_later(self) -> None:
        """Go on counting: a reader was in the way. No commit is to wait each time until it has gone."""
        self._due_at = self._pages + _PAGES_PER_CHECKPOINT
        self._long = False


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
