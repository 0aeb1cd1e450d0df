"""How far the write-ahead log of a database reached, by its index, which is a file of its own and outlives a crash.

SQLite takes a log that was cut, or of which a byte was flipped, for one that ends there: every commit behind it would
be gone without a word. The index tells, because it counts a commit only once that is on disk. Reads bytes, opens
nothing: whoever opens the database writes the index anew (format: https://www.sqlite.org/walformat.html).
"""

import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_HEADER: Final = struct.Struct("=10I2I")
_CHECKPOINT: Final = struct.Struct("=I")
_INITIALISED: Final = 12
_FRAMES, _SALT_1, _SALT_2 = 4, 8, 9
_MASK: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Reach:
    """`frames` are committed, `done` of them are in the database as well. `salt` tells one log from the next."""

    frames: int
    done: int
    salt: tuple[int, int]


class WalIndex:
    """The index of one log, held open, so that it is known again: whoever closes a database as the last one and in
    order brings its log into the database, and removes log and index, at whatever instant that may be.
    """  # noqa: D205 -- one sentence

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = self._reach()

    def lost(self, *, has_log: bool) -> int:
        """Return how many committed frames the log has lost, once SQLite has read what there is of it again."""
        before, after = self._before, self._reach() if has_log else None
        if before is None or before.done >= before.frames or self._was_removed():
            return 0
        if after is None or after.salt != before.salt:
            return before.frames - before.done
        return max(0, before.frames - after.frames)

    def _was_removed(self) -> bool:
        return os.fstat(self._file.fileno()).st_nlink == 0

    def _reach(self) -> Reach | None:
        """Return how far the log reached, None where the index cannot be trusted."""
        content = os.pread(self._file.fileno(), 2 * _HEADER.size + _CHECKPOINT.size, 0)
        if len(content) < 2 * _HEADER.size + _CHECKPOINT.size:
            return None
        header, again = content[: _HEADER.size], content[_HEADER.size : 2 * _HEADER.size]
        words = _HEADER.unpack(header)
        if header != again or not header[_INITIALISED] or words[10:] != _checksum(words[:10]):
            return None
        (done,) = _CHECKPOINT.unpack(content[2 * _HEADER.size :])
        return Reach(words[_FRAMES], done, (words[_SALT_1], words[_SALT_2]))


@contextmanager
def index_of(database: Path) -> Iterator[WalIndex | None]:
    """Hold the index of a database's log open, None where there is none. To be asked for before anybody opens the
    database, and closed by nobody who has it open: closing any file gives up all locks on it.
    """  # noqa: D205 -- one paragraph
    with ExitStack() as stack:
        try:
            file = stack.enter_context(database.with_name(f"{database.name}-shm").open("rb"))
            index = WalIndex(file)
        except OSError:
            yield None
            return
        yield index


def _checksum(words: tuple[int, ...]) -> tuple[int, int]:
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
