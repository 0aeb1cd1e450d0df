"""Publish -> told: from a button's message to the request that tells IFTTT, behind TLS; beside a bare chain."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec

from bridge.oauth.tokens import digest_of, mint_token
from bridge.realtime.recipients import MOST_BY_IDENTITY
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database
from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import PRESSED, Broker, DoorDaemon, button, register
from scripts.benchmarks.programs import Program, cpu_us, program, resident_mb
from scripts.benchmarks.report import Figure, Target, percentile, shown
from tests.parts.certificates import Authority
from tests.parts.ports import free_port

BUTTONS = 1000
EVENTS = {1: 5, 10: 50, 100: 500, 1000: 3000, 10_000: 20_000}
"""How many presses at how many a second; the most are as many of each button as IFTTT is told of without a pause."""

PACED, FASTEST = 100, 10_000
WARM_UP = 200
AFTER_BURST_S = 21.0
"""Until every button may be told of so often again."""

LINE_S = 120.0
AS_FLOOR = Target(2.2, of_floor=True)
P99 = {1000: Target(5), FASTEST: Target(10)}
MEMORY = Target(80)


class Order(msgspec.Struct, frozen=True):
    """What to press: how many times, beginning with which button of how many, where, how fast."""

    broker: int
    events: int
    per_second: float
    start: int = 0
    buttons: int = BUTTONS
    one_at_a_time: bool = False


class Found(msgspec.Struct, frozen=True):
    """What came of it. `untold`: presses that no request came after; `cpu_us`: what one cost the probe itself."""

    latencies_ms: list[float]
    untold: int
    rate: float
    cpu_us: float

    def __str__(self) -> str:
        p50, p99 = (shown(percentile(self.latencies_ms, share)) for share in (0.5, 0.99))
        missing = f", {self.untold} NOT told" if self.untold else ""
        return f"p50 {p50} ms, p99 {p99} ms{missing}; offered {shown(self.rate)}/s for {self.cpu_us:.0f} us each"


@dataclass(slots=True)
class Stage:
    """Both chains, and the probe at their ends. `burst_s`: when the last fast run ended."""

    daemon: DoorDaemon
    broker: Broker
    bare_broker: Broker
    probe: Program
    burst_s: float = float("-inf")
    pressed: int = 0

    async def press(self, per_second: int, events: int) -> Found:
        """Press while the daemon listens."""
        await asyncio.sleep(self.burst_s + AFTER_BURST_S - time.monotonic())
        order = Order(self.broker.port, events, per_second, self.pressed)
        self.pressed += events
        found = await self._ask(order)
        if per_second == FASTEST:
            self.burst_s = time.monotonic()
        return found

    async def floor(self) -> Found:
        """Press while the bare chain listens, the next when it has told of the last."""
        return await self._ask(Order(self.bare_broker.port, EVENTS[PACED], PACED, one_at_a_time=True))

    async def _ask(self, order: Order) -> Found:
        self.probe.say(msgspec.json.encode(order))
        found = msgspec.json.decode(await self.probe.line(within_s=LINE_S), type=Found)
        if not found.latencies_ms:
            raise RuntimeError("no press was told")
        return found


async def told(bench: Bench) -> Sequence[Figure]:
    """Measure the bare chain, then the daemon at each rate, in every run."""
    floors: list[Found] = []
    found: defaultdict[int, list[Found]] = defaultdict(list)
    spent: defaultdict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        stage = await build_stage(bench, stack)
        await stage.press(PACED, WARM_UP)
        for _ in bench.each_run("told"):
            floors.append(await stage.floor())
            bench.say(f"  floor, one at a time: {floors[-1]}")
            for rate, events in EVENTS.items():
                before_us = cpu_us(stage.daemon.pid)
                found[rate].append(await stage.press(rate, events))
                if rate == FASTEST:
                    spent["CPU"].append((cpu_us(stage.daemon.pid) - before_us) / events)
                    spent["MB"].append(resident_mb(stage.daemon.pid))
                bench.say(f"  {rate}/s: {found[rate][-1]}")
    return [*_figures(found, floors), *_costs(spent, found[FASTEST])]


async def build_stage(bench: Bench, stack: AsyncExitStack, *, module: tuple[str, ...] = ("bridge",)) -> Stage:
    """Start everything, and let IFTTT wait for every button. `module`: what the daemon is."""
    authority = Authority(bench.fresh("certificates"))
    certificate = authority.issue("realtime")
    trust = {"SSL_CERT_FILE": str(authority.own.file)}
    listen = free_port()
    url = f"https://127.0.0.1:{listen}/v1/notifications"
    probe = await stack.enter_async_context(
        program("probe_told", listen=listen, certificate=certificate.file, key=certificate.key)
    )
    await probe.line(within_s=LINE_S)
    broker, bare_broker = Broker(bench.fresh("broker")), Broker(bench.fresh("bare-broker"))
    for each in (broker, bare_broker):
        stack.callback(each.close)
        await each.start()
    file = bench.folder / "bare-chain"
    bare = program("bare_chain", trust, broker=bare_broker.port, url=url, file=file)
    await (await stack.enter_async_context(bare)).line(within_s=LINE_S)
    daemon = DoorDaemon(
        bench.fresh("daemon"),
        broker.port,
        realtime_url=url,
        doors=0,
        buttons=BUTTONS,
        environment=trust,
        module=module,
    )
    stack.callback(daemon.close)
    daemon.add_user("bench")
    tokens = await _users(daemon)
    await daemon.start()
    for number, token in enumerate(tokens):
        own = range(number * MOST_BY_IDENTITY, (number + 1) * MOST_BY_IDENTITY)
        await register(daemon, token, [button(each) for each in own], trigger=PRESSED)
    return Stage(daemon, broker, bare_broker, probe)


async def _users(daemon: DoorDaemon) -> list[str]:
    """Add users and return a token of each: so many that none is ever told of as such, but by identity each time."""
    tokens = [mint_token() for _ in range(BUTTONS // MOST_BY_IDENTITY)]
    async with open_database(daemon.database) as database:
        accounts = Accounts(database)
        home = (await accounts.users())[0].home
        for number, token in enumerate(tokens):
            user = await accounts.add_user(f"user-{number}", home, password_hash=None, now_ms=0)
            await accounts.add_token(digest_of(token), user, client="", now_ms=0)
    return tokens


def _figures(found: Mapping[int, list[Found]], floors: list[Found]) -> Iterator[Figure]:
    for rate, runs in found.items():
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            floor = tuple(percentile(each.latencies_ms, share) for each in floors) if rate == PACED else ()
            target = P99.get(rate) if name == "p99" else AS_FLOOR if rate == PACED else None
            values = tuple(percentile(each.latencies_ms, share) for each in runs)
            yield Figure(f"publish -> told at {rate}/s, {name}", "ms", values, floor, target)
        missing = tuple(float(each.untold) for each in runs)
        yield Figure(f"- not told at {rate}/s", "events", missing, target=Target(0))


def _costs(spent: Mapping[str, list[float]], fastest: list[Found]) -> Iterator[Figure]:
    yield Figure("- offered at that rate", "events/s", tuple(each.rate for each in fastest))
    yield Figure("- CPU of the daemon", "us/event", tuple(spent["CPU"]))
    yield Figure("- CPU of the probe", "us/event", tuple(each.cpu_us for each in fastest))
    yield Figure("- resident memory of the daemon", "MB", tuple(spent["MB"]), target=MEMORY)
