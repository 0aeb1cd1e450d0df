"""Reading the configuration again while the daemon runs: all of it takes effect, or nothing does.

Decides when and in which order; what is different is worked out in differences.py, and each part takes over by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bridge.current import Current
from bridge.differences import Differences, differences
from bridge.errors import BridgeError, ConfigurationError
from bridge.logs import configure_logs
from bridge.settings import Settings
from bridge.systemd import notify, reloading
from bridge.takeover import Takeover

log = structlog.get_logger("bridge.config")


@dataclass(frozen=True, slots=True)
class Rereading:
    """`asked` is set whenever somebody wants it; `read` gives what the files say now, or raises what is wrong there.

    `file`: which one it is, for a person.
    """

    asked: asyncio.Event
    read: Callable[[], Awaitable[Settings]]
    file: str = "the configuration"


class Reload:
    """Reads again when asked, one time after the other: who asks meanwhile is served by one more."""

    def __init__(self, rereading: Rereading, current: Current, takeover: Takeover) -> None:
        self._rereading = rereading
        self._current = current
        self._takeover = takeover
        self.outcome = ""
        """What a person should know of the last time, "" if all went well."""

    @property
    def file(self) -> str:
        """Which file is read."""
        return self._rereading.file

    def ask(self) -> None:
        """Let it be read again."""
        self._rereading.asked.set()

    async def run(self, *, ready: Callable[[], None]) -> None:
        """Wait for being asked, until cancelled; `ready` is called each time when it is done, whatever came of it."""
        asked = self._rereading.asked
        while True:
            await asked.wait()
            asked.clear()
            notify(reloading(), status="Reading the configuration again")
            self.outcome = await self._read_again()
            ready()

    async def _read_again(self) -> str:
        """Read and take over. Return what a person should know of it."""
        before = self._current.now.settings
        try:
            found = differences(before, await self._rereading.read())
            await self._takeover.settings(found.settings)
        except ConfigurationError as error:
            for problem in error.problems:
                log.error("config.refused", fault=problem)  # noqa: TRY400 -- the fault is the user's, no trace helps
            log.warning("config.kept", faults=len(error.problems), note="what was in force before still is")
            first, *others = error.problems
            more = f" (and {len(others)} more, see the log)" if others else ""
            return f"the changed configuration is wrong, the one from before is kept: {first}{more}"
        except BridgeError as error:
            reason = str(error)
            log.error("config.not_reloaded", reason=reason, note="what was in force before still is")  # noqa: TRY400 -- the same
            return "the changed configuration could not be read (see the log), the one from before is kept"
        outcome = self._told(found)
        for note in found.settings.notes:
            if note not in before.notes:
                log.warning("settings.note", note=note)
        if found.settings.log != before.log:  # last: what has just been said belongs to the lines before
            configure_logs(found.settings.log.level, found.settings.log.format)
        return outcome

    def _told(self, found: Differences) -> str:
        log.info("config.reloaded", **(found.facts() or {"changed": "nothing"}))
        if not found.waiting:
            return ""
        keys = ", ".join(found.waiting)
        log.warning("config.needs_restart", keys=keys, note="the values from before are kept until then")
        return f"a restart is needed for {keys}"
