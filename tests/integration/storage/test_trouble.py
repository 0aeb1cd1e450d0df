"""A full disk, another writer: nothing is half written, the trouble is told as passing, and it does pass."""

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StorageUnavailable
from bridge.storage.database import Database, open_database
from bridge.storage.events import Events
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from tests.integration.storage.examples import commit, entry


async def seqs(database: Database) -> list[int]:
    return [each.seq for each in await Events(database).after(0, 10_000)]


async def allow_pages(database: Database, pages: int) -> None:
    """Let the file grow to so many pages and no further: to SQLite the disk is full then."""
    await database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())


async def test_a_full_disk_is_passing_trouble_and_leaves_no_half_batch(database: Database) -> None:
    await commit(database, entry(1))
    await allow_pages(database, 1)  # SQLite takes the present size instead
    big = [entry(seq, ingredients={"x": "y" * 1000}) for seq in range(2, 60)]
    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="disk full"):
            await commit(database, *big)
        assert await seqs(database) == [1]
        assert (await Journal(database).load()).next_seq == 2
    await allow_pages(database, 1_000_000)
    await commit(database, *big)
    assert await seqs(database) == list(range(1, 60))


FILE_SIZE_TEST = """
import asyncio, resource, sys
from pathlib import Path
from tests.integration.storage.test_trouble import fill_a_limited_file
print(asyncio.run(fill_a_limited_file(Path(sys.argv[1]))))
"""


async def fill_a_limited_file(path: Path) -> str:
    """Write until the kernel refuses, then with more room again. Say what came of it."""
    async with open_database(path) as database:
        await migrate(database)
        limit = path.with_name("bridge.db-wal").stat().st_size + 100_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        written, refused = 0, 0
        for number in range(1, 40):
            try:
                await commit(database, entry(number, ingredients={"x": "y" * 30_000}))
                written = number
            except StorageUnavailable:
                refused += 1
                break
        kept = await seqs(database)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await commit(database, *(entry(seq) for seq in range(written + 1, 41)))
        whole = await seqs(database) == list(range(1, 41))
    return f"refused {refused}, kept all that was told: {kept == list(range(1, written + 1))}, whole: {whole}"


def test_a_file_that_the_kernel_lets_grow_no_further_is_passing_trouble(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILE_SIZE_TEST, str(tmp_path / "bridge.db")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == "refused 1, kept all that was told: True, whole: True\n", done.stderr


async def test_another_writer_is_waited_for(path: Path) -> None:
    async with open_database(path, busy_timeout_ms=30_000) as database:
        await migrate(database)
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(commit(database, entry(1)))
                await asyncio.sleep(0.05)
                assert not waiting.done()
                assert await seqs(database) == []  # questions need not wait
                other.execute("COMMIT")
        assert await seqs(database) == [1]


WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO settings (name, value) VALUES ('half', 'x')")
print("writing", flush=True)
time.sleep(60)
"""


async def test_another_process_that_writes_too_long_is_passing_trouble_even_when_it_dies(
    database: Database, path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"writing\n"
        with pytest.raises(StorageUnavailable, match="locked by another program"):
            await commit(database, entry(1))
        assert await seqs(database) == []
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await commit(database, entry(1))
    assert await seqs(database) == [1]
    left = await database.read(lambda connection: connection.execute("SELECT count(*) FROM settings").fetchone())
    assert left == (0,)


CRASHER = """
import asyncio, os, sys
from pathlib import Path
from bridge.storage.database import open_database
from tests.integration.storage.examples import commit, entry

async def main():
    async with open_database(Path(sys.argv[1])) as database:
        seq = 1
        while True:
            await commit(database, *(entry(seq + n) for n in range(3)))
            seq += 3
            print(seq - 1, flush=True)

asyncio.run(main())
"""


async def test_what_was_said_to_be_written_outlives_a_kill(database: Database, path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CRASHER,
        str(path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    said = 0
    while said < 60:
        said = int(await asyncio.wait_for(process.stdout.readline(), 30))
    process.kill()
    rest = (await process.stdout.read()).split()
    await process.wait()
    told = int(rest[-1]) if rest else said
    found = await seqs(database)
    assert found == list(range(1, len(found) + 1))
    assert len(found) % 3 == 0
    assert told <= len(found) <= told + 3
