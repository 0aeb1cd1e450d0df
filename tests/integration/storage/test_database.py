"""The database file: how it is opened, and what a unit of work is when things go well."""

import asyncio
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StorageError, StorageUnavailable
from bridge.storage.database import Database, open_database
from tests.integration.storage.examples import commit, entry


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def count(database: Database) -> int:
    return int(await database.read(lambda connection: connection.execute("SELECT count(*) FROM events").fetchone()[0]))


async def test_both_connections_are_durable_and_keep_foreign_keys(database: Database) -> None:
    for run in (database.write, database.read):
        assert await run(lambda connection: pragma(connection, "journal_mode")) == "wal"
        assert await run(lambda connection: pragma(connection, "synchronous")) == 2
        assert await run(lambda connection: pragma(connection, "foreign_keys")) == 1


async def test_every_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with open_database(tmp_path / "a" / "b" / "bridge.db") as database:
            await database.write(lambda connection: connection.execute("CREATE TABLE x (y)"))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "a" / "b").iterdir()}
    finally:
        os.umask(before)
    assert modes == {"bridge.db": 0o600, "bridge.db-wal": 0o600, "bridge.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


async def test_what_was_written_is_in_the_file_and_read_at_once(database: Database, path: Path) -> None:
    for seq in range(1, 20):
        await commit(database, entry(seq))
        assert await count(database) == seq
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (19,)
    other.close()


async def test_a_unit_of_work_that_fails_leaves_nothing_behind(database: Database) -> None:
    def unit(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO settings (name, value) VALUES ('a', '1')")
        connection.execute("CREATE TABLE half (x)")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await database.write(unit)
    left = "SELECT (SELECT count(*) FROM settings) + (SELECT count(*) FROM sqlite_master WHERE name = 'half')"
    assert await database.read(lambda connection: connection.execute(left).fetchone()) == (0,)
    await commit(database, entry(1))


async def test_a_fault_of_ours_is_not_mistaken_for_passing_trouble(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.write(lambda connection: connection.execute("INSERT INTO nowhere VALUES (1)"))
    await commit(database, entry(1))
    with pytest.raises(sqlite3.IntegrityError):
        await commit(database, entry(2), entry(1))
    assert await count(database) == 1


async def test_units_of_work_never_mix(database: Database) -> None:
    def add(connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT value FROM settings WHERE name = 'n'").fetchone()
        value = int(row[0]) + 1 if row else 1
        connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES ('n', ?)", (str(value),))

    await asyncio.gather(*(database.write(add) for _ in range(50)))
    row = await database.read(lambda connection: connection.execute("SELECT value FROM settings").fetchone())
    assert row == ("50",)


async def test_a_question_sees_one_state_while_others_write(database: Database) -> None:
    asked, answered = threading.Event(), threading.Event()

    def question(connection: sqlite3.Connection) -> tuple[int, int]:
        first = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        asked.set()
        assert answered.wait(10)
        return first, connection.execute("SELECT count(*) FROM events").fetchone()[0]

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(database.read(question))
        await asyncio.to_thread(asked.wait, 10)
        await commit(database, entry(1))
        answered.set()
    assert reading.result() == (0, 0)
    assert await count(database) == 1


async def test_a_cancelled_caller_leaves_a_working_database(database: Database) -> None:
    gate = threading.Event()
    async with asyncio.TaskGroup() as tasks:
        held = tasks.create_task(database.write(lambda _connection: gate.wait(10)))
        waiting = tasks.create_task(commit(database, entry(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        gate.set()
    assert held.result() is True
    await commit(database, entry(2))


async def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    before = set(threading.enumerate())
    with pytest.raises(StorageError, match="damaged") as caught:
        async with open_database(path):
            pass
    assert not isinstance(caught.value, StorageUnavailable)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive(), "a thread left behind keeps the process alive"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file/bridge.db", "cannot be opened"),
        ("folder.db", "it is a folder; name a file in it: .*/folder.db/bridge.db"),
    ],
)
async def test_a_place_where_no_file_can_be_is_told_in_words(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.db").mkdir()
    before = set(threading.enumerate())
    with pytest.raises(StorageUnavailable, match=words):
        async with open_database(tmp_path / place):
            pass
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("mode", [0, 1])
async def test_the_small_file_of_an_older_version_learns_to_give_empty_pages_back(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "bridge.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as older:
        older.execute(f"PRAGMA auto_vacuum = {mode}")
        older.execute("CREATE TABLE kept (what)")
        older.execute("INSERT INTO kept VALUES ('this')")
    async with open_database(path) as database:
        assert await database.read(lambda connection: pragma(connection, "auto_vacuum")) == 2
        assert await database.read(lambda connection: connection.execute("SELECT what FROM kept").fetchall()) == [
            ("this",)
        ]
