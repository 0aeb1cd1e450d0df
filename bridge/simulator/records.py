"""What happened so far, the newest of it kept, and a way to wait for more. Knows nothing of what is recorded."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = 10_000
"""How many records are kept: enough for any test to read in full, too few to fill a long-running demo's memory."""


class Change:
    """Lets tasks wait until something that others change is as they want it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def happened(self) -> None:
        """Let every waiter look again."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait_until(self, holds: Callable[[], bool], *, timeout_s: float, what: str) -> None:
        """Return once `holds()`; TimeoutError names `what` was waited for."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._event.wait()
        except TimeoutError:
            raise TimeoutError(f"Waited {timeout_s:g} s in vain for {what}.") from None


class Records(Generic[T]):
    """Counts everything, keeps the newest `kept`."""

    def __init__(self, kept: int = KEPT) -> None:
        self._newest: deque[T] = deque(maxlen=kept)
        self._total = 0
        self._change = Change()

    @property
    def total(self) -> int:
        """How many were ever added."""
        return self._total

    @property
    def newest(self) -> list[T]:
        """The newest ones, oldest of them first."""
        return list(self._newest)

    def add(self, record: T) -> None:
        """Add one and wake those who wait for it."""
        self._newest.append(record)
        self._total += 1
        self._change.happened()

    async def wait_for(self, n: int, *, timeout_s: float, what: str) -> list[T]:
        """Wait until at least `n` were ever added and return the newest ones; else TimeoutError."""
        await self._change.wait_until(lambda: self._total >= n, timeout_s=timeout_s, what=f"{n} {what}")
        return self.newest
