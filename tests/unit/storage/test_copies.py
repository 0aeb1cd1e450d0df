"""When the next copy is due, which go, what they are called: by counting, and by the time that the bridge has run."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import CopyRefused
from bridge.storage.copies import clean, copies_in, due_in_ms, place_of_next, surplus

DATABASE = Path("/var/lib/ifttt-bridge/bridge.db")
DAY_MS = 86_400_000
NOON_MS = 1_770_000_000_000


@pytest.mark.parametrize(
    ("newest_run_ms", "run_ms", "due"),
    [
        (None, 0, 0),
        (None, 10 * DAY_MS, 0),
        (5 * DAY_MS, 5 * DAY_MS, DAY_MS),
        (5 * DAY_MS, 6 * DAY_MS - 1, 1),
        (5 * DAY_MS, 6 * DAY_MS, 0),
        (5 * DAY_MS, 60 * DAY_MS, 0),
        (6 * DAY_MS, 5 * DAY_MS, 0),  # of another run, before an older database was put back
    ],
)
def test_a_copy_is_due_once_the_bridge_has_run_for_so_long(newest_run_ms: int | None, run_ms: int, due: int) -> None:
    assert due_in_ms(newest_run_ms, run_ms, DAY_MS) == due


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1000, 10**9))
def test_after_a_copy_none_is_due_before_its_time(newest_run_ms: int, run_ms: int, every_ms: int) -> None:
    assert 0 <= due_in_ms(newest_run_ms, run_ms, every_ms) <= every_ms
    assert due_in_ms(run_ms, run_ms, every_ms) == every_ms


@given(st.lists(st.integers(0, 4_000_000_000_000), max_size=12), st.integers(0, 8))
def test_however_the_clock_jumps_the_last_made_stay(
    tmp_path_factory: pytest.TempPathFactory, clocks: list[int], keep: int
) -> None:
    folder, made = tmp_path_factory.mktemp("copies"), []
    for now_ms in clocks:
        made.append(place_of_next(folder, DATABASE, now_ms=now_ms))
        made[-1].touch()
    assert [each.path for each in copies_in(folder, DATABASE)] == made
    clean(folder, DATABASE, keep=keep)
    assert [each.path for each in copies_in(folder, DATABASE)] == made[max(0, len(made) - keep) :]


def test_what_else_is_in_the_folder_stays_and_what_a_crash_left_goes(tmp_path: Path) -> None:
    for name in ("bridge-mine.db", "bridge-000001-20260101T000000Z.db.txt", "other-000001-20260101T000000Z.db"):
        (tmp_path / name).touch()
    for ending in (".part", ".part-journal", ".part-wal"):
        (tmp_path / f"bridge-000002-20260101T000000Z.db{ending}").touch()
    clean(tmp_path, DATABASE, keep=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bridge-000001-20260101T000000Z.db.txt",
        "bridge-mine.db",
        "other-000001-20260101T000000Z.db",
    ]


def test_a_folder_that_is_not_there_holds_no_copies_and_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "copies"
    assert copies_in(folder, DATABASE) == []
    clean(folder, DATABASE, keep=1)
    assert place_of_next(folder, DATABASE, now_ms=NOON_MS).name == "bridge-000001-20260202T024000Z.db"
    assert folder.stat().st_mode & 0o077 == 0
    (tmp_path / "file").touch()
    with pytest.raises(CopyRefused, match="cannot be used"):
        place_of_next(tmp_path / "file" / "copies", DATABASE, now_ms=NOON_MS)


@given(st.integers(0, 20), st.integers(0, 20))
def test_only_what_is_too_much_goes(there: int, keep: int) -> None:
    kept = list(range(there))
    assert len(surplus(kept, keep)) == max(0, there - keep)  # type: ignore[arg-type] # whatever they are
