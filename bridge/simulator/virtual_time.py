"""An event loop whose time jumps to the next due moment once everything is quiet: two weeks pass in a second.

Whatever asks the loop for the time or sleeps on it lives in that time, the stand-ins and what they are tried against
alike. Knows nothing of either. Work on other threads must be told (`working`), else time runs on without it.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

T = TypeVar("T")

STUCK_S: Final = 30.0
"""How long (for real) nothing may happen at all before the loop says that nothing ever will."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0. `settle_s`: how long (for real) a quiet moment must last before time jumps.

    0 is right where nothing is heard from sockets; where something is, some milliseconds let the other side answer.
    """

    def __init__(self, settle_s: float = 0.0) -> None:
        self._virtual_s = 0.0
        self._working = 0
        super().__init__(_JumpingSelector(settle_s, self._jump, lambda: self._working > 0))

    def time(self) -> float:
        """Return the seconds since the beginning, jumps included."""
        return self._virtual_s

    @contextmanager
    def working(self) -> Iterator[None]:
        """Keep time from jumping: something is under way that the loop cannot see."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    def _jump(self, seconds: float) -> None:
        self._virtual_s += seconds


class _JumpingSelector(selectors.DefaultSelector):
    """Where the loop would wait for time to pass, lets it have passed."""

    def __init__(self, settle_s: float, jump: Callable[[float], None], is_working: Callable[[], bool]) -> None:
        super().__init__()
        self._settle_s, self._jump, self._is_working = settle_s, jump, is_working

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; without it, and with nothing under way, jump by the timeout instead of waiting."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if timeout is None or self._is_working():
            return self._wait()
        ready = super().select(self._settle_s)
        if not ready:
            self._jump(timeout)
        return ready

    def _wait(self) -> list[tuple[selectors.SelectorKey, int]]:
        began_s = time.monotonic()
        ready = super().select(STUCK_S)
        # Signals end a wait early, with nothing ready.
        if not ready and time.monotonic() - began_s >= STUCK_S:
            raise RuntimeError(f"Nothing has happened for {STUCK_S:g} s, and nothing is due: everybody waits in vain.")
        return ready


def run_virtually(work: Coroutine[Any, Any, T], *, settle_s: float = 0.0) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(settle_s)) as runner:
        return runner.run(work)
