"""When the inbound path is woken: at the due moment, when somebody asks, and not again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.mqtt.alarm import Alarm
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Due
from tests.parts.waiting import until


class Watched:
    """An alarm, with what it is told and how often it asked."""

    def __init__(self, *, live: bool = True, due_ms: int | None = None, look_again_s: float = 60.0) -> None:
        self.now_ms = 1000
        self.live = live
        self.due_ms = due_ms
        self.asked = 0
        self.intake = Intake(1000)
        self.alarm = Alarm(self.intake, live=lambda: self.live, clock_ms=lambda: self.now_ms, look_again_s=look_again_s)

    def next_due_ms(self, now_ms: int) -> int | None:
        """Say when something is due."""
        assert now_ms == self.now_ms
        self.asked += 1
        return self.due_ms


@asynccontextmanager
async def running(watched: Watched) -> AsyncIterator[Watched]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(watched.alarm.run(watched.next_due_ms))
        try:
            await until(lambda: watched.asked > 0)
            yield watched
        finally:
            task.cancel()


async def test_what_is_due_is_said_once_until_its_commit() -> None:
    async with running(Watched(due_ms=1000, look_again_s=0.01)) as watched:
        await asyncio.sleep(0.05)
        assert await watched.intake.take(10) == [Due(live=True)]
        assert watched.asked == 1
        watched.due_ms = None
        watched.alarm.stir()
        await until(lambda: watched.asked == 2)
        assert len(watched.intake) == 0


async def test_it_sleeps_until_the_moment() -> None:
    async with running(Watched(due_ms=1050)) as watched:
        assert len(watched.intake) == 0
        watched.now_ms = 1050
        async with asyncio.timeout(5):
            assert await watched.intake.take(10) == [Due(live=True)]


async def test_a_moment_that_comes_nearer_is_noticed() -> None:
    async with running(Watched(due_ms=10_000_000)) as watched:
        watched.due_ms = 1000
        watched.alarm.stir()
        async with asyncio.timeout(5):
            assert await watched.intake.take(10) == [Due(live=True)]


async def test_a_clock_that_is_set_forward_is_noticed_at_the_next_look() -> None:
    async with running(Watched(due_ms=10_000_000, look_again_s=0.01)) as watched:
        watched.now_ms = 10_000_000
        async with asyncio.timeout(5):
            assert await watched.intake.take(10) == [Due(live=True)]


async def test_nothing_is_said_while_nobody_knows_what_holds_now() -> None:
    async with running(Watched(live=False, due_ms=1000)) as watched:
        await asyncio.sleep(0.02)
        assert (len(watched.intake), watched.asked) == (0, 1)
        watched.live = True
        watched.alarm.stir()
        async with asyncio.timeout(5):
            assert await watched.intake.take(10) == [Due(live=True)]


async def test_who_waits_for_something_else_has_it_looked_at_even_now() -> None:
    async with running(Watched(live=False)) as watched:
        watched.alarm.ask()
        async with asyncio.timeout(5):
            assert await watched.intake.take(10) == [Due(live=False)]
        watched.alarm.stir()
        await until(lambda: watched.asked == 3)
        assert len(watched.intake) == 0
