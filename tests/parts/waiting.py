"""Waiting for a condition, never for time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 90.0
INTERVAL_S = 0.03


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, within_s: float = PATIENCE_S, what: str = "the condition"
) -> None:
    """Return as soon as the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + within_s
    while True:
        result = condition()
        if await result if inspect.isawaitable(result) else result:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within_s} s")
        await asyncio.sleep(INTERVAL_S)
