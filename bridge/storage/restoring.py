"""Putting a copy in the place of the database: made ready beside it first, then swapped in one step.

The long part, `prepare`, reads the copy alone and can be done while a daemon works; `put_in_place` takes over what has
come since (carrying.py) and swaps. It is for whoever holds the lock of the database, with nobody having it open.
Blocks: for a thread of its own.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bridge.errors import CopyRefused, DatabaseDamaged, StorageUnavailable
from bridge.storage.copies import stamp
from bridge.storage.copying import Progress, copy_database, sync
from bridge.storage.database import UNREADABLE, translated
from bridge.storage.looking import is_missing, look
from bridge.storage.migrate import migrate_file
from bridge.storage.replacing import PREPARED, QUARANTINED, REPLACED, Step, alone_with, aside_of, swap
from bridge.storage.restored import Note, Restored
from bridge.storage.settings import RESTORED_NOTE
from bridge.storage.verifying import CopyFacts, verify

if TYPE_CHECKING:
    from bridge.storage.carrying import Carried


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a copy is put back. `cause` "": a person wants it. `trusted`: the replaced database says how things are now.

    `copied`: what people know the copy by.
    """

    copied: str
    cause: str = ""
    trusted: bool = True


def prepare(
    copy: Path,
    database: Path,
    *,
    progress: Progress = lambda _done, _all: None,
    go_on: Callable[[], bool] = lambda: True,
    verified: bool = False,
) -> CopyFacts:
    """Verify a copy, and lay it beside the database, ready to take its place. Raises CopyRefused, StorageUnavailable.

    The copy stays as it is, and so does the database.
    """
    if copy.exists() and database.exists() and copy.samefile(database):
        raise CopyRefused(f"{copy} is the database itself; name a copy of it")
    if not verified:
        verify(copy, go_on=go_on)
    place = database.with_name(f"{database.name}{PREPARED}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return copy_database(copy, place, progress=progress, go_on=go_on, overwrite=True)
    except DatabaseDamaged as error:
        raise CopyRefused(f"{copy} is damaged ({error})") from error
    except OSError as error:
        raise CopyRefused(f"{place.parent} cannot be used: {error.strerror}") from error


def put_in_place(
    database: Path, reason: Reason, *, now_ms: int, step: Step = lambda _name: None, wreck: bool = True
) -> Restored:
    """Let what was prepared become the database. Raises CopyRefused or StorageUnavailable: then nothing has changed.

    `wreck` False: nothing is taken over from the replaced database, for the copy was made of it just now.
    """
    prepared = database.with_name(f"{database.name}{PREPARED}")
    there = not is_missing(database)
    damage = look(database) if there and not reason.cause else None
    whole = there and not reason.cause and damage is None
    aside = aside_of(database, REPLACED if whole else QUARANTINED, stamp(now_ms)) if there else None
    alone: AbstractContextManager[None] = alone_with(database) if whole else nullcontext()
    if damage is not None and damage.cut:
        reason = replace(reason, trusted=False)
    try:
        restored = _fitted(prepared, database if there and wreck else None, reason, aside, now_ms)
        step("fitted")
        sync(prepared)
        with alone:
            swap(database, prepared, aside or aside_of(database, QUARANTINED, stamp(now_ms)), step=step)
    except UNREADABLE as error:
        raise translated(error) from error
    except OSError as error:
        raise StorageUnavailable(f"{prepared} cannot be written: {error.strerror}") from error
    return restored


def _fitted(prepared: Path, replaced: Path | None, reason: Reason, aside: Path | None, now_ms: int) -> Restored:
    """Let the prepared copy take over what has come since."""
    from bridge.storage.carrying import carry_over, is_ahead_of, is_past_of  # noqa: PLC0415 -- most homes never need it
    from bridge.storage.salvage import Wreck, with_beginning_of, wreck_of  # noqa: PLC0415 -- the same

    with (
        closing(sqlite3.connect(prepared, isolation_level=None)) as new,
        with_beginning_of(prepared, replaced) as readable,
        wreck_of(readable) as found,
    ):
        new.execute("PRAGMA foreign_keys = ON")
        migrate_file(new)
        new.execute("PRAGMA foreign_keys = OFF")  # rows come table by table; what lacks its user goes at the end
        new.execute("BEGIN IMMEDIATE")
        past = found.speaks and (not is_ahead_of(new, found) if reason.cause else is_past_of(new, found))
        carried = carry_over(new, found if past else Wreck(None), trusted=reason.trusted and past)
        restored = _told(reason, aside, carried)
        if reason.cause:
            note = msgspec.json.encode(Note(now_ms, reason.cause, restored)).decode()
            new.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (RESTORED_NOTE, note))
        new.execute("COMMIT")
    return restored


def _told(reason: Reason, aside: Path | None, carried: "Carried") -> Restored:
    return Restored(
        reason.copied,
        None if aside is None else str(aside),
        carried.events,
        carried.missing,
        tuple(sorted(carried.unread)),
        tuple(sorted(carried.removed)),
    )
