"""As many messages as will go, from the broker to disk and acknowledged, beside the MQTT library doing nothing."""

import asyncio
import contextlib
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon
from scripts.benchmarks.leftover import held_for_daemon
from scripts.benchmarks.lines import publishing_lines
from scripts.benchmarks.programs import cpu_us, program
from scripts.benchmarks.report import Figure, Target, shown
from scripts.benchmarks.stages import measure_stages

MESSAGES = 50_000
EVENTS = MESSAGES - 1
"""The first message only tells the state: nobody saw the door change."""

TARGET = Target(0.8, at_least=True, of_floor=True)
LOOK_EVERY_S = 0.02
STANDSTILL_S = 15.0
FLOOR_S = 300.0
WORDS = b"closed\nopen\n"


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took: seconds, and microseconds of processor time per message."""

    seconds: float
    consumer_us: float
    broker_us: float
    wrong: int = 0
    redelivered: int = 0

    @property
    def rate(self) -> float:
        """Messages per second."""
        return MESSAGES / self.seconds

    def __str__(self) -> str:
        return f"{shown(self.rate)}/s, {self.consumer_us:.0f} us each, Mosquitto {self.broker_us:.0f} us"


async def sustained(bench: Bench) -> Sequence[Figure]:
    """Measure the floor, the daemon and its stages, in every run."""
    ours: list[Spent] = []
    bare: list[Spent] = []
    stages: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    lines = bench.folder / "lines"
    lines.write_bytes(WORDS * (MESSAGES // 2))
    for run in bench.each_run("sustained"):
        bare.append(await _bare(bench.fresh(f"bare-{run}"), lines))
        bench.say(f"  bare: {bare[-1]}")
        ours.append(await _daemon(bench.fresh(f"daemon-{run}"), lines))
        bench.say(f"  daemon: {ours[-1]}")
        for stage, value in (await measure_stages(bench.fresh(f"stages-{run}"))).items():
            stages[stage].append(value)
    return [*_figures(ours, bare), *(Figure(name, unit, tuple(found)) for (name, unit), found in stages.items())]


def _figures(ours: list[Spent], bare: list[Spent]) -> Iterator[Figure]:
    yield Figure(
        "sustained, on disk and acknowledged",
        "messages/s",
        tuple(run.rate for run in ours),
        tuple(run.rate for run in bare),
        TARGET,
    )
    yield Figure("events lost or doubled", "events", tuple(float(run.wrong) for run in ours), target=Target(0))
    yield Figure(
        "sent again after a clean stop", "messages", tuple(float(run.redelivered) for run in ours), target=Target(0)
    )
    yield Figure(
        "CPU of the daemon",
        "us/message",
        tuple(run.consumer_us for run in ours),
        tuple(run.consumer_us for run in bare),
    )
    yield Figure(
        "CPU of Mosquitto", "us/message", tuple(run.broker_us for run in ours), tuple(run.broker_us for run in bare)
    )


async def _bare(folder: Path, lines: Path) -> Spent:
    broker = Broker(folder)
    try:
        await broker.start()
        async with program("bare_consumer", broker=broker.port, messages=MESSAGES) as bare:
            await bare.line(within_s=FLOOR_S)
            meter = Meter(bare.pid, broker.pid)
            async with publishing_lines(broker, lines):
                await bare.line(within_s=FLOOR_S)
                return meter.read()
    finally:
        broker.close()


async def _daemon(folder: Path, lines: Path) -> Spent:
    broker = Broker(folder)
    daemon = DoorDaemon(folder, broker.port)
    try:
        await broker.start()
        await daemon.start()
        meter = Meter(daemon.pid, broker.pid)
        async with publishing_lines(broker, lines):
            await _until_committed(daemon.database)
            spent = meter.read()
        daemon.stop()
        held = held_for_daemon(broker.port)
        await daemon.start()  # ready only when all that waited for it has been taken
        daemon.stop()
        wrong = abs(daemon.count_events() - EVENTS)
        return Spent(spent.seconds, spent.consumer_us, spent.broker_us, wrong, held)
    finally:
        daemon.close()
        broker.close()


class Meter:
    """Reads clock and processor time from its making on."""

    def __init__(self, consumer: int, broker: int) -> None:
        self._pids = (consumer, broker)
        self._cpu_us = [cpu_us(pid) for pid in self._pids]
        self._began = time.perf_counter()

    def read(self) -> Spent:
        """Return what was spent."""
        seconds = time.perf_counter() - self._began
        consumer, broker = (
            (cpu_us(pid) - before) / MESSAGES for pid, before in zip(self._pids, self._cpu_us, strict=True)
        )
        return Spent(seconds, consumer, broker)


async def _until_committed(database: Path) -> None:
    """Wait until the last event is committed, looking from outside. What never comes ends the wait and shows later."""
    seen, moved = 0, time.perf_counter()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while seen < EVENTS and time.perf_counter() < moved + STANDSTILL_S:
            await asyncio.sleep(LOOK_EVERY_S)
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
            newest = int(row[0]) if row else 0
            if newest != seen:
                seen, moved = newest, time.perf_counter()
