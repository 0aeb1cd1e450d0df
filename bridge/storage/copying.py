"""One copy of a database that is in use: consistent, verified, and under its name only when it is whole.

SQLite's online backup, from a reader of its own that holds one snapshot from the first page to the last. It goes on
page by page, so that it can be broken off; as the snapshot is held, what is written meanwhile makes it begin again
nowhere (tests/integration/storage/test_copying.py fails loudly should that change). Who writes is never waited for and
never waits. But the write-ahead log cannot be cut back behind a snapshot: a copy that makes it too long is given up.

Knows neither when copies are made nor where they are kept. Blocks: for a thread, or a process, of its own.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from bridge.errors import CopyRefused
from bridge.storage.database import UNREADABLE, translated
from bridge.storage.verifying import CopyFacts, open_to_read, verify

PART: Final = ".part"
"""The end of the name that a copy has while it is being made."""

MARGIN_BYTES: Final = 64 * 1024 * 1024
"""So much room is left to the database: a copy must not be what fills the disk."""

LARGEST_WAL_BYTES: Final = 512 * 1024 * 1024
_PAGES: Final = 256
_SYNC_BYTES: Final = 8 * 1024 * 1024
"""So much at most waits to be written at once: the next commit of an event would have to wait for all of it."""

_MIB: Final = 1024 * 1024

Progress = Callable[[int, int], None]
"""Told of bytes done and of all bytes, again and again."""


def copy_database(
    source: Path,
    target: Path,
    *,
    progress: Progress = lambda _done, _all: None,
    go_on: Callable[[], bool] = lambda: True,
    overwrite: bool = False,
    free: Callable[[Path], int] | None = None,
    largest_wal: int = LARGEST_WAL_BYTES,
) -> CopyFacts:
    """Make a copy and return what is in it. Raises CopyRefused, or StorageError for the source's own troubles.

    Whatever is raised, there is neither half a copy nor another file in its place.
    """
    part = target.with_name(f"{target.name}{PART}")
    try:
        _begin(part)
        _copy(source, part, _Bounds(source, part, progress, go_on, free or free_bytes, largest_wal))
        sync(part)
        facts = verify(part, go_on=go_on)
        _name(part, target, overwrite=overwrite)
    except OSError as error:
        _remove(part)
        raise CopyRefused(f"{target} cannot be written: {error.strerror}") from error
    except BaseException:
        _remove(part)
        raise
    return CopyFacts(target, facts.bytes, facts.schema, facts.newest_seq, facts.run_ms)


def free_bytes(folder: Path) -> int:
    """Return the room that there is for us on the disk of a folder."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def sync(path: Path) -> None:
    """Let a file, or what a folder says of its files, be on disk for good."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Bounds:
    """What may end a copy while it is made."""

    def __init__(
        self,
        source: Path,
        part: Path,
        progress: Progress,
        go_on: Callable[[], bool],
        free: Callable[[Path], int],
        largest_wal: int,
    ) -> None:
        self._wal = source.with_name(f"{source.name}-wal")
        self._part = part
        self._progress = progress
        self._go_on = go_on
        self._free = free
        self._largest_wal = largest_wal
        self._synced = 0
        self.page_bytes = 0

    def check_room(self, needed: int) -> None:
        """Refuse to begin what would leave too little room."""
        free = self._free(self._part.parent)
        if free < needed + MARGIN_BYTES:
            raise CopyRefused(
                f"there is no room for a copy in {self._part.parent}: it needs {_mib(needed + MARGIN_BYTES)} MiB, the "
                f"margin for the database included, and {_mib(free)} MiB are free; make room"
            )

    def step(self, _status: int, remaining: int, total: int) -> None:
        """Look whether to go on."""
        done = (total - remaining) * self.page_bytes
        self._progress(done, total * self.page_bytes)
        if done - self._synced >= _SYNC_BYTES:
            self._synced = done
            sync(self._part)
        if not self._go_on():
            raise CopyRefused("it was broken off")
        with suppress(FileNotFoundError):
            if self._wal.stat().st_size > self._largest_wal:
                raise CopyRefused("so much is being written just now that the copy would not come to its end")
        if self._free(self._part.parent) < MARGIN_BYTES:
            raise CopyRefused(f"the disk of {self._part.parent} is filling up; make room")


def _copy(source: Path, part: Path, bounds: _Bounds) -> None:
    try:
        with closing(open_to_read(source)) as reader, closing(sqlite3.connect(part, isolation_level=None)) as writer:
            reader.execute("PRAGMA busy_timeout = 5000")
            reader.execute("BEGIN")
            pages = int(reader.execute("PRAGMA page_count").fetchone()[0])  # takes the snapshot
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            bounds.page_bytes = int(reader.execute("PRAGMA page_size").fetchone()[0])
            bounds.check_room(pages * bounds.page_bytes)
            writer.execute("PRAGMA synchronous = OFF")  # it is synced as a whole, before it has its name
            reader.backup(writer, pages=_PAGES, progress=bounds.step, sleep=0)
            reader.execute("COMMIT")
            writer.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
    except UNREADABLE as error:
        raise translated(error) from error


def _begin(part: Path) -> None:
    _remove(part)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _name(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
    else:
        try:
            os.link(part, target)  # unlike renaming, it takes nobody's place
        except FileExistsError:
            raise CopyRefused(f"{target} exists already; --force overwrites it") from None
        except OSError:  # a disk without links
            if target.exists():
                raise CopyRefused(f"{target} exists already; --force overwrites it") from None
            part.replace(target)
        else:
            part.unlink()
    sync(target.parent)


def _remove(part: Path) -> None:
    for name in (part.name, f"{part.name}-journal", f"{part.name}-wal", f"{part.name}-shm"):
        with suppress(OSError):
            part.with_name(name).unlink()


def _mib(size: int) -> int:
    return -(-size // _MIB)
