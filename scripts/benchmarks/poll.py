"""Polls of 50 events, beside a bare handler that reads its body and answers the same bytes; and the poll right after
a new event.

Bare is a handler of aiohttp's `web.Application`, as its documentation has it. The `web.Server` below that, which knows
no routes, is shown as well: less than that the library cannot do.
"""  # noqa: D205 -- one sentence

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import TRIGGER, Broker, DoorDaemon, door, poll_body, poll_headers, register, topic
from scripts.benchmarks.programs import program
from scripts.benchmarks.report import Figure, Target, percentile, shown
from tests.parts.ports import free_port
from tests.parts.waiting import until

DOORS = 100
"""So many, that a p99 of the polls after events means something, and no identity is told more often than it may be."""
EVENTS = 50
FRESH_ROUNDS = 11
WARM_UP_S = 1
MEASURE_S = 1
SLICES = 4
"""The sides take turns by the second: the machine is not as fast in one as in the next."""

SERVING, POLLING = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
"""The processors of whoever serves and of whoever polls. Left to the system, both share one for seconds now and then:
that halves the rate of either side by chance."""

WRK = ("taskset", "-c", str(POLLING), "wrk", "-t1", "-c32", "-s", str(Path(__file__).with_name("poll.lua")))
TARGET = Target(0.85, at_least=True, of_floor=True)
FRESH_TARGET = Target(5)
FLOORS = ("application", "server")
CODINGS = ("", "gzip")


class Side(NamedTuple):
    """Where to poll, and with which token."""

    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A daemon with a full timeline for every door."""

    broker: Broker
    daemon: DoorDaemon
    token: str
    listen: int

    @property
    def url(self) -> str:
        """Where to poll."""
        return f"{self.daemon.url}/triggers/{TRIGGER}"


async def poll(bench: Bench) -> Sequence[Figure]:
    """Measure polls of the daemon and of the bare servers in turn, then polls right after events."""
    rates: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    fresh: list[list[float]] = []
    async with AsyncExitStack() as stack:
        stage = await staged(bench, stack, DoorDaemon, "poll")
        bare = {(coding, kind): await _bare(bench, stack, stage, coding, kind) for coding in CODINGS for kind in FLOORS}
        for run in bench.each_run("poll"):
            for coding in CODINGS:
                sides = {"daemon": Side(stage.url, stage.token)}
                sides |= {kind: Side(bare[coding, kind], stage.token) for kind in FLOORS}
                for name, rate in (await side_by_side(sides, coding, turned=run % 2 == 1)).items():
                    rates[coding, name].append(rate)
                    bench.say(f"  {coding or 'plain'}, {name}: {shown(rate)} polls/s")
            fresh.append(await _fresh(stage))
            bench.say(f"  right after an event: p99 {shown(percentile(fresh[-1], 0.99))} ms")
    return [*(_figure(coding, kind, rates) for coding in CODINGS for kind in FLOORS), *_fresh_figures(fresh)]


def _figure(coding: str, kind: str, rates: dict[tuple[str, str], list[float]]) -> Figure:
    name = f"poll of {EVENTS} events{f', {coding}' if coding else ''}, beside web.{kind.capitalize()}"
    target = TARGET if kind == "application" else None
    return Figure(name, "polls/s", tuple(rates[coding, "daemon"]), tuple(rates[coding, kind]), target)


def _fresh_figures(fresh: list[list[float]]) -> list[Figure]:
    p50s, p99s = (tuple(percentile(run, share) for run in fresh) for share in (0.5, 0.99))
    return [
        Figure("poll right after an event, p50", "ms", p50s),
        Figure("poll right after an event, p99", "ms", p99s, target=FRESH_TARGET),
    ]


async def staged(bench: Bench, stack: AsyncExitStack, kind: type[DoorDaemon], name: str) -> Stage:
    """Start a daemon of a kind, and let everything happen that polls will show."""
    broker = Broker(bench.fresh(f"{name}-broker"))
    stack.callback(broker.close)
    await broker.start()
    listen = free_port()
    url = f"http://127.0.0.1:{listen}/v1/notifications"
    daemon = kind(bench.fresh(f"{name}-daemon"), broker.port, realtime_url=url, doors=DOORS)
    stack.callback(daemon.close)
    token = daemon.add_user("bench")
    await daemon.start()
    for number in range(DOORS):
        await broker.publish_many(topic(door(number)), ["closed", *["open", "closed"] * EVENTS])
    await until(lambda: daemon.count_events() == 2 * EVENTS * DOORS, what="every event being on disk")
    await register(daemon, token, [door(number) for number in range(DOORS)])
    os.sched_setaffinity(daemon.pid, {SERVING})  # the thread of the event loop
    return Stage(broker, daemon, token, listen)


async def _bare(bench: Bench, stack: AsyncExitStack, stage: Stage, coding: str, kind: str) -> str:
    """Start a bare server with the daemon's own answer and return its address."""
    file = bench.folder / f"answer-{coding or 'plain'}"
    file.write_bytes(await _answer(stage, coding))
    port = free_port()
    bare = await stack.enter_async_context(program("bare_answer", port=port, body=file, encoding=coding, kind=kind))
    await bare.line(within_s=30)
    os.sched_setaffinity(bare.pid, {SERVING})
    return f"http://127.0.0.1:{port}/ifttt/v1/triggers/{TRIGGER}"


