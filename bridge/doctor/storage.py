"""Is the database whole, the daemon's own, and is there room for more?"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.desk.rows import Condition
from bridge.doctor.check import Check, ok, problem, warning
from bridge.storage.inspection import Inspection

LARGE_WAL_BYTES: Final = 256 * 1024 * 1024
SHORT_BYTES: Final = 200 * 1024 * 1024
FULL_BYTES: Final = 20 * 1024 * 1024
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Files:
    """What the file system says of a database. `bytes` None: there is no file. `free` None: nobody knows.

    `is_folder`: there is a folder in its place.
    """

    path: Path
    owner: str
    mine: bool
    mode: int
    bytes: int | None
    wal_bytes: int
    writable: bool
    free: int | None
    free_files: bool
    trouble: str = ""
    is_folder: bool = False


def look_at(path: Path, *, owner: str, mine: bool) -> Files:
    """Look, and touch nothing."""
    free, free_files, read_only = _room(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        folder = next((each for each in path.parents if each.exists()), path.parent)
        writable = os.access(folder, os.W_OK) and not read_only
        return Files(path, owner, mine, 0o600, None, 0, writable, free, free_files)
    except OSError as error:
        return Files(path, owner, mine, 0o600, None, 0, True, free, free_files, trouble=error.strerror or str(error))  # noqa: FBT003 -- unknown
    if stat.S_ISDIR(found.st_mode):
        return Files(path, owner, mine, 0o600, None, 0, True, free, free_files, is_folder=True)  # noqa: FBT003 -- unknown
    try:
        wal = path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        wal = 0
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) and not read_only
    return Files(path, owner, mine, stat.S_IMODE(found.st_mode), found.st_size, wal, writable, free, free_files)


def check_storage(files: Files, inspection: Inspection | None, condition: Condition | None) -> Iterable[Check]:
    """Say how the database is. `inspection` None: nobody looked inside."""
    said = "" if condition is None else condition.parts.get("storage", "")
    if said:
        cure = "make room on the disk, or repair it; the daemon tries again by itself, and nothing is lost meanwhile"
        yield problem("storage", said, cure)
    yield _file(files)
    if files.bytes is None or files.trouble:
        return
    if files.mode & 0o077:
        yield warning("storage", f"others may read {files.path}", f"chmod 600 '{files.path}'")
    if files.wal_bytes > LARGE_WAL_BYTES:
        cause = f"{files.path}-wal has grown to {files.wal_bytes // _MIB} MiB"
        yield warning("storage", cause, "end programs that keep the database open for long, then restart the daemon")
    if inspection is None:
        yield warning(
            "storage", "nobody looked inside the database", f"run this as its owner: sudo -u '{files.owner}' ..."
        )
    elif inspection.fault:
        yield problem(
            "storage",
            f"the database is damaged: {inspection.fault}",
            "restart the daemon, which puts the newest copy in its place; or ifttt-bridge restore FILE",
        )
    elif not inspection.whole:
        yield ok("storage", "the database opens; it is too large to look at all of it here; ifttt-bridge doctor does")
    else:
        yield ok("storage", "the database is whole")


def check_disk(files: Files) -> Check:
    """Say whether there is room."""
    if files.free is None:
        return warning("disk", "nobody knows how much room there is", "look with df")
    room = f"{files.free // _MIB} MiB free where {files.path.name} is"
    if files.free < FULL_BYTES or not files.free_files:
        cause = room if files.free_files else "no more files fit on the disk (inodes)"
        return problem("disk", cause, "make room: events that cannot be written wait at the broker")
    if files.free < SHORT_BYTES:
        return warning("disk", room, "make room before it is full")
    return ok("disk", room)


def _file(files: Files) -> Check:
    if files.is_folder:
        cure = f'name a file in it: [storage] url = "sqlite://{files.path / "bridge.db"}"'
        return problem("storage", f"{files.path} is a folder, where the database should be", cure)
    if files.trouble:
        return warning(
            "storage", f"{files.path} cannot be looked at: {files.trouble}", "run this as its owner, or as root"
        )
    if not files.writable and files.mine:
        cure = "mount the disk for writing, and give file and folder back to the daemon's user (chown, chmod 600)"
        return problem("storage", f"{files.path} cannot be written", cure)
    if files.bytes is None:
        return ok("storage", f"{files.path} does not exist yet; the first start makes it")
    return ok("storage", f"{files.path}, {files.bytes / _MIB:.1f} MiB, belongs to {files.owner}")


def _room(path: Path) -> tuple[int | None, bool, bool]:
    """Return the free bytes, whether more files fit, and whether nothing can be written."""
    folder = next((each for each in path.parents if each.exists()), None)
    try:
        room = None if folder is None else os.statvfs(folder)
    except OSError:
        room = None
    if room is None:
        return None, True, False
    return room.f_bavail * room.f_frsize, room.f_favail > 0 or room.f_files == 0, bool(room.f_flag & os.ST_RDONLY)
