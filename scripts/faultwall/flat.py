"""What a daemon takes, looked at again and again; and whether that was as flat at the end as in the middle."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import aiohttp

from scripts.benchmarks.report import percentile
from tests.parts.daemon import Daemon
from tests.parts.scrape import scrape
from tests.parts.vitals import sizes_mb, vitals

ASKED = 5
WORK = 1_000_000
_WIRE: Final = "ifttt_bridge_wire_to_disk_seconds"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `answered_ms`: how long the event loop lets somebody wait who only asks whether it lives (median).

    `wire_ms`: from the socket to the disk, the mean since the sample before; `_sum` and `_count` are what it came from.
    `machine_ms`: how long a piece of work took that has nothing to do with any of it.
    """

    at_s: float
    rss_mb: float
    descriptors: int
    threads: int
    database_mb: float
    wal_mb: float
    p50_ms: float
    p99_ms: float
    answered_ms: float
    wire_ms: float
    machine_ms: float
    wire_sum: float
    wire_count: float

    def __str__(self) -> str:
        return (
            f"{self.at_s:5.0f} s: {self.rss_mb:.1f} MB, {self.descriptors} descriptors, {self.threads} threads, "
            f"database {self.database_mb:.1f} MB, WAL {self.wal_mb:.1f} MB, told p50 {self.p50_ms:.1f} p99 "
            f"{self.p99_ms:.1f} ms, loop {self.answered_ms:.1f} ms, wire to disk {self.wire_ms:.2f} ms, the machine "
            f"{self.machine_ms:.0f} ms"
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    """How much more the last quarter may have than the one before: so much, or so large a share, whichever is more."""

    name: str
    unit: str
    of: Callable[[Sample], float]
    more: float
    share: float


_BOUNDS: Final = (
    _Bound("memory", "MB", lambda each: each.rss_mb, 1.5, 0.03),
    _Bound("descriptors", "", lambda each: each.descriptors, 1, 0),
    _Bound("threads", "", lambda each: each.threads, 1, 0),
    _Bound("WAL", "MB", lambda each: each.wal_mb, 4, 0.25),
    _Bound("told p50", "ms", lambda each: each.p50_ms, 3, 0.5),
    _Bound("told p99", "ms", lambda each: each.p99_ms, 20, 1.0),
    _Bound("loop", "ms", lambda each: each.answered_ms, 3, 0.5),
    _Bound("wire to disk", "ms", lambda each: each.wire_ms, 3, 0.5),
)
"""Memory and the rest of what belongs to the daemon alone is held tightly; times may grow as far as the machine has
become slower meanwhile."""


async def sample_of(daemon: Daemon, latencies_ms: list[float], before: Sequence[Sample], *, lasted_s: float) -> Sample:
    """Look at a daemon. `before`: the sample before, if there is one."""
    said = await scrape(daemon.private_port)
    wire_sum, wire_count = said.value(f"{_WIRE}_sum"), said.value(f"{_WIRE}_count")
    sum_before, count_before = (before[0].wire_sum, before[0].wire_count) if before else (0.0, 0.0)
    seen = vitals(daemon.pid)
    database_mb, wal_mb = sizes_mb(daemon.database)
    return Sample(
        lasted_s,
        seen.rss_mb,
        seen.descriptors,
        seen.threads,
        database_mb,
        wal_mb,
        percentile(latencies_ms, 0.5) if latencies_ms else float("nan"),
        percentile(latencies_ms, 0.99) if latencies_ms else float("nan"),
        await _answered_ms(daemon),
        1000 * (wire_sum - sum_before) / max(1.0, wire_count - count_before),
        _machine_ms(),
        wire_sum,
        wire_count,
    )


def quarters(samples: Sequence[Sample], of: Callable[[Sample], float]) -> list[float]:
    """Return the median of each quarter: no single moment decides."""
    size = len(samples) / 4
    parts = [samples[round(size * number) : round(size * (number + 1))] for number in range(4)]
    return [median(of(each) for each in part) if part else float("nan") for part in parts]


def not_flat(samples: Sequence[Sample]) -> list[str]:
    """Say what has grown from the third quarter to the last."""
    broken = []
    for bound in _BOUNDS:
        *_, third, last = quarters(samples, bound.of)
        slower = _slower(samples) if bound.unit == "ms" else 1.0
        if not last <= (third + max(bound.more, third * bound.share)) * slower:
            broken.append(f"{bound.name} grew from {third:.1f} to {last:.1f} {bound.unit} in the second half".strip())
    return broken


def _slower(samples: Sequence[Sample]) -> float:
    """Return how much slower the machine was in the last quarter, because others used it, than in the one before."""
    *_, third, last = quarters(samples, lambda each: each.machine_ms)
    return max(1.0, last / third)


def figures(samples: Sequence[Sample]) -> str:
    """Return the medians of all quarters."""
    parts = []
    for bound in _BOUNDS:
        found = " ".join(f"{value:.1f}" for value in quarters(samples, bound.of))
        parts.append(f"{bound.name} {found} {bound.unit}".strip())
    machine = " ".join(f"{value:.0f}" for value in quarters(samples, lambda each: each.machine_ms))
    return (
        f"medians of the quarters: {', '.join(parts)}, the machine {machine} ms; database at the end "
        f"{samples[-1].database_mb:.1f} MB"
    )


def _machine_ms() -> float:
    began_s = time.perf_counter()
    sum(range(WORK))
    return (time.perf_counter() - began_s) * 1000


async def _answered_ms(daemon: Daemon) -> float:
    took_ms: list[float] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(ASKED):
            began_s = time.perf_counter()
            async with session.get(f"http://127.0.0.1:{daemon.private_port}/livez") as answer:
                await answer.read()
            took_ms.append((time.perf_counter() - began_s) * 1000)
    return median(took_ms)
