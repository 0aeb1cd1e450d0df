"""What the process takes from its machine: memory, processor, descriptors, room on the disk. Read when asked.

The names are those that every program gives to Prometheus. Where there is no /proc, what stands there is left out.
"""

import os
import resource
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from bridge.dashboard.exposition import Family, Sample, counter, gauge

_STATM: Final = Path("/proc/self/statm")
_DESCRIPTORS: Final = Path("/proc/self/fd")
_PAGE_BYTES: Final = resource.getpagesize()


def process_families(*, started_s: float) -> Iterator[Family]:
    """Return what is known of every process. `started_s`: when this one started (epoch)."""
    yield counter(
        "process_cpu_seconds_total",
        "Processor time used, user and system. Idle it hardly moves; if it does, look which messages come in.",
        _cpu_s,
    )
    yield Family(
        "process_resident_memory_bytes",
        "gauge",
        "Memory in use. About 50 MB when idle; what only ever grows is a fault worth reporting.",
        _resident_bytes,
    )
    yield Family(
        "process_open_fds",
        "gauge",
        "Open files and connections. Near process_max_fds the bridge cannot take connections any more.",
        _open_descriptors,
    )
    yield gauge(
        "process_max_fds",
        "How many files and connections may be open: LimitNOFILE= of the systemd unit.",
        lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    )
    yield gauge("process_start_time_seconds", "When the process started (epoch).", lambda: started_s)


def database_families(path: Path) -> Iterator[Family]:
    """Return how large the database is, and how much room is left for it."""
    yield Family(
        "ifttt_bridge_database_bytes",
        "gauge",
        "Size of the database file, and of its write-ahead log (wal). The log is cut back by itself; if it keeps "
        "growing, another program holds the database open.",
        lambda: _sizes(path),
    )
    yield Family(
        "ifttt_bridge_database_free_bytes",
        "gauge",
        "Room left on the disk of the database. Without any, messages wait at the broker: make room.",
        lambda: _room(path),
    )


def copies_families(
    *,
    age_s: Callable[[], float | None],
    newest_bytes: Callable[[], int | None],
    made: Callable[[], int],
    failed: Callable[[], int],
) -> Iterator[Family]:
    """Return how the automatic copies are. Where there is none, there is neither age nor size."""
    yield Family(
        "ifttt_bridge_copy_age_seconds",
        "gauge",
        "How long the bridge has run since the newest automatic copy was made. More than copy_every by an hour: "
        "/readyz says why none is made.",
        lambda: _if_any(age_s()),
    )
    yield Family(
        "ifttt_bridge_copy_bytes",
        "gauge",
        "Size of the newest automatic copy of the database.",
        lambda: _if_any(newest_bytes()),
    )
    yield counter("ifttt_bridge_copies_made_total", "Automatic copies made and verified.", made)
    yield counter(
        "ifttt_bridge_copies_failed_total",
        "Automatic copies that could not be made. Any: is there room where they are kept? /readyz says why.",
        failed,
    )


def _if_any(value: float | None) -> Iterable[Sample]:
    return () if value is None else (("", {}, value),)


def _cpu_s() -> float:
    used = os.times()
    return used.user + used.system


def _resident_bytes() -> Iterable[Sample]:
    with suppress(OSError):
        return (("", {}, int(_STATM.read_text().split()[1]) * _PAGE_BYTES),)
    return ()


def _open_descriptors() -> Iterable[Sample]:
    with suppress(OSError):
        return (("", {}, sum(1 for _ in _DESCRIPTORS.iterdir()) - 1),)  # the one that reads the list is closed by now
    return ()


def _sizes(path: Path) -> Iterator[Sample]:
    for file, place in (("database", path), ("wal", path.with_name(f"{path.name}-wal"))):
        with suppress(OSError):
            yield "", {"file": file}, place.stat().st_size


def _room(path: Path) -> Iterable[Sample]:
    with suppress(OSError):
        disk = os.statvfs(path)
        return (("", {}, disk.f_bavail * disk.f_frsize),)
    return ()
