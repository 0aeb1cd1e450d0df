"""Commits of single events at a steady rate, while a million old ones are erased beside them and while none are."""

import asyncio
import shutil
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bridge.retention import Retention
from bridge.storage.checkpoints import Checkpoints
from bridge.storage.database import Database, open_database
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.storage.retention import Erasures
from bridge.timeline.batch import Batch
from bridge.timeline.retention import DAY_MS, Limits
from scripts.benchmarks.bench import Bench
from scripts.benchmarks.many_events import DOORS, entry_of, fill_events
from scripts.benchmarks.report import Figure, Target, percentile, shown

EVENTS = 1_000_000
RATE = 1000
MEASURE_S = 8.0
TARGET = Target(1.3, of_floor=True)
P99 = Target(5)
KEEP = Limits(DAY_MS, 10**12)


async def retaining(bench: Bench) -> Sequence[Figure]:
    """Measure both in turn, each time on the same database."""
    ready = bench.folder / "ready.db"
    async with open_database(ready) as database:
        await migrate(database)
    bench.say(f"making {EVENTS:,} events")
    await asyncio.to_thread(fill_events, ready, EVENTS)
    async with open_database(ready) as database:
        await Erasures(database).mark(0, every_ms=DAY_MS, keep_ms=DAY_MS)  # two days before it is measured
    found: defaultdict[bool, list[list[float]]] = defaultdict(list)
    erased: list[float] = []
    for run in bench.each_run("retaining"):
        for erasing in (False, True) if run % 2 == 0 else (True, False):
            took_ms, gone = await _measure(ready, bench.folder / "measured.db", erasing=erasing)
            found[erasing].append(took_ms)
            if erasing:
                erased.append(gone / MEASURE_S)
            name = "erasing" if erasing else "alone"
            bench.say(f"  {name}: p99 {shown(percentile(took_ms, 0.99))} ms, {gone:,} gone")
    return [*_figures(found), Figure(f"erased beside {RATE} commits/s", "rows/s", tuple(erased))]


def _figures(found: dict[bool, list[list[float]]]) -> list[Figure]:
    return [
        Figure(
            f"commit of one event at {RATE}/s, while old ones are erased, {name}",
            "ms",
            tuple(percentile(run, share) for run in found[True]),
            tuple(percentile(run, share) for run in found[False]),
            target,
        )
        for name, share, target in (("p50", 0.5, TARGET), ("p99", 0.99, P99))
    ]


async def _measure(ready: Path, path: Path, *, erasing: bool) -> tuple[list[float], int]:
    await asyncio.to_thread(shutil.copyfile, ready, path)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(path))
        retention = Retention(
            Erasures(database), lambda: KEEP, lambda: 2 * DAY_MS, lambda: EVENTS, lambda: database.writing > 0
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        aside = [tasks.create_task(Checkpoints(database).run())]
        if erasing:
            aside.append(tasks.create_task(retention.run()))
        took_ms = await _commit(database)
        for task in aside:
            task.cancel()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    return took_ms, retention.erased


async def _commit(database: Database) -> list[float]:
    """Commit one event after the other, each when its time has come, and return the milliseconds that each took."""
    journal, loop = Journal(database), asyncio.get_running_loop()
    seq = (await journal.load()).next_seq
    began, took_ms = loop.time(), list[float]()
    while loop.time() - began < MEASURE_S:
        due = began + len(took_ms) / RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        each = time.perf_counter()
        await journal.commit(Batch((entry_of(seq, seq % DOORS),)))
        took_ms.append((time.perf_counter() - each) * 1000)
        seq += 1
    return took_ms
