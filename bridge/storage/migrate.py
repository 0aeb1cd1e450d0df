"""Bringing the schema up to date: numbered files, each applied once, in its own transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources

from bridge.errors import SchemaTooNew, StorageError
from bridge.storage.database import Database


async def migrate(database: Database, scripts: Sequence[str] | None = None) -> int:
    """Apply what is missing and return the version reached; `scripts` in place of our own. Raises SchemaTooNew."""
    migrations = load_migrations() if scripts is None else scripts
    current = await database.write(_version)
    if current > len(migrations):
        raise SchemaTooNew(
            f"the database has schema version {current}, this program knows up to {len(migrations)}: "
            "a newer version of ifttt-bridge wrote it; install that version or restore an older copy"
        )
    for version, script in enumerate(migrations[current:], start=current + 1):
        await database.write(partial(_apply, version=version, script=script))
    return len(migrations)


def migrate_file(connection: sqlite3.Connection) -> int:
    """Do the same on a connection that nobody else has (isolation_level None). Raises SchemaTooNew."""
    migrations = load_migrations()
    for version, script in enumerate(migrations, start=1):
        connection.execute("BEGIN IMMEDIATE")
        _apply(connection, version=version, script=script)
        connection.execute("COMMIT")
    return len(migrations)


def load_migrations() -> list[str]:
    """Return the scripts in order; script number n brings the schema to version n."""
    files = resources.files("bridge.storage.migrations").iterdir()
    named = sorted((file.name, file) for file in files if file.name.endswith(".sql"))
    return [file.read_text(encoding="utf-8") for _, file in named]


def _version(connection: sqlite3.Connection) -> int:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "schema_version" not in tables:
        raise StorageError("the database file belongs to another program; name another file in [storage] url")
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    return int(row[0] or 0)


def _apply(connection: sqlite3.Connection, *, version: int, script: str) -> None:
    if _version(connection) >= version:
        return  # another process, a command beside the daemon, was faster
    for statement in _statements(script):
        connection.execute(statement)
    connection.execute("INSERT INTO schema_version (version) VALUES (?)", (version,))
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise sqlite3.IntegrityError(f"migration {version} breaks foreign keys: {broken[:5]}")


def _statements(script: str) -> Iterator[str]:
    """Split a script at the ends of its statements: executescript() would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement  # a statement that was left open fails, rather than being left out
