"""Putting another file in the place of the database, so that at every instant there is one of them, and whole.

What is to be done is written down first (`bridge.db.replacing`), and whoever opens the database next finishes it: the
replaced file goes aside with the log that belongs to it, and the new one takes its name in one step. Nothing is deleted
but what was put aside long ago. For whoever holds the lock of the database, while nobody has it open.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from bridge.errors import CopyRefused, StorageUnavailable
from bridge.storage.copying import sync
from bridge.storage.database import damage_mark

ASIDE_KEPT: Final = 3
"""So many replaced files of each sort are kept beside the database, the newest."""

REPLACED: Final = "replaced"
QUARANTINED: Final = "damaged"
PREPARED: Final = ".restoring"
"""The end of the name of a file that is being made ready to take the place of the database."""

_BESIDE: Final = ("-wal", "-shm", "-journal")
_WAIT_MS: Final = 2000

Step = Callable[[str], None]
"""Told of each step once it is done: tests end the process there."""


class Plan(msgspec.Struct, frozen=True):
    """Names of files in the folder of the database: the new one, and how the replaced one is called from then on."""

    new: str
    aside: str


def aside_of(path: Path, sort: str, stamp: str) -> Path:
    """Return a name that no file beside the database has yet."""
    first = path.with_name(f"{path.name}.{sort}-{stamp}")
    number, found = 1, first
    while found.exists():
        number += 1
        found = first.with_name(f"{first.name}-{number}")
    return found


def swap(path: Path, new: Path, aside: Path, *, step: Step = lambda _name: None) -> None:
    """Put `new` in the place of the database. Raises StorageUnavailable; without a plan on disk nothing happened."""
    note = _note(path)
    plan = Plan(new.name, aside.name)
    try:
        draft = note.with_name(f"{note.name}.part")
        draft.write_bytes(msgspec.json.encode(plan))
        sync(draft)
        step("drafted")
        draft.replace(note)
        sync(path.parent)
        step("noted")
        _carry_out(path, plan, step)
    except OSError as error:
        raise StorageUnavailable(f"the database {path} cannot be replaced: {error.strerror}") from error


def finish_replacing(path: Path) -> bool:
    """Finish what a crash has interrupted, and clear away what was not to be. Tell whether there was something."""
    note = _note(path)
    try:
        plan = msgspec.json.decode(note.read_bytes(), type=Plan)
    except FileNotFoundError:
        plan = None
    except (OSError, msgspec.DecodeError) as error:
        raise StorageUnavailable(f"{note} cannot be read: {error}; it says which file becomes the database") from error
    try:
        if plan is not None:
            _carry_out(path, plan, lambda _name: None)
        for ending in (PREPARED, f"{PREPARED}.part", f"{PREPARED}.scratch", ".replacing.part"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"the database {path} cannot be replaced: {error.strerror}") from error
    return plan is not None


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Take the database for ourselves, with its log in it: it is one file then. Raises CopyRefused if it is in use.

    Another program that has it open would remove the log of whatever bears its name when it ends.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        try:
            connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise CopyRefused(
                f"another program has {path} open ({error}); wait until it is done, or end it, and try again"
            ) from error
        yield
    finally:
        connection.close()


def put_aside(path: Path) -> list[Path]:
    """Return the replaced databases that are kept beside this one, oldest first."""
    return [found for sort in (REPLACED, QUARANTINED) for found in _asides(path, sort)]


def _carry_out(path: Path, plan: Plan, step: Step) -> None:
    new, aside = path.with_name(plan.new), path.with_name(plan.aside)
    if new.exists():
        for ending in _BESIDE:  # first: the new file must never be seen with the log of the other
            _move(path.with_name(f"{path.name}{ending}"), aside.with_name(f"{aside.name}{ending}"))
            step(f"moved {ending}")
        _keep(path, aside)
        step("kept")
        new.replace(path)
        step("replaced")
        sync(path.parent)
    damage_mark(path).unlink(missing_ok=True)
    step("unmarked")
    _note(path).unlink(missing_ok=True)
    sync(path.parent)
    step("done")
    for sort in (REPLACED, QUARANTINED):
        for old in _asides(path, sort)[:-ASIDE_KEPT]:
            for ending in ("", *_BESIDE):
                with suppress(OSError):
                    old.with_name(f"{old.name}{ending}").unlink(missing_ok=True)


def _asides(path: Path, sort: str) -> list[Path]:
    beginning = f"{path.name}.{sort}-"
    found = [
        each
        for each in path.parent.iterdir()
        if each.name.startswith(beginning) and not each.name.endswith((*_BESIDE, ".part"))
    ]
    return sorted(found, key=lambda each: (each.stat().st_ctime_ns, each.name))


def _move(file: Path, place: Path) -> None:
    with suppress(FileNotFoundError):
        file.replace(place)


def _keep(path: Path, aside: Path) -> None:
    """Let the replaced file bear the other name as well: the first is never without a file."""
    if aside.exists() or not path.exists():
        return
    try:
        os.link(path, aside)
    except OSError:  # a disk without links
        part = aside.with_name(f"{aside.name}.part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        sync(part)
        part.replace(aside)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.replacing")
