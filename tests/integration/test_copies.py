"""Automatic copies of a real database: no clock makes them storm, a restart counts on, damage that one shows counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.copies import Copies, CopyPlan
from bridge.errors import DatabaseDamaged
from bridge.storage.copies import copies_in
from bridge.storage.copying import copy_database
from bridge.storage.database import damage_mark
from bridge.storage.mending import mend
from tests.integration.storage.examples import NOON_MS
from tests.integration.storage.homes import begin, change, destroy, rows
from tests.parts.waiting import until


class Clocks:
    """How long the bridge has run, which goes on, and a wall clock that does as it likes."""

    def __init__(self) -> None:
        self.run_ms = 1_000_000
        self.wall_ms = NOON_MS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "data" / "bridge.db"
    change(place, begin)
    return place


def copies_of(path: Path, clocks: Clocks, *, every_s: float = 0.05, keep: int = 3) -> Copies:
    plan = CopyPlan(path, path.with_name("copies"), keep, every_s)
    return Copies(plan, run_ms=lambda: clocks.run_ms, clock_ms=lambda: clocks.wall_ms)


@asynccontextmanager
async def running(copies: Copies) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(copies.run())
        yield
        task.cancel()


async def test_a_wall_clock_that_jumps_makes_no_copy_more_and_none_less(path: Path) -> None:
    clocks = Clocks()
    copies = copies_of(path, clocks, every_s=0.2)
    async with running(copies):
        await until(lambda: copies.made == 1, what="the first copy")
        for wall_ms in (0, 4 * NOON_MS, -1, NOON_MS):
            clocks.wall_ms = wall_ms
            clocks.run_ms += 200
            before = copies.made
            await until(lambda before=before: copies.made > before, what="the next")  # type: ignore[misc]
    assert len(copies_in(path.with_name("copies"), path)) == 3
    assert copies.trouble == ""
    assert copies.age_s == 0.0


async def test_after_a_restart_a_copy_that_is_young_enough_counts(path: Path) -> None:
    clocks = Clocks()
    change_to = f"INSERT INTO settings VALUES ('oauth.run_ms', '{clocks.run_ms}')"  # noqa: S608 -- a number
    await asyncio.to_thread(
        change, path, lambda database: database.write(lambda connection: connection.execute(change_to))
    )
    first = copies_of(path, clocks)
    async with running(first):
        await until(lambda: first.made == 1, what="a copy")
    clocks.run_ms += 1000
    again = copies_of(path, clocks, every_s=3600)
    async with running(again):
        await until(lambda: again.age_s is not None, what="the newest being looked at")
        assert (again.age_s, again.made) == (1.0, 0)


async def test_damage_that_a_copy_shows_ends_the_run_and_is_put_right_at_the_next(path: Path) -> None:
    good = await asyncio.to_thread(copy_database, path, path.with_name("good.db"))
    await asyncio.to_thread(destroy, path, "events_home")  # which no start looks at
    copies = copies_of(path, Clocks())
    with pytest.raises(DatabaseDamaged):
        await copies.run()
    assert damage_mark(path).exists()
    folder = path.with_name("copies")
    assert copies_in(folder, path) == []
    good.path.rename(folder / "bridge-000001-20260101T000000Z.db")
    assert await asyncio.to_thread(mend, path, folder, now_ms=NOON_MS) is not None
    assert rows(path, "PRAGMA integrity_check") == ["ok"]


async def test_without_copies_wanted_none_is_made(path: Path) -> None:
    copies = copies_of(path, Clocks(), keep=0)
    async with running(copies):
        await asyncio.sleep(0)
    assert not path.with_name("copies").exists()
    assert (copies.age_s, copies.newest_bytes, copies.trouble) == (None, None, "")
