"""What takes a while and is begun by a button: one at a time, its findings told as they come and kept until the next.

Knows nothing of what is done.
"""

import time
from asyncio import Event
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

import structlog

from bridge.errors import BridgeError

MOST_KEPT: Final = 500
WAKE_EVERY_S: Final = 0.5

log = structlog.get_logger("bridge.dashboard")


class Finding(Protocol):
    """Whatever is found."""

    @property
    def verdict(self) -> str:
        """What it comes to, in one word."""
        ...


F = TypeVar("F", bound=Finding)
Progress = Callable[[int, int], None]
"""Hears how much is done, and of how much."""

Work = Callable[[str, Progress], AsyncIterator[F]]
"""Does it, in the way that somebody chose, and yields what it finds."""


@dataclass(frozen=True, slots=True)
class Course(Generic[F]):
    """How far it is. `way`: how it was chosen; `counts`: of each verdict; `trouble`: why it broke off, "" where not.

    `ended_ms` None: it goes on (epoch, both). `left_out`: how many findings are counted and no longer kept.
    """

    way: str
    begun_ms: int
    ended_ms: int | None = None
    done: int = 0
    of: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    found: tuple[F, ...] = ()
    left_out: int = 0
    trouble: str = ""


class Errand(Generic[F]):
    """Does `work` when it is asked to. `keeps`: which findings are worth more than a count.

    `wake` says that there is something new, `clock_ms` gives epoch milliseconds.
    """

    def __init__(
        self,
        name: str,
        work: Work[F],
        *,
        keeps: Callable[[F], bool],
        clock_ms: Callable[[], int],
        wake: Callable[[], None],
    ) -> None:
        self._name = name
        self._work = work
        self._keeps = keeps
        self._clock_ms = clock_ms
        self._wake = wake
        self._woken_s = 0.0
        self._wanted = Event()
        self._way = ""
        self._begun_ms = 0
        self._ended_ms: int | None = None
        self._forget()

    def begin(self, way: str = "") -> None:
        """Ask for it. Raises BridgeError while it is under way."""
        if self._begun_ms and self._ended_ms is None:
            raise BridgeError(f"{self._name} is under way already; its findings appear as they come")
        self._way, self._begun_ms, self._ended_ms = way, self._clock_ms(), None
        self._forget()
        self._wanted.set()

    @property
    def course(self) -> Course[F] | None:
        """How far it is, or was the last time; None before the first."""
        if not self._begun_ms:
            return None
        return Course(
            self._way,
            self._begun_ms,
            self._ended_ms,
            *self._progress,
            dict(self._counts),
            tuple(self._found),
            self._left_out,
            self._trouble,
        )

    async def run(self) -> None:
        """Do it whenever it is asked for, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._do()
            except BridgeError as error:
                self._trouble = str(error)
            except Exception:
                log.exception("dashboard.errand_failed", errand=self._name)
                self._trouble = "something went wrong in the bridge; its log says what"
            self._ended_ms = self._clock_ms()
            self._wake()

    async def _do(self) -> None:
        async for finding in self._work(self._way, self._note_progress):
            self._counts[finding.verdict] += 1
            if self._keeps(finding):
                self._keep(finding)
            self._tell()

    def _keep(self, finding: F) -> None:
        if len(self._found) < MOST_KEPT:
            self._found.append(finding)
        else:
            self._left_out += 1

    def _note_progress(self, done: int, of: int) -> None:
        self._progress = (done, of)

    def _tell(self) -> None:
        """Say that there is something new, but not for each of hundreds."""
        now_s = time.monotonic()
        if now_s - self._woken_s >= WAKE_EVERY_S:
            self._woken_s = now_s
            self._wake()

    def _forget(self) -> None:
        self._progress = (0, 0)
        self._counts: Counter[str] = Counter()
        self._found: list[F] = []
        self._left_out = 0
        self._trouble = ""
