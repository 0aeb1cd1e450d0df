"""How long an answer of the broker is waited for: longer while messages come in, for it may stand behind them.

Without that, a slow computer that finds a long backlog gives up each connection before its subscription is confirmed,
and finds the same backlog with the next one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

LONGEST_S: Final = 120.0
"""A broker that goes on sending and never answers is not waited for longer than this."""


class Patience:
    """The waits under way. `heard` is called with each message, and must be quick where nobody waits."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self._longest_s = longest_s
        self._waits: dict[asyncio.Timeout, tuple[float, float]] = {}

    @asynccontextmanager
    async def limit(self, seconds: float) -> AsyncIterator[None]:
        """Wait so long after the last message that came in. Raises TimeoutError."""
        now_s = asyncio.get_running_loop().time()
        async with asyncio.timeout(seconds) as wait:
            self._waits[wait] = (seconds, now_s + max(seconds, self._longest_s))
            try:
                yield
            finally:
                del self._waits[wait]

    def heard(self) -> None:
        """A message has come in."""
        if not self._waits:
            return
        now_s = asyncio.get_running_loop().time()
        for wait, (seconds, last_s) in self._waits.items():
            if not wait.expired():
                wait.reschedule(min(now_s + seconds, last_s))
