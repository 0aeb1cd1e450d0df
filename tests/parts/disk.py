"""A disk that does as it is told, for one program: slow, full, read-only, broken, or noting all that it is given.

It is a small library (disk.c) that is compiled when it is needed and loaded before everything else; it stands between
the program and the files of one folder. Orders count at once, while the program runs. Nothing of it touches the real
disk's settings, and no other program notices. Slow alone:

    disk = Disk(folder / "orders", daemon.database.parent)
    disk.be_slow(ms=20)                      # a memory card
    daemon.launcher = disk.launcher          # before the program starts

"""

import errno
import mmap
import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.parts.programs import required

FOR_EVER: Final = -1
_SOURCE: Final = Path(__file__).with_name("disk.c")
_PLACES: Final = (
    "write_error",
    "sync_error",
    "change_error",
    "room",
    "sync_us",
    "failing",
    "failing_file",
    "die_at_sync",
    "writes",
    "syncs",
    "failed_writes",
    "failed_syncs",
)
"""What lies in the file of orders, 64 bits each."""


class NoCompiler(Exception):
    """This machine cannot compile the disk. Says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the disk was asked for so far."""

    writes: int
    syncs: int
    failed_writes: int
    failed_syncs: int


class Disk:
    """One such disk. It keeps its own files in `orders`, a folder that it makes outside of the one it stands before.

    `journal`: whether it notes what it is given (read by scripts/faultwall/journal.py), and with it what the program
    sends over TCP from or to `ports`. Raises NoCompiler.
    """

    def __init__(self, orders: Path, folder: Path, *, journal: bool = False, ports: Sequence[int] = ()) -> None:
        orders.mkdir(parents=True)
        self._orders, self._folder, self._ports = orders / "orders", folder.absolute(), tuple(ports)
        self.noted = orders / "journal"
        self._noting = (f"DISK_JOURNAL={self.noted}",) if journal else ()
        self._orders.write_bytes(bytes(8 * len(_PLACES)))
        self._library = compiled(orders)
        with self._orders.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.be_well()

    @property
    def launcher(self) -> tuple[str, ...]:
        """What to put before the command of a program."""
        ports = f"DISK_PORTS={','.join(str(port) for port in self._ports)}"
        names = (f"DISK_FOLDER={self._folder}", f"DISK_ORDERS={self._orders}", *self._noting, ports)
        return ("env", f"LD_PRELOAD={self._library}", *names)

    @property
    def seen(self) -> Seen:
        """What it was asked for so far."""
        return Seen(*(self._value(name) for name in ("writes", "syncs", "failed_writes", "failed_syncs")))

    def be_well(self) -> None:
        """Do all that is asked for, as fast as it goes."""
        for name in ("write_error", "sync_error", "change_error", "sync_us", "failing", "failing_file", "die_at_sync"):
            self._order(name, 0)
        self._order("room", FOR_EVER)

    def be_slow(self, *, ms: float) -> None:
        """Take at least so long for each sync. 0: as long as it takes."""
        self._order("sync_us", round(ms * 1000))

    def be_full(self, *, room: int = 0) -> None:
        """Let files grow by so many bytes more, all together, and no further; the last write may come to a part."""
        self._order("room", room)

    def be_read_only(self) -> None:
        """Refuse each write and sync, new files and other names, as a file system does that was mounted anew."""
        for name in ("change_error", "write_error", "sync_error"):
            self._order(name, errno.EROFS)
        self._order("failing", FOR_EVER)

    def fail_writes(self) -> None:
        """Answer each write with an input/output error."""
        self._order("write_error", errno.EIO)

    def fail_syncs(self, times: int = FOR_EVER, *, of: Path | None = None) -> None:
        """Answer syncs with an input/output error, the next few or all; of one file alone, if one is named."""
        self._order("failing_file", 0 if of is None else of.stat().st_ino)
        self._order("failing", times)
        self._order("sync_error", errno.EIO)

    def kill_at_sync(self, number: int) -> None:
        """Let the program die as by SIGKILL when it begins its n-th sync from now: all is written, and not synced."""
        self._order("die_at_sync", number)

    def close(self) -> None:
        """Let go of the file of orders; a program that runs keeps to the last ones."""
        self._map.close()

    def _value(self, name: str) -> int:
        value: int = struct.unpack_from("q", self._map, 8 * _PLACES.index(name))[0]
        return value

    def _order(self, name: str, value: int) -> None:
        struct.pack_into("q", self._map, 8 * _PLACES.index(name), value)


def compiled(into: Path) -> Path:
    """Compile the library into a folder and return it. Raises NoCompiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NoCompiler("there is no C compiler (Debian: apt-get install gcc libc6-dev)")
    library = into / "disk.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl", "-pthread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoCompiler(f"tests/parts/disk.c cannot be compiled: {done.stderr.strip()[-500:]}")
    return library


def disk_for_test(orders: Path, folder: Path, *, journal: bool = False, ports: Sequence[int] = ()) -> Disk:
    """Make one. Without a compiler the test is skipped; in continuous integration there must be one."""
    try:
        return Disk(orders, folder, journal=journal, ports=ports)
    except NoCompiler as error:
        required(str(error))
