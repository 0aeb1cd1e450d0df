"""Publish -> told: from a door's message to the request that tells IFTTT, beside a bare chain on the same machine."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon, door, register
from scripts.benchmarks.programs import program
from scripts.benchmarks.report import Figure, Target, percentile, shown
from tests.parts.ports import free_port

DOORS = 1000
RATES = (100, 1000)
TARGET_RATE = 100
TARGET = Target(3, of_floor=True)
PROBE_S = 90.0


@dataclass(frozen=True, slots=True)
class Chain:
    """What stands between publisher and listener: the daemon or the bare program, each on a broker of its own."""

    name: str
    broker_port: int


async def told(bench: Bench) -> Sequence[Figure]:
    """Measure both chains in turn, at each rate."""
    listen = free_port()
    latencies: defaultdict[tuple[int, str], list[list[float]]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        chains = [await _daemon(bench, stack, listen), await _bare(bench, stack, listen)]
        for run in bench.each_run("told"):
            for rate in RATES:
                for chain in chains if run % 2 == 0 else reversed(chains):
                    found = await _measure(chain, rate, listen)
                    latencies[rate, chain.name].append(found)
                    bench.say(f"  {rate}/s, {chain.name}: {_summary(found)}")
    return [figure for rate in RATES for figure in _figures(rate, latencies[rate, "daemon"], latencies[rate, "bare"])]


async def _daemon(bench: Bench, stack: AsyncExitStack, listen: int) -> Chain:
    broker = Broker(bench.fresh("broker"))
    stack.callback(broker.close)
    await broker.start()
    url = f"http://127.0.0.1:{listen}/v1/notifications"
    daemon = DoorDaemon(bench.fresh("daemon"), broker.port, realtime_url=url, doors=DOORS)
    stack.callback(daemon.close)
    token = daemon.add_user("bench")
    await daemon.start()
    await register(daemon, token, [door(number) for number in range(DOORS)])
    return Chain("daemon", broker.port)


async def _bare(bench: Bench, stack: AsyncExitStack, listen: int) -> Chain:
    broker = Broker(bench.fresh("bare-broker"))
    stack.callback(broker.close)
    await broker.start()
    url = f"http://127.0.0.1:{listen}/v1/notifications"
    file = bench.folder / "bare-chain"
    bare = await stack.enter_async_context(program("bare_chain", broker=broker.port, url=url, file=file))
    await bare.line(within_s=PROBE_S)
    return Chain("bare", broker.port)


async def _measure(chain: Chain, rate: int, listen: int) -> list[float]:
    options = {"broker": chain.broker_port, "listen": listen, "doors": DOORS, "rate": rate}
    async with program("probe_told", **options) as probe:
        found = msgspec.json.decode(await probe.line(within_s=PROBE_S), type=list[float])
    if not found:
        raise RuntimeError(f"no door was told by the {chain.name} chain")
    return found


def _figures(rate: int, ours: list[list[float]], bare: list[list[float]]) -> list[Figure]:
    figures = [
        Figure(
            f"publish -> told at {rate}/s, {name}",
            "ms",
            tuple(percentile(run, share) for run in ours),
            tuple(percentile(run, share) for run in bare),
            TARGET if rate == TARGET_RATE and name == "p50" else None,
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]
    missing = tuple(float(DOORS - len(run)) for run in ours)
    return [*figures, Figure(f"not told at {rate}/s", "events", missing, target=Target(0))]


def _summary(found: list[float]) -> str:
    return f"p50 {shown(percentile(found, 0.5))} ms, p99 {shown(percentile(found, 0.99))} ms, {len(found)} told"
