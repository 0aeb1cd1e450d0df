"""The model of a disk that loses power: what was synced is there, and all else may be missing, in parts too."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.faultwall.journal import Kind, Record
from scripts.faultwall.platter import SECTOR, Platter


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- chooses sectors, guards nothing


class Writing:
    """Records as a program makes them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.platter = Platter(root, _chance(1))
        self._syncs = 0

    def do(self, kind: Kind, file: int = 0, offset: int = 0, data: bytes = b"") -> None:
        """Let something be done."""
        self.platter.take(Record(kind, file, offset, 0, data))

    def create(self, name: str, inode: int, kind: Kind = Kind.CREATED) -> None:
        """Let something be made."""
        self.do(kind, inode, data=str(self._root / name).encode())

    def sync(self, inode: int, ended: Kind = Kind.SYNC_DONE) -> None:
        """Let something be synced."""
        self._syncs += 1
        self.do(Kind.SYNC_BEGUN, inode, self._syncs)
        self.do(ended, inode, self._syncs)

    def sync_root(self) -> None:
        """Let the folder's names be synced."""
        self.sync(self._root.stat().st_ino)

    def outcomes(self, into: Path, count: int = 200) -> Iterator[Path]:
        """Yield what the disk may hold, in many ways."""
        for seed in range(count):
            self.platter.cut(_chance(seed), into / str(seed))
            yield into / str(seed)


@pytest.fixture
def writing(tmp_path: Path) -> Writing:
    (tmp_path / "data").mkdir()
    return Writing(tmp_path / "data")


def _contents(writing: Writing, tmp_path: Path, name: str = "a") -> set[bytes | None]:
    paths = [folder / name for folder in writing.outcomes(tmp_path / "cuts")]
    return {path.read_bytes() if path.exists() else None for path in paths}


def test_what_was_synced_is_there_with_its_name(writing: Writing, tmp_path: Path) -> None:
    writing.create("a", 7)
    writing.do(Kind.WRITTEN, 7, 0, b"x" * 2000)
    writing.sync(7)
    writing.sync_root()

    assert _contents(writing, tmp_path) == {b"x" * 2000}


def test_a_synced_file_in_a_folder_that_was_not_synced_may_be_gone(writing: Writing, tmp_path: Path) -> None:
    writing.create("a", 7)
    writing.do(Kind.WRITTEN, 7, 0, b"x")
    writing.sync(7)

    assert _contents(writing, tmp_path) == {b"x", None}


def test_a_write_that_was_not_synced_survives_sector_by_sector(writing: Writing, tmp_path: Path) -> None:
    writing.create("a", 7)
    writing.do(Kind.WRITTEN, 7, 0, b"o" * 2 * SECTOR)
    writing.sync(7)
    writing.sync_root()
    writing.do(Kind.WRITTEN, 7, 100, b"n" * SECTOR)

    first, second = b"n" * (SECTOR - 100), b"n" * 100
    old = bytearray(b"o" * 2 * SECTOR)
    expected = set()
    for keep_first in (False, True):
        for keep_second in (False, True):
            content = bytearray(old)
            if keep_first:
                content[100:SECTOR] = first
            if keep_second:
                content[SECTOR : SECTOR + 100] = second
            expected.add(bytes(content))
    assert _contents(writing, tmp_path) == expected


def test_a_later_write_may_survive_an_earlier_one_that_does_not(writing: Writing, tmp_path: Path) -> None:
    writing.create("a", 7)
    writing.sync_root()
    writing.do(Kind.WRITTEN, 7, 0, b"1" * SECTOR)
    writing.do(Kind.WRITTEN, 7, SECTOR, b"2")

    assert bytes(SECTOR) + b"2" in _contents(writing, tmp_path)


def test_a_write_after_the_beginning_of_a_sync_is_not_part_of_it(writing: Writing, tmp_path: Path) -> None:
    writing.create("a", 7)
    writing.sync_root()
    writing.do(Kind.WRITTEN, 7, 0, b"1")
    writing.do(Kind.SYNC_BEGUN, 7, 99)
    writing.do(Kind.WRITTEN, 7, 1, b"2")
    writing.do(Kind.SYNC_DONE, 7, 99)

    assert _contents(writing, tmp_path) == {b"1", b"12"}


def test_what_a_failed_sync_lost_is_not_there_after_one_that_succeeds(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    found = set()
    for seed in range(20):
        writing = Writing(tmp_path / "data")
        writing.platter = Platter(tmp_path / "data", _chance(seed))
        writing.create("a", 7)
        writing.sync_root()
        writing.do(Kind.WRITTEN, 7, 0, b"x")
        writing.sync(7, Kind.SYNC_FAILED)
        writing.sync(7)
        found |= _contents(writing, tmp_path / str(seed))

    assert found == {b"x", b""}


def test_a_name_takes_the_place_of_another_whole_or_not_at_all(writing: Writing, tmp_path: Path) -> None:
    for name, inode in (("a", 7), ("b", 8)):
        writing.create(name, inode)
        writing.do(Kind.WRITTEN, inode, 0, name.encode())
        writing.sync(inode)
    writing.sync_root()
    old, new = (str(tmp_path / "data" / name) for name in ("b", "a"))
    writing.do(Kind.RENAMED, data=f"{old}\0{new}".encode())

    found = {tuple(sorted(path.name for path in folder.iterdir())) for folder in writing.outcomes(tmp_path / "names")}
    assert found == {("a", "b"), ("a",)}
    assert _contents(writing, tmp_path) == {b"a", b"b"}


def test_a_folder_whose_parent_was_not_synced_may_be_gone_with_all_that_is_in_it(
    writing: Writing, tmp_path: Path
) -> None:
    writing.create("below", 5, Kind.FOLDER_MADE)
    writing.create("below/a", 7)
    writing.do(Kind.WRITTEN, 7, 0, b"x")
    writing.sync(7)
    writing.sync(5)

    assert _contents(writing, tmp_path, "below/a") == {b"x", None}


def test_what_was_there_before_is_there_surely(tmp_path: Path) -> None:
    (tmp_path / "data" / "deeper").mkdir(parents=True)
    (tmp_path / "data" / "deeper" / "a").write_bytes(b"old")

    assert _contents(Writing(tmp_path / "data"), tmp_path, "deeper/a") == {b"old"}
