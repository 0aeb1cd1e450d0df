"""Automatic copies of the database while the daemon runs: when, how many, and what is said of them.

On a thread of its own, at a lower priority: events are never held up, and the event loop never waits. Counts the time
that the bridge has run, so that no clock that is set makes copies storm or stop. Knows not how one is made.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from bridge.errors import CopyDamaged, CopyRefused, DatabaseDamaged, StorageError, StorageUnavailable
from bridge.storage.copies import clean, copies_in, due_in_ms, place_of_next
from bridge.storage.copying import copy_database
from bridge.storage.database import mark_damaged
from bridge.storage.restored import Note
from bridge.storage.verifying import CopyFacts, verify

SETTLE_S: Final = 30.0
"""So long after a start nothing is copied: the home comes first."""

RETRY_S: Final = 600.0
SPOKEN_OF_MS: Final = 7 * 24 * 3600 * 1000
"""So long it is told that a copy was put back without anybody asking for it."""

_NICE: Final = 10

log = structlog.get_logger("bridge.copies")


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """Of which database how many copies are kept, where, and how long the bridge runs between two of them."""

    database: Path
    folder: Path
    keep: int
    every_s: float


class Copies:
    """Makes them. `run_ms`: how long the bridge has run; `clock_ms`: epoch. `note`: of a copy that was put back."""

    def __init__(
        self, plan: CopyPlan, *, run_ms: Callable[[], int], clock_ms: Callable[[], int], note: str | None = None
    ) -> None:
        self._plan = plan
        self._run_ms = run_ms
        self._clock_ms = clock_ms
        self._note = _read_note(note)
        self._newest: CopyFacts | None = None
        self._newest_run_ms: int | None = None
        self._failure = ""
        self._ended = threading.Event()
        self.made = 0
        self.failed = 0

    @property
    def trouble(self) -> str:
        """What a person should know, "" if all is well: no copy can be made, or one was put back."""
        return "; ".join(each for each in (self._failure, self._told_of_note()) if each)

    @property
    def age_s(self) -> float | None:
        """How long the bridge has run since the newest copy was made, None where there is none."""
        return None if self._newest_run_ms is None else max(0, self._run_ms() - self._newest_run_ms) / 1000

    @property
    def newest_bytes(self) -> int | None:
        """How large the newest copy is, None where there is none."""
        return None if self._newest is None else self._newest.bytes

    async def run(self) -> None:
        """Make copies until cancelled. Raises DatabaseDamaged when a copy shows that the database is."""
        if not self._plan.keep:
            await asyncio.Event().wait()
        try:
            await asyncio.to_thread(self._look_for_newest)
            wait_s = max(min(SETTLE_S, self._plan.every_s), self._due_in_s())
            while True:
                await asyncio.sleep(wait_s)
                wait_s = self._due_in_s() if await self._make() else min(RETRY_S, self._plan.every_s)
        finally:
            self._ended.set()  # the thread sees it within a step of its work

    def _due_in_s(self) -> float:
        return due_in_ms(self._newest_run_ms, self._run_ms(), round(self._plan.every_s * 1000)) / 1000

    async def _make(self) -> bool:
        run_ms = self._run_ms()
        try:
            facts = await asyncio.to_thread(self._copy)
        except (CopyRefused, StorageUnavailable) as error:
            self.failed += 1
            if not self._failure:
                log.warning("copies.failed", reason=str(error), note="it is tried again; the bridge works on")
            self._failure = f"no copy of the database can be made: {error}"
            return False
        if self._failure:
            log.info("copies.resumed")
        log.info("copies.made", path=str(facts.path), bytes=facts.bytes, newest_seq=facts.newest_seq)
        self._failure, self._newest, self._newest_run_ms = "", facts, run_ms
        self.made += 1
        return True

    def _copy(self) -> CopyFacts:
        """Make one, on this thread."""
        plan = self._plan
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)  # of this thread alone
        clean(plan.folder, plan.database, keep=plan.keep)
        place = place_of_next(plan.folder, plan.database, now_ms=self._clock_ms())
        try:
            facts = copy_database(plan.database, place, go_on=self._goes_on)
        except CopyDamaged as error:
            self._check_source(error)
            raise
        clean(plan.folder, plan.database, keep=plan.keep)
        return facts

    def _goes_on(self) -> bool:
        return not self._ended.is_set()

    def _check_source(self, found: CopyDamaged) -> None:
        """Tell a database that is damaged from a disk for copies that is. Raises DatabaseDamaged."""
        try:
            verify(self._plan.database, go_on=self._goes_on)
        except CopyDamaged as error:
            mark_damaged(self._plan.database, str(error))
            raise DatabaseDamaged(f"the database is damaged: {error}") from found
        except StorageError:
            return

    def _look_for_newest(self) -> None:
        """Find out how old the newest copy is. One that cannot be read counts for none: a new one is made."""
        clean(self._plan.folder, self._plan.database, keep=self._plan.keep)
        kept = copies_in(self._plan.folder, self._plan.database)
        with suppress(CopyRefused):
            if kept:
                self._newest = verify(kept[-1].path, go_on=self._goes_on)
                self._newest_run_ms = self._newest.run_ms

    def _told_of_note(self) -> str:
        note = self._note
        if note is None or abs(self._clock_ms() - note.at_ms) > SPOKEN_OF_MS:
            return ""
        missing = note.outcome.missing
        lacking = (
            "nobody knows how many events are missing"
            if missing is None
            else f"{missing} events are missing"
            if missing
            else "no event is missing"
        )
        unread = f"; not all could be read of: {', '.join(note.outcome.unread)}" if note.outcome.unread else ""
        return (
            f"the database was damaged ({note.cause}) and {note.outcome.copy} was put in its place: {lacking}{unread}"
        )


def _read_note(text: str | None) -> Note | None:
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Note)
    except msgspec.DecodeError:
        return None