async def _answer(stage: Stage, coding: str) -> bytes:
    headers = _headers(stage.token, coding) | ({} if coding else {"Accept-Encoding": "identity"})
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.post(stage.url, data=poll_body(door(0)), headers=headers) as response,
    ):
        body = await response.read()
    if not coding and len(msgspec.json.decode(body)["data"]) != EVENTS:
        raise RuntimeError(f"the poll does not hold {EVENTS} events")
    return body


async def polls(stage: Stage, *, seconds: int) -> int:
    """Poll for some seconds as fast as it gets, with compression as IFTTT does, and return how many were answered."""
    said = await _wrk(stage.url, stage.token, "gzip", seconds=seconds)
    found = re.search(r"(\d+) requests in", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"wrk was not content:\n{said}")
    return int(found[1])


async def side_by_side(sides: Mapping[str, Side], coding: str, *, turned: bool) -> dict[str, float]:
    """Measure them in turn, and return the requests per second of each. `turned`: begin with the last.

    Raises RuntimeError if one was not answered well.
    """
    names = sorted(sides, key=list(sides).index, reverse=turned)
    for name in names:
        await _wrk(*sides[name], coding, seconds=WARM_UP_S)
    found = dict.fromkeys(names, 0.0)
    for _ in range(SLICES):
        for name in names:
            found[name] += await _requests_per_s(*sides[name], coding) / SLICES
    return found


async def _requests_per_s(url: str, token: str, coding: str) -> float:
    said = await _wrk(url, token, coding, seconds=MEASURE_S)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk was not content:\n{said}")
    return float(found[1])


async def _wrk(url: str, token: str, coding: str, *, seconds: int) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in _headers(token, coding).items())
    process = await asyncio.create_subprocess_exec(
        *(*WRK, f"-d{seconds}s", url),
        env=os.environ | {"BENCH_BODY": poll_body(door(0)).decode(), "BENCH_HEADERS": headers},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return said.decode()


def _headers(token: str, coding: str) -> dict[str, str]:
    return poll_headers(token) | ({"Accept-Encoding": coding} if coding else {})


async def _fresh(stage: Stage) -> list[float]:
    options = {"broker": stage.broker.port, "listen": stage.listen, "doors": DOORS, "rounds": FRESH_ROUNDS}
    async with program("probe_fresh", url=stage.url, token=stage.token, **options) as probe:
        return msgspec.json.decode(await probe.line(within_s=60), type=list[float])
