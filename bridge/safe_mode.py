"""What runs instead of the daemon while the configuration is wrong: a page that says so, until it is right.

Looks at the files every few seconds, and whenever somebody asks. Knows neither signals nor how the daemon is started.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bridge.dashboard.safe_site import SafeSite, Trouble
from bridge.desk.news import News
from bridge.errors import BridgeError, ConfigurationError
from bridge.outside import listen
from bridge.settings.glimpse import Marks, marks_of, private_listen
from bridge.settings.single import STAND_IN
from bridge.systemd import notify, reloading, watchdog_s
from bridge.tasks import end, first_set

LOOK_EVERY_S: Final = 2.0
SETTLED_S: Final = 0.2
"""Whoever writes several files, or one in pieces, is given so long."""

log = structlog.get_logger("bridge.config")


@dataclass(frozen=True, slots=True)
class Files:
    """The configuration: where it is, and how to read it. `read` raises what is wrong with it."""

    file: Path
    environ: Mapping[str, str]
    read: Callable[[], Awaitable[object]]

    async def marks(self) -> Marks:
        """Return what changes as soon as one of the files does. In a thread: a folder may be on a network."""
        return await asyncio.to_thread(marks_of, self.file, self.environ)


async def until_right(
    error: ConfigurationError,
    files: Files,
    *,
    stop: asyncio.Event,
    asked: asyncio.Event,
    was_read: bool = False,
    every_s: float = LOOK_EVERY_S,
) -> bool:
    """Serve the page until the configuration is right, and return True; False when `stop` is set before.

    `asked`: somebody wants it to be read again now. `was_read`: reading finds no fault in the files as they are, only
    the start did. Raises CannotListen.
    """
    trouble = Trouble(error.problems, News())
    right = asyncio.Event()
    address = private_listen(files.file, files.environ)
    site = SafeSite(trouble, files.file, lambda: f"{STAND_IN}{secrets.token_hex(8)}")
    async with AsyncExitStack() as listeners:
        port = await listen(listeners, "private", address, site.answer)
        listeners.callback(trouble.news.end)
        notify("READY=1", status=_status(trouble))
        log.error("config.safe_mode", faults=len(trouble.lines), private=port, note=f"http://localhost:{port}/ says it")
        async with asyncio.TaskGroup() as tasks:
            # what was written while the files were read counts as a change, unless reading them found no fault
            seen = await files.marks() if was_read else ()
            looking = tasks.create_task(_look(files, trouble, asked, right, seen, every_s=every_s), name="looking")
            feeding = tasks.create_task(_feed(trouble), name="watchdog")
            await first_set(stop, right)
            await end(looking, feeding)
    if right.is_set():
        notify(reloading(), status="The configuration is right, starting")
    else:
        notify("STOPPING=1")
    return right.is_set()


async def _look(
    files: Files, trouble: Trouble, asked: asyncio.Event, right: asyncio.Event, seen: Marks, *, every_s: float
) -> None:
    """Read again whenever a file has changed or somebody asks, until all is right."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await asked.wait()
        wanted = asked.is_set()
        asked.clear()
        marks = await files.marks()
        if marks == seen and not wanted:
            continue
        if not wanted:
            await asyncio.sleep(SETTLED_S)
            marks = await files.marks()
        seen = marks
        if wanted:
            notify(reloading(), status="Reading the configuration again")
        if await _read(files, trouble):
            right.set()
            return
        notify("READY=1", status=_status(trouble))


async def _read(files: Files, trouble: Trouble) -> bool:
    """Read the files, and tell whether all is right now."""
    try:
        await files.read()
    except ConfigurationError as error:
        lines = error.problems
    except BridgeError as error:
        lines = (str(error),)
    else:
        log.info("config.right", note="starting")
        return True
    if lines != trouble.lines:
        for line in lines:
            log.error("config.refused", fault=line)
        trouble.now(lines)
    return False


async def _feed(trouble: Trouble) -> None:
    """Tell systemd that this is alive, where it wants to know."""
    limit_s = watchdog_s()
    while limit_s is not None:
        notify("WATCHDOG=1", status=_status(trouble))
        await asyncio.sleep(limit_s / 4)


def _status(trouble: Trouble) -> str:
    count = len(trouble.lines)
    return f"Not working: {count} fault{'' if count == 1 else 's'} in the configuration: {trouble.lines[0]}"
