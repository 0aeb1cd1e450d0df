"""The database's files, the disk and the clock."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.doctor.check import Check
from bridge.doctor.clock import EARLIEST_MS, STEP_MS, check_clock, synchronised
from bridge.doctor.storage import FULL_BYTES, LARGE_WAL_BYTES, SHORT_BYTES, Files, check_disk, check_storage, look_at
from bridge.storage.inspection import Inspection, inspect

NOW_MS = EARLIEST_MS + 1_000_000
WELL = Files(Path("/var/bridge.db"), "pi", True, 0o600, 4096, 0, True, 2 * SHORT_BYTES, True)  # noqa: FBT003 -- as the fields stand


def worst(files: Files, inspection: Inspection | None = Inspection("")) -> Check:  # noqa: B008 -- frozen
    order = {"ok": 0, "warning": 1, "problem": 2}
    return max(check_storage(files, inspection, None), key=lambda check: order[check.verdict])


@pytest.mark.parametrize(
    ("files", "inspection", "verdict", "cause"),
    [
        (WELL, Inspection(""), "ok", "belongs to pi"),
        (replace(WELL, bytes=None), None, "ok", "does not exist yet"),
        (WELL, Inspection("row 3 missing"), "problem", "row 3 missing"),
        (WELL, None, "warning", "nobody looked inside"),
        (replace(WELL, writable=False), Inspection(""), "problem", "cannot be written"),
        (replace(WELL, writable=False, mine=False), None, "warning", "nobody looked inside"),
        (replace(WELL, mode=0o644), Inspection(""), "warning", "others may read"),
        (replace(WELL, wal_bytes=LARGE_WAL_BYTES + 1), Inspection(""), "warning", "wal has grown"),
        (replace(WELL, trouble="Permission denied"), None, "warning", "Permission denied"),
        (replace(WELL, bytes=None, is_folder=True), None, "problem", "is a folder"),
    ],
)
def test_each_state_of_the_files_is_told(files: Files, inspection: Inspection | None, verdict: str, cause: str) -> None:
    check = worst(files, inspection)
    assert check.verdict == verdict
    assert cause in check.cause


@pytest.mark.parametrize(
    ("free", "free_files", "verdict"),
    [
        (SHORT_BYTES, True, "ok"),
        (SHORT_BYTES - 1, True, "warning"),
        (FULL_BYTES - 1, True, "problem"),
        (SHORT_BYTES, False, "problem"),
        (None, True, "warning"),
    ],
)
def test_room_is_judged_before_it_ends(free: int | None, verdict: str, *, free_files: bool) -> None:
    assert check_disk(replace(WELL, free=free, free_files=free_files)).verdict == verdict


def test_what_is_too_large_is_not_looked_at_as_a_whole_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, recorded_at_ms INTEGER)")
        connection.execute("INSERT INTO events VALUES (1, 7)")
        connection.commit()
    size = path.stat().st_size
    assert inspect(path, in_use=True, most_bytes=size) == Inspection("", 7)
    found = inspect(path, in_use=True, most_bytes=size - 1)
    assert found == Inspection("", 7, whole=False)
    checks = list(check_storage(look_at(path, owner="pi", mine=True), found, None))
    assert (checks[-1].verdict, checks[-1].cause[:37]) == ("ok", "the database opens; it is too large t")


def test_a_damaged_file_is_found_out_and_looking_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    path.write_bytes(b"SQLite format 3\0" + b"nothing of the sort" * 500)
    assert inspect(path, in_use=False).fault
    assert look_at(path, owner="pi", mine=True).bytes == path.stat().st_size
    assert list(tmp_path.iterdir()) == [path]
    assert "unable to open" in inspect(tmp_path / "none.db", in_use=False).fault
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_where_the_database_should_be_is_told_and_never_to_be_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    [check] = check_storage(look_at(tmp_path, owner="pi", mine=True), None, None)
    assert (check.verdict, check.cause) == ("problem", f"{tmp_path} is a folder, where the database should be")
    assert check.cure == f'name a file in it: [storage] url = "sqlite://{tmp_path}/bridge.db"'


@pytest.mark.parametrize(
    ("now_ms", "kept", "newest_ms", "verdict", "cause"),
    [
        (NOW_MS, True, NOW_MS, "ok", "synchronised"),
        (NOW_MS, True, None, "ok", "synchronised"),
        (NOW_MS, False, None, "warning", "not synchronised"),
        (NOW_MS, None, None, "warning", "does not say"),
        (NOW_MS, True, NOW_MS + STEP_MS + 5000, "problem", "gone back: the newest event was recorded 65 s from now"),
        (EARLIEST_MS - 1, True, None, "problem", "years behind"),
    ],
)
def test_a_clock_that_cannot_be_right_is_told(
    now_ms: int, newest_ms: int | None, verdict: str, cause: str, *, kept: bool | None
) -> None:
    check = check_clock(now_ms, kept=kept, newest_ms=newest_ms)
    assert check.verdict == verdict
    assert cause in check.cause


def test_the_kernel_can_be_asked_about_its_clock() -> None:
    assert synchronised() is not None
