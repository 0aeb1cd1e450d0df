"""Feeding the service manager's watchdog only while everything really moves; naming what does not before it bites.

Knows its parts only as names with a sign of life each. The outside world's absence is no reason to stop: a part that
reports trouble moves. A part that says nothing does not.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

CHECKS_PER_LIMIT: Final = 4
FRAMES_NAMED: Final = 6
LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- how to reach who listens everywhere

log = structlog.get_logger("bridge.watchdog")


def _never() -> float:
    return float("-inf")


@dataclass(frozen=True, slots=True)
class Watched:
    """One part. `probe` does something small through it and says whether it answered, in trouble or not.

    `moved_s` tells when it last moved by itself (monotonic seconds).
    """

    name: str
    probe: Callable[[], Awaitable[bool]] | None = None
    moved_s: Callable[[], float] = _never


class Watchdog:
    """Calls `feed` several times in each `limit_s` while no part has stood still for half of it."""

    def __init__(self, watched: Sequence[Watched], *, limit_s: float, feed: Callable[[], None]) -> None:
        self._watched = tuple(watched)
        self._interval_s = limit_s / CHECKS_PER_LIMIT
        self._patience_s = limit_s / 2
        self._feed = feed
        self._answered_s = {part.name: time.monotonic() for part in self._watched}
        self._stuck: frozenset[str] = frozenset()
        self.checked_s = time.monotonic()

    async def run(self) -> None:
        """Watch until cancelled."""
        self._answered_s = dict.fromkeys(self._answered_s, time.monotonic())
        self.checked_s = time.monotonic()
        with _Sentinel(self, self._patience_s):
            async with asyncio.TaskGroup() as tasks:
                for part in self._watched:
                    if part.probe is not None:
                        tasks.create_task(self._probe(part.name, part.probe), name=f"watching {part.name}")
                while True:
                    self._check()
                    await asyncio.sleep(self._interval_s)

    async def _probe(self, name: str, probe: Callable[[], Awaitable[bool]]) -> None:
        while True:
            if await probe():
                self._answered_s[name] = time.monotonic()
            await asyncio.sleep(self._interval_s)

    def _check(self) -> None:
        """Feed, or say who stands still. After a standstill of the whole process each part gets its time again."""
        now_s = time.monotonic()
        stood_still_s, self.checked_s = now_s - self.checked_s - self._interval_s, now_s
        if stood_still_s > self._patience_s:
            log.warning("watchdog.stood_still", part="event loop", seconds=round(stood_still_s, 1))
            self._answered_s = dict.fromkeys(self._answered_s, now_s)
        stuck = frozenset(part.name for part in self._watched if self._still_for_s(part, now_s) > self._patience_s)
        for name in sorted(stuck - self._stuck):
            log.error("watchdog.stuck", part=name, note="the service manager ends the daemon if this goes on")
        for name in sorted(self._stuck - stuck):
            log.info("watchdog.moving", part=name)
        self._stuck = stuck
        if not stuck:
            self._feed()

    def _still_for_s(self, part: Watched, now_s: float) -> float:
        return now_s - max(self._answered_s[part.name], part.moved_s())


class _Sentinel(threading.Thread):
    """Watches the watchdog from a thread of its own: a blocked event loop cannot say where it stands."""

    def __init__(self, watchdog: Watchdog, patience_s: float) -> None:
        super().__init__(name="sentinel", daemon=True)
        self._watchdog = watchdog
        self._patience_s = patience_s
        self._loop_thread = threading.get_ident()
        self._over = threading.Event()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def run(self) -> None:
        """Speak once of each standstill."""
        spoken_of_s = 0.0
        while not self._over.wait(self._patience_s / 2):
            last_s = self._watchdog.checked_s
            if last_s != spoken_of_s and time.monotonic() - last_s > 2 * self._patience_s:
                spoken_of_s = last_s
                log.error("watchdog.stuck", part="event loop", where=self._where())

    def _where(self) -> str:
        """Return the innermost calls of the event loop's thread, the last one first."""
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 -- documented for just this
        calls = traceback.extract_stack(frame)[-FRAMES_NAMED:] if frame is not None else ()
        return " < ".join(f"{call.filename}:{call.lineno}" for call in reversed(calls))


async def http_answers(host: str, port: int, path: str, *, within_s: float) -> bool:
    """Tell whether a listener of this process takes a new connection and answers on it, whatever it answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(LOOPBACK.get(host, host), port)
            try:
                writer.write(request.encode())
                return (await reader.readline()).startswith(b"HTTP/1.")
            finally:
                writer.close()
    except OSError:  # a timeout is one
        return False
