"""When events are erased: in quiet moments, not at any price, and again when the disk is back."""

import asyncio

from bridge.errors import StorageUnavailable
from bridge.retention import BITE_S, PATIENCE_S, WATCH_S, Retention
from bridge.storage.retention import Bite
from bridge.timeline.retention import DAY_MS, Limits, Size
from tests.parts.waiting import until

LIMITS = Limits(DAY_MS, 1_000_000_000)


class Register:
    """A register of a thousand old events that erases a hundred at a time; `broken`: its disk is away."""

    def __init__(self) -> None:
        self.used_bytes = 0
        self.broken = False
        self.bites: list[float] = []

    async def mark(self, run_ms: int, *, every_ms: int, keep_ms: int) -> int:  # noqa: ARG002 -- they are old, whatever
        """Tell that all are old."""
        return 1000

    async def bite(self, after: int, up_to: int, *, for_s: float) -> Bite:
        """Erase a hundred."""
        self.bites.append(for_s)
        return Bite(min(after + 100, up_to), 100)

    async def shrink(self, pages: int) -> None:
        """Have nothing to give back."""

    async def size(self) -> Size:
        """Tell what the test says."""
        if self.broken:
            raise StorageUnavailable("the disk is away")
        return Size(self.used_bytes, 0, 0, shrinkable=True)


class Neighbours:
    """Whoever else writes: for so many more looks, or always."""

    def __init__(self, looks: float) -> None:
        self.left = looks
        self.looked = 0

    def busy(self) -> bool:
        """Tell whether they write."""
        self.looked += 1
        self.left -= 1
        return self.left >= 0


def retention(register: Register, neighbours: Neighbours) -> Retention:
    return Retention(register, lambda: LIMITS, lambda: 5 * DAY_MS, lambda: 1000, neighbours.busy)


async def test_a_bite_waits_until_nobody_else_writes() -> None:
    register, neighbours = Register(), Neighbours(3)
    await retention(register, neighbours).step()
    assert (neighbours.looked, register.bites) == (4, [BITE_S])


async def test_where_somebody_always_writes_it_is_done_all_the_same() -> None:
    register, neighbours = Register(), Neighbours(float("inf"))
    await retention(register, neighbours).step()
    assert register.bites == [BITE_S]
    assert neighbours.looked >= PATIENCE_S / WATCH_S


async def test_a_disk_that_is_about_to_be_full_waits_for_nobody() -> None:
    register, neighbours = Register(), Neighbours(float("inf"))
    register.used_bytes = LIMITS.max_bytes
    assert await retention(register, neighbours).step() == 0
    assert (neighbours.looked, register.bites) == (0, [BITE_S])


async def test_it_goes_on_when_the_disk_is_back() -> None:
    register = Register()
    register.broken = True
    tidying = retention(register, Neighbours(0))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(tidying.run(away_s=0.01))
        await until(lambda: tidying.postponed, what="the trouble being met")
        register.broken = False
        await until(lambda: len(register.bites) == 10, what="all of them being erased")
        running.cancel()
    assert tidying.erased == 1000
    assert not tidying.postponed
