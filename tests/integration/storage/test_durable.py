"""What was said to be on disk is there after a power cut, through kills and syncs that fail.

A program of its own writes, on a disk that notes it; what the disk may hold afterwards is put together many times.
"""

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from bridge.errors import StorageUnavailable
from bridge.storage.database import open_database
from bridge.storage.events import Events
from bridge.storage.lock import hold_lock
from bridge.storage.migrate import migrate
from scripts.faultwall.journal import read_journal
from scripts.faultwall.platter import Platter
from tests.integration.storage.examples import commit, entry
from tests.parts.disk import Disk, disk_for_test

ROOT = Path(__file__).parents[3]
CUTS = 25
BIG = 3_000

_PROGRAM = """
import asyncio, sys
from tests.integration.storage.test_durable import obey
asyncio.run(obey(sys.argv[1]))
"""


async def obey(path: str) -> None:
    """Write what is asked for on standard input, and say what came of it."""
    with hold_lock(Path(path)):
        await _obey(Path(path))


async def _obey(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database)
        _say(str(await Events(database).newest_seq()))
        while line := await asyncio.to_thread(sys.stdin.readline):
            seq, size = (int(word) for word in line.split())
            try:
                await commit(database, entry(seq, ingredients={"x": "y" * size}))
            except StorageUnavailable as error:
                _say(str(error))
            else:
                if database.much_changed.is_set():
                    with contextlib.suppress(StorageUnavailable):  # the next one to write meets it
                        await database.checkpoint()
                _say("ok")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass
class Program:
    """A program that writes events. `seq`: the newest that it said is on disk."""

    command: list[str]
    seq: int = 0
    failed: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it, and take note of what it found on disk: it will act on that."""
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        found = int(self._line())
        assert found >= self.seq
        self.seq = found

    def write(self, size: int = 10) -> None:
        """Let it write one more event of a size, and again until it succeeds."""
        while True:
            if self._said(size) == "ok":
                self.seq += 1
                return

    def try_to_write(self) -> str:
        """Let it try once, which must fail; return why."""
        said = self._said(10)
        assert said != "ok"
        return said

    def end(self) -> None:
        """End it in order."""
        self._stdin.close()
        assert self._process.wait(20) == 0
        self.clear()

    def kill(self) -> None:
        """Kill it, if it is not dead already."""
        self._process.kill()
        self._process.wait(20)
        self.clear()

    def clear(self) -> None:
        """Close what is left of it."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def _said(self, size: int) -> str:
        self._stdin.write(f"{self.seq + 1} {size}\n")
        self._stdin.flush()
        said = self._line()
        if said != "ok":
            self.failed.append(said)
        return said

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "home" / "new" / "data" / "bridge.db"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "home").mkdir()
    disk = disk_for_test(tmp_path / "disk", tmp_path / "home", journal=True)
    yield disk
    disk.close()


@pytest.fixture
def platters(disk: Disk, tmp_path: Path) -> list[Platter]:
    assert not disk.seen.writes
    return [Platter(tmp_path / "home", _chance(seed)) for seed in range(CUTS)]


@pytest.fixture
def program(disk: Disk, database: Path) -> Program:
    return Program([*disk.launcher, sys.executable, "-c", _PROGRAM, str(database)])


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- chooses sectors, guards nothing


def _after_power_cuts(disk: Disk, platters: list[Platter], tmp_path: Path) -> set[str]:
    """Return what was found after the power failed now, in as many ways as there are platters."""
    records = list(read_journal(disk.noted))
    found = set()
    for number, platter in enumerate(platters):
        for record in records:
            platter.take(record)
        platter.cut(_chance(number), tmp_path / "cuts" / str(number))
        found.add(_found(tmp_path / "cuts" / str(number) / "new" / "data" / "bridge.db"))
    return found


def _found(path: Path) -> str:
    if not path.exists():
        return "no database"
    with closing(sqlite3.connect(path)) as connection:
        try:
            health = connection.execute("PRAGMA integrity_check").fetchone()[0]
            (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
    return f"{count} events, {health}"


def test_a_new_database_is_there_with_all_the_folders_that_were_made_for_it(
    disk: Disk, platters: list[Platter], program: Program, tmp_path: Path
) -> None:
    program.start()
    program.write()
    program.kill()

    assert _after_power_cuts(disk, platters, tmp_path) == {"1 events, ok"}


def test_a_commit_that_a_killed_process_did_not_sync_is_on_disk_before_the_next_one_reads_it(
    disk: Disk, platters: list[Platter], program: Program, tmp_path: Path
) -> None:
    program.start()
    program.write()
    disk.kill_at_sync(1)
    assert program.try_to_write() == ""
    program.kill()
    program.start()
    program.kill()

    assert program.seq == 2, "the commit was written"
    assert _after_power_cuts(disk, platters, tmp_path) == {"2 events, ok"}


def test_a_commit_whose_sync_failed_is_on_disk_before_the_next_process_reads_it(
    disk: Disk, platters: list[Platter], program: Program, tmp_path: Path
) -> None:
    program.start()
    program.write()
    disk.fail_syncs(1)
    assert "input/output error" in program.try_to_write()
    program.kill()
    program.start()
    program.kill()

    assert program.seq == 2, "the commit is in the log, and reads like any other"
    assert _after_power_cuts(disk, platters, tmp_path) == {"2 events, ok"}


def test_a_commit_that_failed_is_written_again_by_the_same_process(
    disk: Disk, platters: list[Platter], program: Program, tmp_path: Path
) -> None:
    program.start()
    program.write()
    disk.fail_syncs(3)
    for _ in range(20):
        program.write()
    program.kill()

    assert len(program.failed) == 3
    assert _after_power_cuts(disk, platters, tmp_path) == {"21 events, ok"}


def test_pages_that_a_failed_sync_of_the_database_lost_are_written_again(
    disk: Disk, platters: list[Platter], program: Program, database: Path, tmp_path: Path
) -> None:
    """Somebody reads while the log is brought into the database: a part of it is, unsynced. The next sync fails."""
    program.start()
    program.write(BIG)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)) as reader:
        for _ in range(60):
            program.write(BIG)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        for _ in range(60):
            program.write(BIG)
    disk.fail_syncs(1, of=database)
    for _ in range(150):
        program.write(BIG)
    program.kill()

    assert disk.seen.failed_syncs == 1
    assert _after_power_cuts(disk, platters, tmp_path) == {f"{program.seq} events, ok"}


def test_a_process_that_ends_after_a_failed_sync_leaves_the_log_to_the_next(
    disk: Disk, platters: list[Platter], program: Program, database: Path, tmp_path: Path
) -> None:
    program.start()
    program.write()
    disk.fail_syncs(of=database)
    while not disk.seen.failed_syncs:
        program.write(BIG)
    disk.be_well()
    program.end()

    assert _after_power_cuts(disk, platters, tmp_path) == {f"{program.seq} events, ok"}
    assert database.with_name("bridge.db-wal").stat().st_size > 0


def test_while_another_program_has_a_doubtful_database_open_nothing_is_written(
    disk: Disk, program: Program, database: Path
) -> None:
    program.start()
    program.write()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as other:
        other.execute("SELECT count(*) FROM events").fetchone()
        disk.fail_syncs(1, of=database)
        while not disk.seen.failed_syncs:
            program.write(BIG)
        assert "another program that has it open" in program.try_to_write()
        assert "another program that has it open" in program.try_to_write()
    program.write()
    program.end()

    assert _found(database) == f"{program.seq} events, ok"
