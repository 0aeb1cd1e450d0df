"""What a running program takes from its machine, as the kernel says."""

from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
KIB = 1024


@dataclass(frozen=True, slots=True)
class Vitals:
    """Of one instant; memory in megabytes."""

    rss_mb: float
    most_mb: float
    threads: int
    descriptors: int


def vitals(pid: int) -> Vitals:
    """Look at a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return Vitals(
        rss_mb=int(fields["VmRSS"][0]) * KIB / MB,
        most_mb=int(fields["VmHWM"][0]) * KIB / MB,
        threads=int(fields["Threads"][0]),
        descriptors=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
    )


def sizes_mb(database: Path) -> tuple[float, float]:
    """Return how large a database is, and its write-ahead log."""
    wal = database.with_name(f"{database.name}-wal")
    return database.stat().st_size / MB, (wal.stat().st_size / MB if wal.exists() else 0.0)
