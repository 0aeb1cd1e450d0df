"""How far the write-ahead log of a database reached, by its index, which is a file of its own and outlives a crash.

SQLite takes a log that was cut, or of which a byte was flipped, for one that ends there: every commit behind it would
be gone without a word. The index tells, because it counts a commit only once that is on disk. Reads bytes, opens
nothing: whoever opens the database writes the index anew (format: https://www.sqlite.org/walformat.html).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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


def reach_of(database: Path) -> Reach | None:
    """Return how far the log of a database reached, None where there is no index that can be trusted."""
    try:
        with database.with_name(f"{database.name}-shm").open("rb") as file:
            content = file.read(2 * _HEADER.size + _CHECKPOINT.size)
    except OSError:
        return None
    if len(content) < 2 * _HEADER.size + _CHECKPOINT.size:
        return None
    header, again = content[: _HEADER.size], content[_HEADER.size : 2 * _HEADER.size]
    words = _HEADER.unpack(header)
    if header != again or not header[_INITIALISED] or words[10:] != _checksum(words[:10]):
        return None
    (done,) = _CHECKPOINT.unpack(content[2 * _HEADER.size :])
    return Reach(words[_FRAMES], done, (words[_SALT_1], words[_SALT_2]))


def lost(before: Reach | None, after: Reach | None) -> int:
    """Return how many frames of committed pages the log has lost. `after`: once SQLite has read the log again."""
    if before is None or before.done >= before.frames:
        return 0
    if after is None or after.salt != before.salt:
        return before.frames - before.done
    return max(0, before.frames - after.frames)


def _checksum(words: tuple[int, ...]) -> tuple[int, int]:
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
