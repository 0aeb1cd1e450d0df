"""Reading what a disk noted (tests/parts/disk.py): what a program gave it and what it said, in the true order."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct("=IIQQQ")


class Kind(IntEnum):
    """What was done; the numbers are those of disk.c."""

    CREATED = 1
    WRITTEN = 2
    CUT = 3
    SYNC_BEGUN = 4
    SYNC_DONE = 5
    SYNC_FAILED = 6
    REMOVED = 7
    RENAMED = 8
    FOLDER_MADE = 9
    FOLDER_REMOVED = 10
    SENT = 11
    HEARD = 12


@dataclass(frozen=True, slots=True)
class Record:
    """One thing done. `file`: its inode, of what was sent the port that it left from. `offset`: where in the file, how
    long it became, which sync it was, of what was sent the port that it went to. `data`: what was written or sent, or
    the name; of a renaming the old one, a zero byte, and the new one.
    """  # noqa: D205 -- one paragraph

    kind: Kind
    file: int
    offset: int
    at_ns: int
    data: bytes

    @property
    def names(self) -> tuple[Path, ...]:
        """The names that it is about."""
        return tuple(Path(name.decode()) for name in self.data.split(b"\0"))


def read_journal(path: Path) -> Iterator[Record]:
    """Yield all records. One that is not there whole ends it: its writer was killed."""
    data = path.read_bytes()
    place = 0
    while place + _HEAD.size <= len(data):
        kind, size, file, offset, at_ns = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        if place + size > len(data):
            return
        yield Record(Kind(kind), file, offset, at_ns, data[place : place + size])
        place += size
