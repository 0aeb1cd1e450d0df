"""What bridge/storage/database.py uses of aiosqlite beyond its promises. If this fails, look there before upgrading."""

import inspect
import sqlite3
import threading
from pathlib import Path

import aiosqlite  # noqa: TID251 -- the guard of what the one place that opens the database leans on
import pytest


async def test_a_function_runs_on_the_connections_own_thread_with_the_connection_of_sqlite3(tmp_path: Path) -> None:
    async with aiosqlite.connect(tmp_path / "x.db", isolation_level=None) as connection:

        def work() -> tuple[str, type[object], str | None]:
            raw = connection._conn
            return threading.current_thread().name, type(raw), raw.isolation_level

        first = await connection._execute(work)  # type: ignore[no-untyped-call] # what is guarded here
        second = await connection._execute(work)  # type: ignore[no-untyped-call] # the same
    assert first == second
    assert first[0] != threading.current_thread().name
    assert first[1:] == (sqlite3.Connection, None)


async def test_what_the_function_raises_comes_back_as_it_is(tmp_path: Path) -> None:
    def work() -> None:
        raise sqlite3.OperationalError("as it is")

    async with aiosqlite.connect(tmp_path / "x.db") as connection:
        with pytest.raises(sqlite3.OperationalError, match="as it is"):
            await connection._execute(work)  # type: ignore[no-untyped-call] # what is guarded here


def test_the_internals_are_where_they_were() -> None:
    assert list(inspect.signature(aiosqlite.Connection._execute).parameters) == ["self", "fn", "args", "kwargs"]
    assert isinstance(aiosqlite.Connection._conn, property)
