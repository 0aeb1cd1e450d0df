"""A damaged database is found before it is opened, and put right or refused; never is it emptied without a word."""

import asyncio
import contextlib
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from bridge.errors import DatabaseDamaged
from bridge.storage.copies import copies_in, place_of_next
from bridge.storage.copying import copy_database
from bridge.storage.database import damage_mark, mark_damaged, open_database
from bridge.storage.looking import look
from bridge.storage.mending import check_whole, copy_before_migrating, mend
from bridge.storage.migrate import load_migrations, migrate
from bridge.storage.wal_index import index_of
from tests.integration.storage.examples import NOON_MS, commit, entry
from tests.integration.storage.homes import begin, change, destroy, live_on, rows

TOKENS = "SELECT digest FROM tokens ORDER BY digest"


@pytest.fixture
def copies(path: Path) -> Path:
    """A home with a copy, after which life has gone on; the folder of the copies."""
    change(path, begin)
    folder = path.with_name("copies")
    copy_database(path, place_of_next(folder, path, now_ms=NOON_MS))
    change(path, live_on)
    return folder


def die_with_a_log(path: Path, *, first: int = 16) -> None:
    """Write three events one by one, and end as by a power cut."""

    async def write() -> None:
        async with open_database(path) as database:
            for seq in range(first, first + 3):
                await commit(database, entry(seq))
            os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(write()))
    process.start()
    process.join(60)


def test_a_whole_database_is_left_as_it_is(copies: Path, path: Path) -> None:
    die_with_a_log(path)
    assert mend(path, copies, now_ms=NOON_MS) is None
    assert rows(path, "SELECT count(*) FROM events") == [18]
    check_whole(path, copies)


@pytest.mark.parametrize("table", ["tokens", "entity_states", "settings", "events", "sqlite_autoindex_events_1"])
def test_a_page_that_is_gone_is_found_and_the_copy_takes_over_the_rest(table: str, copies: Path, path: Path) -> None:
    destroy(path, table)
    with pytest.raises(DatabaseDamaged, match="start the daemon"):
        check_whole(path, copies)
    restored = mend(path, copies, now_ms=NOON_MS)
    assert restored is not None
    assert rows(path, "PRAGMA integrity_check") == ["ok"]
    assert rows(path, "SELECT count(*) FROM events") == [10 if table == "events" else 15]
    assert "old-token" in rows(path, TOKENS)
    assert restored.aside is not None
    assert Path(restored.aside).exists()
    assert mend(path, copies, now_ms=NOON_MS) is None
    assert rows(path, "SELECT count(*) FROM settings WHERE name = 'storage.restored'") == [1]


