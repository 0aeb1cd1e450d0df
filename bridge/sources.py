"""Are the files of secrets and certificates still there that the next start needs? Looked at while the daemon runs.

It goes on with what it has read, so nothing else would notice before that start fails. Knows no key and keeps nothing
of what the files hold.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from bridge.settings import SourceFile
from bridge.settings.text_files import reason_of

LOOK_EVERY_S: Final = 5.0
REPLACED_S: Final = 0.5
"""Whoever replaces a file may have removed it for a moment."""

PATIENCE_S: Final = 10.0
CONSEQUENCE: Final = "the daemon goes on with what it has read, but cannot be started or reloaded with this"

Troubles = dict[SourceFile, str]

log = structlog.get_logger("bridge.config")


class Sources:
    """Looks now and then, in a thread: a folder on a network may never answer. `files` gives those in force."""

    def __init__(
        self,
        files: Callable[[], Sequence[SourceFile]],
        *,
        every_s: float = LOOK_EVERY_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._files = files
        self._every_s = every_s
        self._patience_s = patience_s
        self._troubles: Troubles = {}

    @property
    def trouble(self) -> str:
        """What is wrong with which file, "" if all can be read."""
        return "; ".join([*self._troubles.values(), CONSEQUENCE]) if self._troubles else ""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            found = await self._look()
            if found.keys() - self._troubles.keys():
                await asyncio.sleep(REPLACED_S)
                found = await self._look()
            self._note(found)

    async def _look(self) -> Troubles:
        files = tuple(self._files())
        if not files:
            return {}
        looking = _in_thread(lambda: {file: trouble for file in files if (trouble := trouble_of(file))})
        await asyncio.wait({looking}, timeout=self._patience_s)
        if not looking.done():
            self._note({file: f"{file.what} {file.path} cannot be read: nothing answers there" for file in files})
        return await looking

    def _note(self, found: Troubles) -> None:
        """Say what is new: each trouble once, and once when it is over."""
        for file in found.keys() - self._troubles.keys():
            log.error("config.file_lost", reason=found[file], note=CONSEQUENCE)
        for file in self._troubles.keys() - found.keys():
            log.info("config.file_back", file=str(file.path))
        self._troubles = found


def trouble_of(file: SourceFile) -> str:
    """Return why a file could not be read again, "" if it could."""
    try:
        with file.path.open("rb") as opened:
            reason = "" if opened.read(1) else "is empty; write into it what it held"
    except OSError as error:
        reason = reason_of(error)
    return f"{file.what} {file.path} {reason}" if reason else ""


def _in_thread(look: Callable[[], Troubles]) -> "asyncio.Future[Troubles]":
    """Begin to look in a thread of its own. Unlike the event loop's own threads it holds up no end of the program."""
    loop = asyncio.get_running_loop()
    looking: asyncio.Future[Troubles] = loop.create_future()

    def answer(found: Troubles) -> None:
        if not looking.done():
            looking.set_result(found)

    def run() -> None:
        found = look()
        with suppress(RuntimeError):  # the event loop is gone, and nobody waits
            loop.call_soon_threadsafe(answer, found)

    threading.Thread(target=run, name="looking at files", daemon=True).start()
    return looking
