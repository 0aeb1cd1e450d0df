"""What a button begins: one at a time, told as it comes, within bounds, and kept until the next."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bridge.dashboard.errand import MOST_KEPT, Errand, Progress
from bridge.errors import BridgeError
from tests.parts.waiting import until


@dataclass(frozen=True)
class Found:
    """A finding."""

    verdict: str


@dataclass
class Work:
    """What is done: finds these, and fails with this error. `go_on`: awaited before the last."""

    found: list[str]
    error: Exception | None = None
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    ways: list[str] = field(default_factory=list)

    async def __call__(self, way: str, progress: Progress) -> AsyncIterator[Found]:
        """Do it."""
        self.ways.append(way)
        for number, verdict in enumerate(self.found, start=1):
            if number == len(self.found):
                await self.go_on.wait()
            progress(number, len(self.found))
            yield Found(verdict)
        if self.error is not None:
            raise self.error


def errand(work: Work, wake: Callable[[], None] = lambda: None) -> Errand[Found]:
    return Errand("the test", work, keeps=lambda found: found.verdict != "pass", clock_ms=lambda: 7, wake=wake)


async def done(each: Errand[Found], work: Work) -> None:
    """Let it run to its end."""
    work.go_on.set()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(each.run())
        await until(lambda: each.course is not None and each.course.ended_ms is not None, what="its end")
        running.cancel()


async def test_what_is_found_is_counted_and_what_matters_kept() -> None:
    work = Work(["pass", "finding", "pass"])
    each = errand(work)
    assert each.course is None
    each.begin("here")
    await done(each, work)
    course = each.course
    assert course is not None
    assert (course.way, course.done, course.of, course.trouble) == ("here", 3, 3, "")
    assert course.counts == {"pass": 2, "finding": 1}
    assert course.found == (Found("finding"),)


async def test_it_is_not_begun_a_second_time_while_it_goes_on() -> None:
    work = Work(["finding", "finding"])
    each = errand(work)
    each.begin("here")
    with pytest.raises(BridgeError, match="under way already"):
        each.begin("public")
    await done(each, work)
    each.begin("public")
    await done(each, work)
    assert work.ways == ["here", "public"]
    assert each.course is not None
    assert len(each.course.found) == 2


async def test_what_is_found_is_told_before_the_end_and_the_end_too() -> None:
    work, woken = Work(["finding", "finding"]), asyncio.Event()
    each = errand(work, woken.set)
    each.begin()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(each.run())
        await woken.wait()
        assert each.course is not None
        assert (each.course.ended_ms, each.course.found) == (None, (Found("finding"),))
        woken.clear()
        work.go_on.set()
        await woken.wait()
        await until(lambda: each.course is not None and each.course.ended_ms == 7)
        running.cancel()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BridgeError("there is nothing to try"), "there is nothing to try"),
        (ValueError("a secret"), "something went wrong in the bridge; its log says what"),
    ],
)
async def test_what_breaks_off_says_why_and_can_be_begun_again(error: Exception, said: str) -> None:
    work = Work(["pass"], error)
    each = errand(work)
    for _ in range(2):
        each.begin()
        await done(each, work)
        assert each.course is not None
        assert each.course.trouble == said


async def test_of_too_many_findings_the_rest_is_counted() -> None:
    work = Work(["finding"] * (MOST_KEPT + 3))
    each = errand(work)
    each.begin()
    await done(each, work)
    assert each.course is not None
    assert (len(each.course.found), each.course.left_out) == (MOST_KEPT, 3)
    assert each.course.counts == {"finding": MOST_KEPT + 3}
