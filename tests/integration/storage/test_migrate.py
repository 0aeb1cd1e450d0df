"""Bringing the schema up to date."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from bridge.errors import SchemaTooNew
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import load_migrations, migrate
from tests.integration.storage.examples import commit, entry

FIRST = "CREATE TABLE a (x INTEGER PRIMARY KEY); -- a comment; with a semicolon\nINSERT INTO a VALUES (1);\n"


@pytest.fixture
async def empty(path: Path) -> AsyncIterator[Database]:
    async with open_database(path, busy_timeout_ms=2000) as opened:
        yield opened


async def schema(database: Database) -> list[tuple[str, str]]:
    return await database.read(
        lambda connection: connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()
    )


async def versions(database: Database) -> list[int]:
    rows = await database.read(
        lambda connection: connection.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    )
    return [row[0] for row in rows]


async def test_an_empty_file_becomes_a_whole_database(empty: Database) -> None:
    reached = await migrate(empty)
    assert await versions(empty) == list(range(1, reached + 1))
    tables = {name for name, _ in await schema(empty)}
    assert {"homes", "users", "tokens", "events", "trigger_identities", "commands", "deliveries"} <= tables


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    await migrate(empty)
    before = await schema(empty)
    await commit(empty, entry(1))
    await migrate(empty)
    assert await schema(empty) == before
    assert await empty.read(lambda connection: connection.execute("SELECT count(*) FROM events").fetchone()) == (1,)


async def test_a_newer_schema_is_refused_and_left_alone(empty: Database) -> None:
    reached = await migrate(empty)
    await empty.write(
        lambda connection: connection.execute("INSERT INTO schema_version (version) VALUES (?)", (reached + 1,))
    )
    before = await schema(empty)
    with pytest.raises(SchemaTooNew, match="newer version"):
        await migrate(empty)
    assert await schema(empty) == before


async def test_what_is_missing_is_applied_in_order(empty: Database) -> None:
    assert await migrate(empty, [FIRST]) == 1
    assert await migrate(empty, [FIRST, "ALTER TABLE a ADD COLUMN y;", "UPDATE a SET y = 7;"]) == 3
    assert await empty.read(lambda connection: connection.execute("SELECT x, y FROM a").fetchall()) == [(1, 7)]


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE b (x);\nINSERT INTO b VALUES (1);\nINSERT INTO nowhere VALUES (1);\n",
        "CREATE TABLE b (x);\nINSERT INTO a VALUES (1);\n",
        "CREATE TABLE b (x);\nCREATE TABLE c (x",
        "CREATE TABLE b (x REFERENCES a (x));\nPRAGMA defer_foreign_keys = ON;\nINSERT INTO b VALUES (99);\n",
    ],
)
async def test_a_migration_that_fails_leaves_nothing_behind(empty: Database, broken: str) -> None:
    await migrate(empty, [FIRST])
    before = await schema(empty)
    with pytest.raises(sqlite3.DatabaseError):
        await migrate(empty, [FIRST, broken])
    assert await schema(empty) == before
    assert await versions(empty) == [1]
    assert await migrate(empty, [FIRST, "CREATE TABLE b (x);\n-- the end"]) == 2


async def test_two_processes_that_migrate_at_once_do_not_hinder_each_other(path: Path) -> None:
    async with open_database(path) as one, open_database(path) as two:
        await asyncio.gather(*(migrate(database) for database in (one, two, one, two)))
        assert await versions(one) == list(range(1, len(load_migrations()) + 1))


def test_the_scripts_are_numbered_without_a_gap() -> None:
    names = sorted(file.name for file in resources.files("bridge.storage.migrations").iterdir())
    numbers = [int(name[:4]) for name in names if re.fullmatch(r"\d{4}_[a-z_]+\.sql", name)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == len(load_migrations()) == sum(name.endswith(".sql") for name in names)
