"""Long tasks: waiting for the first of several things, ending them, noticing one that ends by itself."""

import asyncio
from collections.abc import Coroutine
from typing import Final

import structlog

CANCEL_AGAIN_S: Final = 0.5

log = structlog.get_logger("bridge.app")


async def first_set(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(event.wait()) for event in events]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel until it helps: with Python 3.11 `wait_for` swallows a cancellation that comes with its result."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=CANCEL_AGAIN_S)


async def for_ever(name: str, coroutine: Coroutine[None, None, None]) -> None:
    """Run what never ends; that it does is a failure."""
    await coroutine
    raise RuntimeError(f"the task {name} ended, which it never should")


async def within(seconds: float, waiting: Coroutine[None, None, None]) -> None:
    """Wait, but no longer than that."""
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        log.warning("bridge.stopping_without_waiting", after_s=seconds)


def first_of(group: BaseExceptionGroup[Exception]) -> str:
    """Return what the first error of a group says."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error)