@pytest.mark.parametrize("content", [b"", b"\xa5" * 100, b"Dear Ann"])
def test_a_beginning_that_is_gone_is_found(content: bytes, copies: Path, path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(content + whole[len(content) :] if content else b"")
    restored = mend(path, copies, now_ms=NOON_MS)
    assert restored is not None
    tokens, events = rows(path, TOKENS), rows(path, "SELECT count(*) FROM events")
    if content:
        assert (tokens, events) == (["ben's-token", "new-token", "old-token"], [15]), "all behind it is there"
    else:
        assert (tokens, events) == (["old-token"], [10])
    assert not list(path.parent.glob("*.scratch"))


def test_an_end_that_is_gone_is_found(copies: Path, path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)
    assert mend(path, copies, now_ms=NOON_MS) is not None
    assert rows(path, "PRAGMA integrity_check") == ["ok"]


@pytest.mark.parametrize("harm", ["cut", "flipped", "gone"])
def test_a_log_that_lost_commits_is_found_and_what_is_whole_is_kept(harm: str, copies: Path, path: Path) -> None:
    die_with_a_log(path)
    wal = path.with_name("bridge.db-wal")
    size = wal.stat().st_size
    if harm == "cut":
        os.truncate(wal, size - 5000)
    elif harm == "flipped":
        with wal.open("r+b") as file:
            file.seek(size - 3000)
            file.write(b"\xa5\x5a\xa5\x5a")
    else:
        wal.unlink()
    restored = mend(path, copies, now_ms=NOON_MS)
    assert restored is not None
    assert restored.missing is None
    assert rows(path, "SELECT count(*) FROM events") == [15 if harm == "gone" else 17]
    assert rows(path, TOKENS) == ["ben's-token", "new-token", "old-token"]
    assert rows(path, "SELECT DISTINCT fired FROM entity_states") == ["?"]
    assert rows(path, "SELECT seq > 1000000 FROM sqlite_sequence WHERE name = 'events'") == [1]


def test_a_log_that_another_program_brings_in_while_it_is_looked_at_is_not_lost(path: Path) -> None:
    change(path, begin)
    die_with_a_log(path)
    with index_of(path) as index:
        assert index is not None
        assert index.lost(has_log=True) == 0
        assert index.lost(has_log=False) > 0, "a log that was taken away, and its index was not"
        with contextlib.closing(sqlite3.connect(path)) as command:
            assert command.execute("SELECT count(*) FROM events").fetchone() == (13,)
        assert not path.with_name("bridge.db-wal").exists()
        assert index.lost(has_log=False) == 0
        die_with_a_log(path, first=19)
        assert index.lost(has_log=True) == 0, "the log is another one by now"


def test_that_a_log_was_cut_is_remembered_by_whoever_looked_first(copies: Path, path: Path) -> None:
    die_with_a_log(path)
    wal = path.with_name("bridge.db-wal")
    os.truncate(wal, wal.stat().st_size - 5000)
    with pytest.raises(DatabaseDamaged, match="log is cut"):
        check_whole(path, copies)
    assert mend(path, copies, now_ms=NOON_MS) is not None


def test_a_log_that_was_cut_below_the_newest_copy_gives_way_to_it(copies: Path, path: Path) -> None:
    die_with_a_log(path)
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        reader.execute("SELECT count(*) FROM events").fetchone()
        index = path.with_name("bridge.db-shm").read_bytes()
        copy_database(path, place_of_next(copies, path, now_ms=NOON_MS))
    path.with_name("bridge.db-shm").write_bytes(index)
    os.truncate(path.with_name("bridge.db-wal"), 5000)
    assert mend(path, copies, now_ms=NOON_MS) is not None
    assert rows(path, "SELECT count(*) FROM events") == [18]


def test_without_a_copy_what_is_damaged_is_refused_and_untouched(copies: Path, path: Path) -> None:
    for kept in copies_in(copies, path):
        kept.path.unlink()
    destroy(path, "tokens")
    content = path.read_bytes()
    with pytest.raises(DatabaseDamaged, match=r"there is no copy that could be put back.*ifttt-bridge restore FILE"):
        mend(path, copies, now_ms=NOON_MS)
    assert path.read_bytes() == content


def test_a_damaged_copy_gives_way_to_an_older_one(copies: Path, path: Path) -> None:
    newer = copy_database(path, place_of_next(copies, path, now_ms=NOON_MS)).path
    destroy(newer, "events")
    destroy(path, "tokens")
    restored = mend(path, copies, now_ms=NOON_MS)
    assert restored is not None
    assert "000001" in restored.copy
    assert rows(path, "SELECT count(*) FROM events") == [15]


def test_a_database_that_is_gone_comes_back_and_a_first_start_stays_one(copies: Path, path: Path) -> None:
    path.unlink()
    with pytest.raises(DatabaseDamaged, match="is gone; start the daemon"):
        check_whole(path, copies)
    assert mend(path, copies, now_ms=NOON_MS) is not None
    assert rows(path, "SELECT count(*) FROM events") == [10]
    assert mend(path.with_name("other.db"), copies, now_ms=NOON_MS) is None


def test_damage_that_somebody_met_counts_at_the_next_start_unless_all_is_whole(copies: Path, path: Path) -> None:
    mark_damaged(path, "a disk that dreams")
    assert mend(path, copies, now_ms=NOON_MS) is None
    assert not damage_mark(path).exists()
    destroy(path, "events_home")  # which no start looks at
    assert mend(path, copies, now_ms=NOON_MS) is None
    mark_damaged(path, "a poll met it")
    restored = mend(path, copies, now_ms=NOON_MS)
    assert restored is not None
    assert restored.carried == 5
    assert not damage_mark(path).exists()


async def test_reading_what_is_damaged_leaves_the_mark_for_the_next_start(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database)
        await begin(database)
    await asyncio.to_thread(destroy, path, "events")
    async with open_database(path) as database:
        with pytest.raises(DatabaseDamaged, match="damaged"):
            await database.read(lambda connection: connection.execute("SELECT * FROM events").fetchall())
        assert database.damaged.is_set()
    assert damage_mark(path).exists()


async def test_damage_that_only_a_checkpoint_meets_leaves_the_mark_too(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database)
        await database.checkpoint()
        os.truncate(path, 4096)
        await commit(database, entry(1))
        with pytest.raises(DatabaseDamaged, match="damaged"):
            await database.checkpoint()
        assert database.damaged.is_set()
    assert damage_mark(path).exists()


def test_a_database_of_an_older_version_is_copied_before_it_is_changed(path: Path) -> None:
    async def of_old() -> None:
        async with open_database(path) as database:
            await migrate(database, load_migrations()[:4])

    asyncio.run(of_old())
    copies = path.with_name("copies")
    copy_before_migrating(path, copies, keep=7, now_ms=NOON_MS)
    (kept,) = copies_in(copies, path)
    assert rows(kept.path, "SELECT max(version) FROM schema_version") == [4]
    change(path)
    copy_before_migrating(path, copies, keep=7, now_ms=NOON_MS)
    assert len(copies_in(copies, path)) == 1


def test_looking_costs_the_same_however_many_events_there_are(path: Path) -> None:
    change(path, begin)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO events (id, home, device, entity, kind, recorded_at_ms, ingredients, offered) "
            "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000) "
            "SELECT hex(randomblob(16)), 'elm', 'd', 'd', 'contact.opened', n, '{}', 1 FROM number"
        )
        connection.commit()
    pages = rows(path, "PRAGMA page_count")[0]
    before = read_bytes()
    assert look(path) is None
    assert read_bytes() - before < pages * 4096 / 10, "most of it was read"


def read_bytes() -> int:
    """Return how many bytes this process has read until now."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])
