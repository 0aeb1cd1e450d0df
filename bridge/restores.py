"""Restoring a copy while a daemon runs: it is verified and laid ready while the home works; then the daemon ends its
parts in order, the copy takes its place, and the parts begin again, in the same process.

Outlives the parts. Who asked learns what became of it by a number, from the daemon that runs afterwards.
"""  # noqa: D205 -- one paragraph

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from bridge.desk.rows import RestoreState
from bridge.errors import BridgeError, CopyRefused
from bridge.storage.replacing import PREPARED
from bridge.storage.restored import Restored
from bridge.storage.restoring import Reason, prepare, put_in_place

CHECKING: Final = "checking"
COPYING: Final = "copying"
REPLACING: Final = "replacing"
DONE: Final = "done"
FAILED: Final = "failed"

log = structlog.get_logger("bridge.storage")


class Restores:
    """One at a time. `clock_ms` gives epoch milliseconds."""

    def __init__(self, database: Path, *, clock_ms: Callable[[], int]) -> None:
        self._database = database
        self._clock_ms = clock_ms
        self._number = 0
        self._copy: Path | None = None
        self._state = RestoreState(0, FAILED)
        self._asked = asyncio.Event()
        self._ended = False
        self.ready = asyncio.Event()
        """Set while a copy waits for the database to be closed."""

    def ask(self, path: str) -> RestoreState:
        """Begin. Raises CopyRefused while another is under way."""
        if self._copy is not None:
            raise CopyRefused("a copy is being restored already; wait until that is done")
        self._number += 1
        self._copy = Path(path)
        self._state = RestoreState(self._number, CHECKING)
        self._asked.set()
        return self._state

    def state(self, number: int) -> RestoreState:
        """Tell how far it is. Raises CopyRefused for one that nobody knows of."""
        if number != self._number:
            raise CopyRefused("the daemon was started again since; its log says what became of the copy")
        return self._state

    async def run(self) -> None:
        """Lay ready what is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            copy, self._ended = self._copy, False
            if copy is None:
                continue
            try:
                await asyncio.to_thread(self._prepare, copy)
            except asyncio.CancelledError:
                self._fail("the daemon was stopped")
                raise
            except BridgeError as error:
                self._fail(str(error))
            else:
                self._state = RestoreState(self._number, REPLACING)
                self.ready.set()
            finally:
                self._ended = True

    def finish(self) -> None:
        """Let the copy take its place, if one is ready. Nobody has the database open. Blocks."""
        if not self.ready.is_set() or self._copy is None:
            return
        try:
            restored = put_in_place(self._database, Reason(str(self._copy)), now_ms=self._clock_ms())
        except BridgeError as error:
            self._fail(str(error))
        else:
            self._succeed(restored)
        self.ready.clear()

    def _prepare(self, copy: Path) -> None:
        prepare(copy, self._database, progress=self._progress, go_on=lambda: not self._ended)

    def _progress(self, done: int, whole: int) -> None:
        self._state = RestoreState(self._number, COPYING, done, whole)

    def _succeed(self, restored: Restored) -> None:
        log.warning(
            "storage.restored_copy", copy=restored.copy, replaced=restored.aside or "", carried=restored.carried
        )
        self._state = RestoreState(self._number, DONE, outcome=restored)
        self._copy = None

    def _fail(self, reason: str) -> None:
        log.warning("storage.not_restored", copy=str(self._copy), reason=reason, note="nothing has changed")
        self._state = RestoreState(self._number, FAILED, trouble=reason)
        self._copy = None
        self._database.with_name(f"{self._database.name}{PREPARED}").unlink(missing_ok=True)
