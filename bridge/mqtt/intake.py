"""Between the socket and the interpreter: a bounded queue that stops the reading when it is full, and drops nothing."""

import asyncio
from collections import deque
from collections.abc import Callable

from bridge.mqtt.message import Arrival


class Intake:
    """Arrivals in order. Its capacity must be at least a window of unacknowledged messages.

    `put` never refuses: what has been read from the socket is already ours. Crossing the capacity calls `pause`
    once, falling to half of it `resume`, so that the broker feels the pressure through TCP.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._waiting: deque[Arrival] = deque()
        self._something = asyncio.Event()
        self._paused = False
        self._pause: Callable[[], None] = _nothing
        self._resume: Callable[[], None] = _nothing

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether reading is held up."""
        return self._paused

    def attach(self, *, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        """Name the reader to hold up: that of the present connection. It starts held up if the queue is full."""
        self._pause, self._resume = pause, resume
        if self._paused:
            pause()

    def put(self, arrival: Arrival) -> None:
        """Add an arrival at the end."""
        self._waiting.append(arrival)
        count = len(self._waiting)
        if count == 1:
            self._something.set()
        if count >= self._capacity and not self._paused:
            self._paused = True
            self._pause()

    async def take(self, most: int) -> list[Arrival]:
        """Wait until there is something, then return up to `most` arrivals in order."""
        await self._something.wait()
        waiting = self._waiting
        taken = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        if not waiting:
            self._something.clear()
        if self._paused and len(waiting) <= self._capacity // 2:
            self._paused = False
            self._resume()
        return taken


def _nothing() -> None:
    """Stand in until a connection is attached."""
