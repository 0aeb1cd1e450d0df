"""The disk that does as it is told: SQLite must meet each of its troubles, and only as long as it is told so."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.faultwall.journal import Kind, read_journal
from scripts.faultwall.platter import unnoted
from tests.parts.disk import Disk, disk_for_test

_PROGRAM = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
for pragma in ("journal_mode = WAL", "synchronous = FULL"):
    connection.execute(f"PRAGMA {pragma}")
connection.execute("CREATE TABLE IF NOT EXISTS words (word)")
for line in sys.stdin:
    began = time.monotonic()
    try:
        connection.execute("INSERT INTO words VALUES (?)", (line.strip(),))
    except sqlite3.Error as error:
        print(error.sqlite_errorname, flush=True)
    else:
        print("ok", round((time.monotonic() - began) * 1000), flush=True)
"""


class Writer:
    """A program that writes words into a database."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def write(self, word: str) -> str:
        """Write a word and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def ended(self) -> int:
        """Wait for its end, and return its status."""
        return self._process.wait(10)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "data").mkdir()
    disk = disk_for_test(tmp_path / "disk", tmp_path / "data", journal=True)
    yield disk
    disk.close()


@pytest.fixture
def writer(disk: Disk, tmp_path: Path) -> Iterator[Writer]:
    command = [*disk.launcher, sys.executable, "-c", _PROGRAM, str(tmp_path / "data" / "words.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Writer(process)
        process.kill()


def _words(tmp_path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "words.db")) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY rowid")]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Disk.be_full, "SQLITE_FULL"),
        (Disk.be_read_only, "SQLITE_IOERR_WRITE"),
        (Disk.fail_writes, "SQLITE_IOERR_WRITE"),
        (Disk.fail_syncs, "SQLITE_IOERR_FSYNC"),
    ],
)
def test_each_trouble_begins_and_ends_while_the_program_runs(
    disk: Disk, writer: Writer, tmp_path: Path, trouble: Callable[[Disk], None], error: str
) -> None:
    assert writer.write("before").startswith("ok")
    trouble(disk)
    assert [writer.write("during"), writer.write("during")] == [error, error]
    disk.be_well()
    assert writer.write("after").startswith("ok")
    assert _words(tmp_path) == ["before", "after"]


def test_a_disk_that_is_nearly_full_takes_a_part_of_what_it_is_given(
    disk: Disk, writer: Writer, tmp_path: Path
) -> None:
    writer.write("before")
    wal = tmp_path / "data" / "words.db-wal"
    size = wal.stat().st_size

    disk.be_full(room=1000)

    assert writer.write("during") == "SQLITE_FULL"
    assert wal.stat().st_size == size + 1000


def test_a_slow_disk_takes_its_time_for_each_sync(disk: Disk, writer: Writer) -> None:
    writer.write("before")
    before = disk.seen.syncs
    disk.be_slow(ms=60)

    word, milliseconds = writer.write("slow").split()

    assert word == "ok"
    assert int(milliseconds) >= 60 * (disk.seen.syncs - before) > 0


def test_so_many_syncs_fail_as_it_is_told(disk: Disk, writer: Writer) -> None:
    writer.write("before")
    disk.fail_syncs(2)

    assert [writer.write("word").split()[0] for _ in range(3)] == ["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_FSYNC", "ok"]


def test_the_program_dies_at_the_sync_it_is_told(disk: Disk, writer: Writer) -> None:
    writer.write("before")
    disk.kill_at_sync(1)

    assert writer.write("last") == ""
    assert writer.ended() == -9


def test_the_journal_holds_what_lies_on_the_disk(disk: Disk, writer: Writer, tmp_path: Path) -> None:
    for word in ("one", "two", "three"):
        writer.write(word)
    disk.fail_syncs(1)
    writer.write("four")

    records = list(read_journal(disk.noted))

    wal = tmp_path / "data" / "words.db-wal"
    number = next(record.file for record in records if record.kind is Kind.CREATED and record.names == (wal,))
    noted = bytearray(wal.stat().st_size)
    for record in records:
        if record.kind is Kind.WRITTEN and record.file == number:
            noted[record.offset : record.offset + len(record.data)] = record.data
    assert noted == wal.read_bytes()
    assert unnoted(records, wal.parent) == []
    wal.write_bytes(b"somebody else's")
    assert unnoted(records, wal.parent) == [wal]
    assert [record.kind for record in records[-2:]] == [Kind.SYNC_BEGUN, Kind.SYNC_FAILED]
