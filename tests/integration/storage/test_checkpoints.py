"""Checkpoints beside the writer: what was written comes into the file itself, and a reader in the way stops nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bridge.storage.checkpoints import Checkpoints
from bridge.storage.database import Database
from tests.integration.storage.examples import commit, entry
from tests.parts.waiting import until

MANY = 2000
"""Rows of one commit, after which a checkpoint is due."""

OVERDUE = 34_000
"""Rows after which the writer waits for it."""

WRITERS = 3
"""So many that one always waits for the other."""

COMMITS = 2000


def in_file(path: Path) -> int:
    """Count the events that are in the file itself, without its journal."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as alone:
        if alone.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone() is None:
            return 0
        count: int = alone.execute("SELECT count(*) FROM events").fetchone()[0]
        return count


async def test_what_was_written_comes_into_the_file_without_the_writer(database: Database, path: Path) -> None:
    await commit(database, *(entry(seq) for seq in range(1, MANY + 1)))
    assert in_file(path) == 0, "no commit waits for that"
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Checkpoints(database).run())
        await until(lambda: in_file(path) == MANY, what="the events being in the file")
        running.cancel()


async def test_a_reader_that_stays_is_in_nobodys_way_and_the_rest_follows_when_it_has_gone(
    database: Database, path: Path
) -> None:
    await commit(database, entry(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
        await commit(database, *(entry(seq) for seq in range(2, 2 + MANY)))
        await database.checkpoint()
        assert in_file(path) <= 1
        reader.execute("COMMIT")
    await database.checkpoint()
    assert in_file(path) == 1 + MANY


async def test_a_journal_that_is_written_to_without_a_pause_stays_bounded(database: Database, path: Path) -> None:
    """SQLite begins it anew only when nothing was written since all of it was brought in."""

    async def write_on(first: int) -> None:
        for seq in range(first, first + COMMITS):
            await commit(database, entry(seq))

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Checkpoints(database).run())
        async with asyncio.TaskGroup() as writing:
            for number in range(WRITERS):
                writing.create_task(write_on(1 + number * COMMITS))
        running.cancel()
    assert path.with_name(f"{path.name}-wal").stat().st_size < 96 * 1024 * 1024, "of about 200 that were written"


async def test_without_checkpoints_beside_it_the_writer_makes_them_before_the_journal_is_large(
    database: Database, path: Path
) -> None:
    for first in range(1, OVERDUE, MANY):
        await commit(database, *(entry(seq) for seq in range(first, first + MANY)))
    assert in_file(path) > 0
    assert path.with_name(f"{path.name}-wal").stat().st_size < 64 * 1024 * 1024
