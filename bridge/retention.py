"""Lets go of events that are old, or too many for the disk, in bites so small that no event waits for them.

Decides when; what may go is decided in SQL (storage/retention.py), and what is crowded in timeline/retention.py.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from bridge.errors import StorageUnavailable
from bridge.storage.retention import Bite
from bridge.timeline.retention import DAY_MS, Limits, Size

BITE_S: Final = 0.001
"""About so long the writer is taken; a single commit takes half as long."""

REST_S: Final = 0.02
"""So long it is left alone afterwards, and the disk with it."""

WATCH_S: Final = 0.005
PATIENCE_S: Final = 2.0
"""So long a bite waits for a moment in which nothing else is written. A home without one is not tidied the less."""

LOOK_S: Final = 5.0
"""How often somebody looks whether there is anything to do."""

SHRINK_PAGES: Final = 64
PASS_EVERY_MS: Final = DAY_MS
"""What stayed because it was among the newest is looked at again after a day that the bridge has run."""

PASS_ERASES: Final = 1_000_000
"""Or when so much is gone that much else may have come since."""

HARDLY_ANY: Final = 1000
AGAIN_MS: Final = 10 * 60 * 1000
"""Where hardly any may go and there is still no room, it is tried again after so long."""

MARK_LOOK_MS: Final = 3600 * 1000

MB: Final = 1_000_000

log = structlog.get_logger("bridge.retention")


class Register(Protocol):
    """Where events are kept."""

    async def mark(self, run_ms: int, *, every_ms: int, keep_ms: int) -> int:
        """Note how far the timeline has come; return up to where it is old enough to go."""
        ...

    async def bite(self, after: int, up_to: int, *, for_s: float) -> Bite:
        """Erase for so many seconds what may go behind one sequence number, up to another."""
        ...

    async def shrink(self, pages: int) -> None:
        """Give empty pages back to the disk."""
        ...

    async def size(self) -> Size:
        """Return what the database takes."""
        ...


@dataclass(slots=True)
class Pass:
    """One way through the timeline, from its beginning. Everything up to `up_to` has been looked at.

    `began_ms`: of run time.
    """

    began_ms: int
    up_to: int = 0
    erased: int = 0

    def took(self, bite: Bite) -> None:
        """Go on from there."""
        self.up_to = bite.up_to
        self.erased += bite.erased

    def is_over(self, run_ms: int, end: int, *, crowded: bool) -> bool:
        """Tell whether it is time for the next one, which begins with what this one left."""
        if run_ms - self.began_ms >= PASS_EVERY_MS or self.erased >= PASS_ERASES:
            return True
        if not crowded or self.up_to < end:
            return False
        return self.erased >= HARDLY_ANY or run_ms - self.began_ms >= AGAIN_MS


@dataclass(slots=True)
class Retention:
    """`limits`: those in force. `run_ms`: how long the bridge has run. `newest_seq`: of the event committed last.

    `busy`: whether anything else is to be written.
    """

    register: Register
    limits: Callable[[], Limits]
    run_ms: Callable[[], int]
    newest_seq: Callable[[], int]
    busy: Callable[[], bool]
    erased: int = 0
    postponed: bool = False
    without_room: bool = False
    _pass: Pass | None = None
    _horizon: int = 0
    _horizon_for: tuple[int, int] | None = None
    _crowded_ms: int | None = None

    async def run(self, *, away_s: float = LOOK_S) -> None:
        """Tidy until cancelled. `away_s`: when to look again for a disk that does not work."""
        while True:
            rest_s = away_s
            try:
                rest_s = await self.step()
            except StorageUnavailable as error:
                if not self.postponed:
                    log.warning("retention.postponed", reason=str(error))
                self.postponed = True
            else:
                if self.postponed:
                    log.info("retention.resumed")
                self.postponed = False
            await asyncio.sleep(rest_s)

    async def step(self) -> float:
        """Do the next little thing that there is to do, and return for how many seconds to rest."""
        limits, run_ms = self.limits(), self.run_ms()
        await self._look_at_marks(limits, run_ms)
        size = await self.register.size()
        crowded = size.is_crowded(limits)
        end = max(self._horizon, self.newest_seq() if crowded else 0)
        if self._pass is None or self._pass.is_over(run_ms, end, crowded=crowded):
            self._pass = Pass(run_ms)
        self._say(size, limits, run_ms, crowded=crowded, done=self._pass.up_to >= end)
        if self._pass.up_to < end:
            return await self._erase(self._pass, end, urgent=size.is_urgent(limits))
        if size.is_slack(limits):
            await self._quiet()
            await self.register.shrink(SHRINK_PAGES)
            return REST_S
        return LOOK_S

    async def _erase(self, now: Pass, end: int, *, urgent: bool) -> float:
        if not urgent:
            await self._quiet()
        bite = await self.register.bite(now.up_to, end, for_s=BITE_S)
        now.took(bite)
        self.erased += bite.erased
        return 0.0 if urgent else REST_S

    async def _look_at_marks(self, limits: Limits, run_ms: int) -> None:
        """Work out up to where events are old enough: now and then, and when they are kept for another time."""
        wanted = (limits.keep_ms, run_ms // MARK_LOOK_MS)
        if wanted != self._horizon_for:
            self._horizon = await self.register.mark(run_ms, every_ms=DAY_MS, keep_ms=limits.keep_ms)
            self._horizon_for = wanted

    async def _quiet(self) -> None:
        """Wait for a moment in which nothing else is written, but not for ever."""
        waited_s = 0.0
        while self.busy() and waited_s < PATIENCE_S:
            await asyncio.sleep(WATCH_S)
            waited_s += WATCH_S

    def _say(self, size: Size, limits: Limits, run_ms: int, *, crowded: bool, done: bool) -> None:
        facts = {"size_mb": round(size.used_bytes / MB), "max_size_mb": round(limits.max_bytes / MB)}
        if crowded and (self._crowded_ms is None or run_ms - self._crowded_ms >= DAY_MS):
            log.warning("retention.crowded", **facts, note="the oldest events go before their time")
        if crowded:
            self._crowded_ms = run_ms
        if crowded and done and not self.without_room:
            self.without_room = True
            log.warning("retention.no_room", **facts, note="what must be kept alone needs more than [storage].max_size")
        elif self.without_room and not size.is_urgent(limits) and not crowded:
            self.without_room = False
            log.info("retention.room_again", **facts)
