"""The folder of automatic copies: what they are called, which is the newest, when the next is due, which goes.

They are counted, so that their order hangs on no clock; the time in a name is for people.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bridge.errors import CopyRefused
from bridge.storage.copying import PART

_NUMBER: Final = "[0-9]{6,}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A copy that is there. `made`: the time in its name."""

    path: Path
    number: int
    made: str


def copies_in(folder: Path, database: Path) -> list[Kept]:
    """Return the copies of a database in a folder, oldest first; none where there is no such folder."""
    form = re.compile(rf"{re.escape(database.stem)}-({_NUMBER})-([0-9TZ]+)\.db")
    found = []
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in folder.iterdir():
            named = form.fullmatch(path.name)
            if named is not None and path.is_file():
                found.append(Kept(path, int(named[1]), named[2]))
    return sorted(found, key=lambda each: each.number)


def place_of_next(folder: Path, database: Path, *, now_ms: int) -> Path:
    """Return where the next copy goes. Makes the folder."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1 + max((each.number for each in copies_in(folder, database)), default=0)
    except OSError as error:
        raise CopyRefused(f"the folder {folder} cannot be used: {error.strerror}") from error
    return folder / f"{database.stem}-{number:06d}-{stamp(now_ms)}.db"


def stamp(now_ms: int) -> str:
    """Return a time as names of files have it. A clock out of all bounds has none."""
    try:
        return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    except (OverflowError, ValueError, OSError):
        return "0"


def surplus(kept: Sequence[Kept], number: int) -> Sequence[Kept]:
    """Return the copies that are too many, oldest first."""
    return kept[: max(0, len(kept) - number)]


def due_in_ms(newest_run_ms: int | None, run_ms: int, every_ms: int) -> int:
    """Return in how much run time the next copy is due. One of the future was made by another run: it counts for none.

    `newest_run_ms`: how long the bridge had run when the newest was made, None if there is none or nobody knows.
    """
    if newest_run_ms is None or newest_run_ms > run_ms:
        return 0
    return max(0, newest_run_ms + every_ms - run_ms)


def clean(folder: Path, database: Path, *, keep: int) -> None:
    """Let go of the oldest copies beyond a number, and of what a crash left. What cannot be removed stays."""
    for each in surplus(copies_in(folder, database), keep):
        with suppress(OSError):
            each.path.unlink()
    for path in _leftovers(folder, database):
        with suppress(OSError):
            path.unlink()


def _leftovers(folder: Path, database: Path) -> Iterator[Path]:
    for ending in (PART, f"{PART}-journal", f"{PART}-wal", f"{PART}-shm"):
        yield from folder.glob(f"{_escaped(database.stem)}-*.db{ending}")


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
