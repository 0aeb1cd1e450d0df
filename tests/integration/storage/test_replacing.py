"""Killed at any instant, there is the old database or the new one, whole, and never with the other's log."""

import asyncio
import multiprocessing
import os
from pathlib import Path

import pytest

from bridge.storage.mending import mend
from bridge.storage.replacing import finish_replacing
from bridge.storage.restoring import Reason, prepare, put_in_place
from tests.integration.storage.examples import NOON_MS
from tests.integration.storage.homes import begin, change, copied, live_on, rows

STEPS = [
    "fitted",
    "drafted",
    "noted",
    "moved -wal",
    "moved -shm",
    "moved -journal",
    "kept",
    "replaced",
    "unmarked",
    "done",
]


def restore_and_die(copy: Path, path: Path, cause: str, step: str) -> None:
    """In a process of its own: end as by a power cut, right behind a step."""

    def die(name: str) -> None:
        if name == step:
            os._exit(9)

    prepare(copy, path)
    put_in_place(path, Reason(str(copy), cause), now_ms=NOON_MS, step=die)


def die_at(step: str, copy: Path, path: Path, cause: str) -> int | None:
    process = multiprocessing.get_context("fork").Process(target=restore_and_die, args=(copy, path, cause, step))
    process.start()
    process.join(60)
    return process.exitcode


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Path:
    change(path, begin)
    made = copied(path, tmp_path / "copy.db")
    change(path, live_on)
    return made


@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(step: str, copy: Path, path: Path) -> None:
    assert die_at(step, copy, path, "") == 9
    finish_replacing(path)
    is_new = STEPS.index(step) >= STEPS.index("noted")
    restored = rows(path, "SELECT count(*) FROM settings WHERE name = 'realtime.restored'")
    assert restored == [int(is_new)]
    assert rows(path, "SELECT count(*) FROM events") == [15], "both have all of them"
    assert rows(path, "PRAGMA integrity_check") == ["ok"]
    asides = [found for found in path.parent.iterdir() if ".replaced-" in found.name]
    assert len(asides) == int(is_new)
    for aside in asides:
        assert rows(aside, "SELECT count(*) FROM events") == [15]
    assert not path.with_name("bridge.db.restoring").exists()
    assert not path.with_name("bridge.db.replacing").exists()


@pytest.mark.parametrize("step", STEPS)
def test_a_quarantine_that_is_killed_never_gives_the_new_database_the_log_of_the_old(
    step: str, copy: Path, path: Path
) -> None:
    async def die_with_a_log() -> None:
        from bridge.storage.database import open_database  # noqa: PLC0415
        from tests.integration.storage.examples import execute  # noqa: PLC0415

        async with open_database(path) as database:
            await execute(database, "UPDATE events SET kind = 'of the old log'")
            os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(die_with_a_log()))
    process.start()
    process.join(60)
    assert path.with_name("bridge.db-wal").stat().st_size
    assert die_at(step, copy, path, "flipped") == 9
    finish_replacing(path)
    is_new = STEPS.index(step) >= STEPS.index("noted")
    kinds = rows(path, "SELECT DISTINCT kind FROM events WHERE seq <= 10")
    assert kinds == (["contact.opened"] if is_new else ["of the old log"])
    assert rows(path, "PRAGMA integrity_check") == ["ok"]
    for aside in [found for found in path.parent.iterdir() if ".damaged-" in found.name]:
        base = path.parent / aside.name.removesuffix("-wal").removesuffix("-shm")
        assert rows(base, "SELECT DISTINCT kind FROM events WHERE seq <= 10") == ["of the old log"]


def test_what_a_crash_left_half_made_is_cleared_away_at_the_next_start(copy: Path, path: Path) -> None:
    prepare(copy, path)
    assert path.with_name("bridge.db.restoring").exists()
    assert mend(path, path.with_name("copies"), now_ms=NOON_MS) is None
    assert not path.with_name("bridge.db.restoring").exists()
