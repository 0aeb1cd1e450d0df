"""A copy is of one moment, verified, and there only when it is whole; whoever writes never waits for it."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import CopyDamaged, CopyRefused
from bridge.storage.copying import MARGIN_BYTES, copy_database
from bridge.storage.database import Database
from bridge.storage.verifying import verify
from tests.integration.storage.examples import commit, entry


def count_events(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def left_in(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir() if found.is_file())


async def fill(database: Database, count: int = 400) -> None:
    await commit(database, *(entry(seq, ingredients={"x": "y" * 5000}) for seq in range(1, count + 1)))


async def test_a_copy_is_of_the_moment_at_which_it_began_whatever_is_written_meanwhile(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await fill(database)
    written, left = 0, []

    def write_on(done: int, whole: int) -> None:
        nonlocal written
        left.append(whole - done)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("INSERT INTO settings (name, value) VALUES (?, 'x')", (f"written {written}",))
            other.execute("UPDATE events SET ingredients = '{}' WHERE seq = ?", (written + 1,))
        written += 1

    facts = copy_database(path, tmp_path / "copy.db", progress=write_on)
    assert written > 1, "nothing was written while it was made"
    assert left == sorted(left, reverse=True), "a write made it begin again"
    assert (facts.newest_seq, count_events(facts.path)) == (400, 400)
    with closing(sqlite3.connect(facts.path)) as connection:
        assert connection.execute("SELECT count(*) FROM settings WHERE name LIKE 'written%'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM events WHERE ingredients = '{}'").fetchone() == (0,)


async def test_a_copy_is_one_file_for_its_owner_alone(database: Database, path: Path, tmp_path: Path) -> None:
    await fill(database, 1)
    folder = tmp_path / "copies"
    folder.mkdir()
    copy_database(path, folder / "copy.db")
    assert left_in(folder) == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    verify(folder / "copy.db")
    assert left_in(folder) == ["copy.db"], "looking at it leaves nothing beside it"


async def test_a_damaged_database_gives_no_copy(database: Database, path: Path, tmp_path: Path) -> None:
    await fill(database)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events_home'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))
    with pytest.raises(CopyDamaged, match="damaged"):
        copy_database(path, tmp_path / "copy.db")
    assert not left_in(tmp_path)


async def test_what_is_there_already_stays_unless_it_is_to_be_overwritten(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await fill(database, 1)
    target = tmp_path / "copy.db"
    target.write_text("a letter")
    with pytest.raises(CopyRefused, match="exists already; --force"):
        copy_database(path, target)
    assert target.read_text() == "a letter"
    copy_database(path, target, overwrite=True)
    assert count_events(target) == 1


@pytest.mark.parametrize("free", [0, MARGIN_BYTES - 1, MARGIN_BYTES + 4096])
async def test_no_copy_is_begun_that_would_take_the_room_of_the_database(
    free: int, database: Database, path: Path, tmp_path: Path
) -> None:
    await fill(database, 1)
    with pytest.raises(CopyRefused, match="no room for a copy"):
        copy_database(path, tmp_path / "copy.db", free=lambda _folder: free)
    assert not left_in(tmp_path)


async def test_a_copy_is_given_up_when_the_log_behind_it_grows_too_long(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await fill(database)
    with pytest.raises(CopyRefused, match="so much is being written"):
        copy_database(path, tmp_path / "copy.db", largest_wal=100_000)
    assert not left_in(tmp_path)


async def test_a_copy_can_be_broken_off_at_any_step(database: Database, path: Path, tmp_path: Path) -> None:
    await fill(database)
    for steps in range(8):
        looks = iter([True] * steps)
        try:
            copy_database(path, tmp_path / "copy.db", go_on=lambda looks=looks: next(looks, False))  # type: ignore[misc]
        except CopyRefused as error:
            assert "broken off" in str(error)  # noqa: PT017 -- the last ones come to their end
        else:
            assert steps > 1
        assert left_in(tmp_path) in ([], ["copy.db"])
        (tmp_path / "copy.db").unlink(missing_ok=True)
