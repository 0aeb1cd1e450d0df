"""From a door's message to an HTTP POST: the others beside the bridge. They keep no timeline, and touch no disk."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker
from scripts.benchmarks.peers.installed import Installed
from scripts.benchmarks.peers.links import Bridge, Link, Maker, mqttwarn, node_red
from scripts.benchmarks.peers.probe_posts import Found
from scripts.benchmarks.programs import program
from scripts.benchmarks.report import Figure, Target, percentile
from tests.parts.ports import free_port

DOORS: Final = 5000
SETTLE_S: Final = 5.0
PROBE_S: Final = 180.0
AS_FAST_AS_IT_GOES: Final = 1e9
KILLS_AFTER_S: Final = (3.0, 3.0)
SAMPLE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Work:
    """How many doors are opened, how fast, and what goes wrong meanwhile."""

    name: str
    doors: int
    rate: float
    kills: bool = False
    outage_s: float = 0.0


WORKS: Final = (
    Work("100/s", 500, 100),
    Work("1,000/s", 3000, 1000),
    Work("burst of 5,000", DOORS, AS_FAST_AS_IT_GOES),
    Work("two kill -9 at 400/s", 4000, 400, kills=True),
    Work("other side down for 5 s at 100/s", 1200, 100, outage_s=5),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One program on a broker of its own."""

    link: Link
    broker_port: int
    listen: int


async def posting(bench: Bench, installed: Installed) -> Sequence[Figure]:
    """Measure each program in turn, in every run."""
    values: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    makers: dict[str, Maker] = {
        "ifttt-bridge": partial(Bridge, doors=DOORS),
        "mqttwarn": partial(mqttwarn, installed),
        "node-red": partial(node_red, installed),
    }
    for run in bench.each_run("posting"):
        for name, maker in makers.items():
            async with _running(bench, maker, f"{name}-{run}") as side:
                async for what, unit, value in _measure(bench, side):
                    values[name, what, unit].append(value)
    return [
        Figure(f"{name}: {what}", unit, tuple(found), target=_target(name, unit))
        for (name, what, unit), found in values.items()
    ]


def _target(name: str, unit: str) -> Target | None:
    """The bridge alone has one: it loses nothing."""
    return Target(0) if unit == "% lost" and name == Bridge.name else None


@asynccontextmanager
async def _running(bench: Bench, maker: Maker, folder: str) -> AsyncIterator[Side]:
    listen = free_port()
    broker = Broker(bench.fresh(f"broker-{folder}"))
    try:
        await broker.start()
        link = maker(broker, bench.fresh(folder), f"http://127.0.0.1:{listen}/told")
        try:
            await link.start()
            await asyncio.sleep(SETTLE_S)
            yield Side(link, broker.port, listen)
        finally:
            link.kill()
    finally:
        broker.close()


async def _measure(bench: Bench, side: Side) -> AsyncIterator[tuple[str, str, float]]:
    yield "resident memory, idle", "MB", side.link.resident_mb
    for work in WORKS:
        found, most_mb = await _work(side, work)
        lost = 100 * found.missing / work.doors
        bench.say(f"  {side.link.name}, {work.name}: {lost:.1f} % lost, took {found.took_s:.1f} s")
        for figure in _figures(work, found, most_mb):
            yield figure


def _figures(work: Work, found: Found, most_mb: float) -> Iterator[tuple[str, str, float]]:
    if work.rate == AS_FAST_AS_IT_GOES:
        yield f"{work.name}", "posted/s", len(found.latencies) / found.took_s
        yield f"{work.name}, most memory", "MB", most_mb
    elif not (work.kills or work.outage_s) and found.latencies:
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            yield f"{work.name}, {name}", "ms", percentile(found.latencies, share)
    yield f"{work.name}", "% lost", 100 * found.missing / work.doors


async def _work(side: Side, work: Work) -> tuple[Found, float]:
    """Return what became of the doors, and the most memory that was seen."""
    options = {"broker": side.broker_port, "listen": side.listen, "closes": int(side.link.closes)}
    own = {"doors": work.doors, "rate": work.rate, "outage": work.outage_s}
    samples: list[float] = []
    async with program("peers.probe_posts", **options, **own) as probe, asyncio.TaskGroup() as tasks:
        await probe.line(within_s=PROBE_S)
        meddling = tasks.create_task(_kill_twice(side.link) if work.kills else _sample(side.link, samples))
        found = msgspec.json.decode(await probe.line(within_s=PROBE_S), type=Found)
        meddling.cancel()
    return found, max(samples, default=0.0)


async def _kill_twice(link: Link) -> None:
    """Kill it, and start it again at once, as a service manager would."""
    for after_s in KILLS_AFTER_S:
        await asyncio.sleep(after_s)
        link.kill()
        link.launch()


async def _sample(link: Link, samples: list[float]) -> None:
    while True:
        samples.append(link.resident_mb)
        await asyncio.sleep(SAMPLE_S)
