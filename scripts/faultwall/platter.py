"""What a disk may hold after the power failed: all that was synced, and of the rest whatever the chance leaves of it.

It is given what tests/parts/disk.py noted, record by record. A write that was not synced survives or not, each of its
sectors for itself; a new, removed or other name likewise, until its folder is synced. What was written before a sync
that failed is decided there and then: the system may take it for written, and never tries again. Nothing is assumed of
any file system beyond what a sync promises, and of a sector but that it is written whole or not at all.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.faultwall.journal import Kind, Record

SECTOR: Final = 512

_Piece = tuple[int, bytes | None]
"""A write at an offset, or with None a change of the size to it."""


@dataclass(slots=True)
class File:
    """`whole`: what it surely holds. `open`: what came since, oldest first, with the number of each."""

    whole: bytearray = field(default_factory=bytearray)
    open: list[tuple[int, _Piece]] = field(default_factory=list)


@dataclass(slots=True)
class Folder:
    """`live`: what the program sees; `whole`: what is surely there; `open`: the names that changed since."""

    live: dict[str, "File | Folder"] = field(default_factory=dict)
    whole: dict[str, "File | Folder"] = field(default_factory=dict)
    open: list[tuple[int, dict[str, "File | Folder | None"]]] = field(default_factory=list)


def unnoted(records: Iterable[Record], folder: Path) -> list[Path]:
    """Return the files of a folder that are not as these records leave them: somebody wrote who was not noted."""
    files = {path.stat().st_ino: path for path in folder.iterdir() if path.is_file() and not path.name.endswith("-shm")}
    contents = {number: bytearray() for number in files}
    for record in records:
        if record.file in contents:
            if record.kind is Kind.CREATED:
                contents[record.file] = bytearray()
            elif record.kind in {Kind.WRITTEN, Kind.CUT}:
                piece = record.data if record.kind is Kind.WRITTEN else None
                _apply(contents[record.file], (record.offset, piece), None, 1.0)
    return [files[number] for number, content in contents.items() if content != files[number].read_bytes()]


class Platter:
    """The files of one folder, which was there already: with what it holds now, surely."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self._root_path, self._chance = root, chance
        self._by_inode: dict[int, File | Folder] = {}
        self._root = self._taken(root)
        self._number = 0
        self._syncs: dict[int, int] = {}

    def take(self, record: Record) -> None:
        """Take note of what was done next."""
        self._number += 1
        match record.kind:
            case Kind.CREATED:
                self._by_inode[record.file] = made = File()
                self._rename(record.names[0], made)
            case Kind.FOLDER_MADE:
                self._by_inode[record.file] = folder = Folder()
                self._rename(record.names[0], folder)
            case Kind.REMOVED | Kind.FOLDER_REMOVED:
                self._rename(record.names[0], None)
            case Kind.RENAMED:
                self._move(*record.names)
            case Kind.WRITTEN | Kind.CUT:
                piece = record.data if record.kind is Kind.WRITTEN else None
                self._file(record).open.append((self._number, (record.offset, piece)))
            case Kind.SYNC_BEGUN:
                self._syncs[record.offset] = self._number
            case Kind.SYNC_DONE:
                _settle(self._by_inode[record.file], self._syncs.pop(record.offset))
            case Kind.SYNC_FAILED:
                _settle(self._by_inode[record.file], self._syncs.pop(record.offset), self._chance)
            case _:
                pass  # what was said changes no file

    def cut(self, chance: random.Random, into: Path) -> None:
        """Write into a folder, which must not be there yet, what the disk may hold if the power fails now."""
        into.mkdir(parents=True)
        _write(self._root, chance, into, kept=chance.choice((0.0, 0.2, 0.5, 0.8, 1.0)))

    def _taken(self, path: Path) -> Folder:
        """Return what a folder holds now, its files and folders, and know each by its inode."""
        folder = Folder()
        self._by_inode[path.stat().st_ino] = folder
        for each in path.iterdir():
            if each.is_dir():
                folder.live[each.name] = self._taken(each)
            elif each.is_file() and not each.name.endswith("-shm"):
                folder.live[each.name] = file = File(bytearray(each.read_bytes()))
                self._by_inode[each.stat().st_ino] = file
        folder.whole = dict(folder.live)
        return folder

    def _file(self, record: Record) -> File:
        found = self._by_inode[record.file]
        if not isinstance(found, File):
            raise TypeError("a folder was written to")
        return found

    def _folder(self, path: Path) -> Folder:
        folder = self._root
        for name in path.relative_to(self._root_path).parts:
            below = folder.live[name]
            if not isinstance(below, Folder):
                raise TypeError(f"{path} is not a folder")
            folder = below
        return folder

    def _rename(self, path: Path, to: "File | Folder | None") -> None:
        self._change(self._folder(path.parent), {path.name: to})

    def _move(self, old: Path, new: Path) -> None:
        source, target = self._folder(old.parent), self._folder(new.parent)
        moved = source.live[old.name]
        if source is target:
            self._change(source, {old.name: None, new.name: moved})  # both or neither
        else:
            self._change(target, {new.name: moved})
            self._change(source, {old.name: None})

    def _change(self, folder: Folder, names: "dict[str, File | Folder | None]") -> None:
        _apply_names(folder.live, names)
        folder.open.append((self._number, names))


def _settle(thing: File | Folder, up_to: int, chance: random.Random | None = None) -> None:
    """Let what came up to a number be surely there; with `chance`, only some of it, and the rest never."""
    if isinstance(thing, File):
        kept = 1.0 if chance is None else 0.5
        for number, piece in thing.open:
            if number <= up_to:
                _apply(thing.whole, piece, chance, kept)
        thing.open = [each for each in thing.open if each[0] > up_to]
    else:
        for number, names in thing.open:
            if number <= up_to and (chance is None or chance.random() < 0.5):
                _apply_names(thing.whole, names)
        thing.open = [each for each in thing.open if each[0] > up_to]


def _write(folder: Folder, chance: random.Random, into: Path, *, kept: float) -> None:
    names = dict(folder.whole)
    for _, change in folder.open:
        if chance.random() < kept:
            _apply_names(names, change)
    for name, thing in names.items():
        if isinstance(thing, Folder):
            (into / name).mkdir()
            _write(thing, chance, into / name, kept=kept)
            continue
        content = bytearray(thing.whole)
        for _, piece in thing.open:
            _apply(content, piece, chance, kept)
        (into / name).write_bytes(content)


def _apply_names(names: "dict[str, File | Folder]", change: "dict[str, File | Folder | None]") -> None:
    for name, thing in change.items():
        if thing is None:
            names.pop(name, None)
        else:
            names[name] = thing


def _apply(content: bytearray, piece: _Piece, chance: random.Random | None, kept: float) -> None:
    offset, data = piece
    if data is None:
        if chance is None or chance.random() < kept:
            _resize(content, offset)
        return
    for start, part in _sectors(offset, data):
        if chance is None or chance.random() < kept:
            if len(content) < start:
                _resize(content, start)
            content[start : start + len(part)] = part


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _sectors(offset: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(data):
        size = min(SECTOR - (offset + place) % SECTOR, len(data) - place)
        yield offset + place, data[place : place + size]
        place += size
