"""A memory card, of which each sync takes 20 ms: how many messages a second reach it, and how many could.

A broker sends a window of messages and waits for their acknowledgements, each of which waits for a sync: so window
divided by sync is the most, unless the daemon takes fewer where a sync costs nothing.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon
from scripts.benchmarks.lines import publishing_lines
from scripts.benchmarks.report import Figure, Target, shown
from tests.parts.disk import Disk, NoCompiler

SYNC_MS = 20
WORDS = b"closed\nopen\n"
LOOK_EVERY_S = 0.02
STANDSTILL_S = 15.0
WARM_SHARE = 0.1
TARGET = Target(0.8, at_least=True, of_floor=True)


@dataclass(frozen=True, slots=True)
class Window:
    """How many messages may be on their way, by which MQTT, and how many are sent."""

    name: str
    protocol: str
    size: int
    messages: int

    @property
    def limit(self) -> float:
        """The most that could reach the card in a second."""
        return self.size / SYNC_MS * 1000


WINDOWS = (
    Window("Mosquitto's window of 20 (MQTT 3.1.1)", "3.1.1", 20, 3000),
    Window("our window of 1000 (MQTT 5)", "5", 1000, 40_000),
)


async def card(bench: Bench) -> Sequence[Figure]:
    """Measure each window on the disk that is there, and on one that is made slow."""
    rates: dict[tuple[str, bool], list[float]] = {(each.name, slow): [] for each in WINDOWS for slow in (False, True)}
    try:
        for run in bench.each_run("card"):
            for number, window in enumerate(WINDOWS):
                for slow in (False, True):
                    rate = await _rate(bench.fresh(f"run-{run}-{number}-{slow}"), window, slow=slow)
                    rates[window.name, slow].append(rate)
                    bench.say(f"  {window.name}, {'card' if slow else 'disk'}: {shown(rate)}/s")
    except NoCompiler as error:
        raise RuntimeError(f"the slow disk is a small library: {error}") from error
    return [figure for window in WINDOWS for figure in _figures(window, rates)]


def _figures(window: Window, rates: dict[tuple[str, bool], list[float]]) -> Iterator[Figure]:
    on_disk, on_card = rates[window.name, False], rates[window.name, True]
    most = tuple(min(rate, window.limit) for rate in on_disk)
    yield Figure(f"on a card ({SYNC_MS} ms a sync), {window.name}", "messages/s", tuple(on_card), most, TARGET)
    yield Figure("- window / sync", "messages/s", (window.limit,))
    yield Figure("- on the disk that is there", "messages/s", tuple(on_disk))


async def _rate(folder: Path, window: Window, *, slow: bool) -> float:
    broker = Broker(folder)
    daemon = DoorDaemon(folder, broker.port, mqtt=f'protocol = "{window.protocol}"\nreceive_maximum = {window.size}')
    daemon.database.parent.mkdir()
    disk = Disk(folder / "orders", daemon.database.parent)
    daemon.launcher = disk.launcher
    lines = folder / "lines"
    lines.write_bytes(WORDS * (window.messages // 2))
    try:
        await broker.start()
        await daemon.start()
        if slow:
            disk.be_slow(ms=SYNC_MS)
        async with publishing_lines(broker, lines):
            return await _committed_per_s(daemon.database, window.messages - 1)
    finally:
        daemon.close()
        broker.close()
        disk.close()


async def _committed_per_s(database: Path, events: int) -> float:
    """Return the rate at which events are committed, the first of them apart. Raises RuntimeError if they stop."""
    first, first_s = 0, 0.0
    seen, moved_s = 0, time.monotonic()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while seen < events:
            await asyncio.sleep(LOOK_EVERY_S)
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
            newest, now_s = int(row[0]) if row else 0, time.monotonic()
            if newest != seen:
                seen, moved_s = newest, now_s
            elif now_s > moved_s + STANDSTILL_S:
                raise RuntimeError(f"{events - seen} events never came")
            if not first and seen > events * WARM_SHARE:
                first, first_s = seen, now_s
    return (seen - first) / (moved_s - first_s)
