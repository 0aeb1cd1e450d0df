"""A crowd of events behind an upstream that is dead, and a thousand devices that flap: what must not grow, does not."""

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp

from scripts.benchmarks.home import TRIGGER, Broker, DoorDaemon, door, poll_body, poll_headers, register, topic
from scripts.benchmarks.report import percentile
from scripts.faultwall.wall import Row, Wall
from tests.parts.flood import Flood, flooding
from tests.parts.moody_realtime import MoodyRealtime, answers, moody_realtime
from tests.parts.scrape import scrape
from tests.parts.vitals import sizes_mb, vitals
from tests.parts.waiting import until

DOORS: Final = 1000
AT_ONCE: Final = 2000
MOST_AHEAD: Final = 40_000
"""So many may wait at the broker: it must not run out of room for a daemon that is behind."""

BURST: Final = 20
STANDSTILL_S: Final = 60.0
TOLD_WITHIN_S: Final = 120.0
MOST_MB: Final = 90.0
"""An idle daemon has some 50 MB, a thousand doors with their identities 8, a full intake and the batches under way 10,
the page caches of the database 8: above 80 something grows that should not. The rest is what the allocator keeps."""

CHANGES: Final = 60
"""Each of the flapping doors opens half as often: more than an identity may be told of at once."""


@dataclass(slots=True)
class _Crowd:
    """What all parts share. `sent`: changes published; `rounds`: how often all doors have moved."""

    daemon: DoorDaemon
    flood: Flood
    api: MoodyRealtime
    token: str
    user: str
    sent: int = 0
    rounds: int = 0

    def identities_told(self) -> set[str]:
        """Return whom IFTTT was told of; if it was of the user, then all of them."""
        every = {door(number) for number in range(DOORS)}
        return every if self.user in self.api.users(_KEY) else self.api.identities(_KEY)

    async def metric(self, name: str) -> float:
        """Return one that has no labels."""
        return (await scrape(self.daemon.private_port)).value(f"ifttt_bridge_{name}")


_KEY: Final = "a-service-key-for-tests"


async def backlog(wall: Wall) -> Sequence[Row]:
    """Let a hundred thousand events gather, a million in the long form; then let the devices flap while all is well."""
    events = wall.either(short=100_000, long=1_000_000)
    async with _crowd(wall) as crowd:
        wall.say("  all doors are waited for")
        behind = await _behind_a_dead_upstream(crowd, events)
        wall.say(f"  {behind.found}")
        flapping = await _flapping(crowd, wall.either(short=CHANGES, long=10 * CHANGES))
    return behind, flapping


async def _behind_a_dead_upstream(crowd: _Crowd, events: int) -> Row:
    before = vitals(crowd.daemon.pid)
    crowd.api.moods[_KEY] = answers(503)
    began_s = time.monotonic()
    async with _polling(crowd) as polls:
        await _flap(crowd, events // DOORS)
        took_s = time.monotonic() - began_s
    broken = _wrong_count(crowd) + polls.broken
    owed = await crowd.metric("identities_owed")
    if owed != DOORS:
        broken.append(f"{owed:.0f} debts instead of one for each of {DOORS} identities")
    if crowd.api.told[_KEY]:
        broken.append("something counts as told although nothing was taken")
    if await crowd.daemon.is_ready():
        broken.append("health is green although nothing can be told")
    attempts = len(crowd.api.attempts[_KEY])
    crowd.api.moods.clear()
    broken += await _all_told(crowd)
    after = vitals(crowd.daemon.pid)
    if after.most_mb > MOST_MB:
        broken.append(f"{after.most_mb:.0f} MB of memory at the most; {MOST_MB:.0f} are allowed")
    database_mb, wal_mb = sizes_mb(crowd.daemon.database)
    found = (
        f"{events / took_s:,.0f} events/s on disk, {owed:.0f} debts, {attempts} attempts, all told; "
        f"{before.rss_mb:.0f} MB before, {after.most_mb:.0f} at the most, {after.rss_mb:.0f} after; "
        f"database {database_mb:.0f} MB, WAL {wal_mb:.0f} MB; "
        f"{len(polls.took_ms)} polls meanwhile, p50 {percentile(polls.took_ms, 0.5):.0f} p99 "
        f"{percentile(polls.took_ms, 0.99):.0f} ms"
    )
    return Row("dead upstream", f"{events:,} events behind it, {DOORS} identities", found, tuple(broken))


async def _flapping(crowd: _Crowd, changes: int) -> Row:
    """Let all doors flap while IFTTT takes everything: it is asked to look at each so often and not more."""
    counts: Counter[str] = Counter()
    crowd.api.on_told = lambda entry, _now_s: counts.update((entry[1],))
    crowd.api.told.clear()
    began_s = time.monotonic()
    held_before = await crowd.metric("identities_held_back_total")
    await _flap(crowd, changes)
    broken = _wrong_count(crowd) + await _all_told(crowd)
    took_s = time.monotonic() - began_s
    after = vitals(crowd.daemon.pid)
    held = await crowd.metric("identities_held_back_total") - held_before
    most = max(counts.values(), default=0)
    if most > BURST + took_s + 1:
        broken.append(f"one was told of {most} times within {took_s:.0f} s")
    if after.most_mb > MOST_MB:
        broken.append(f"{after.most_mb:.0f} MB of memory at the most; {MOST_MB:.0f} are allowed")
    found = (
        f"told {sum(counts.values()):,} times of {len(counts)}, of one {most} times at the most in {took_s:.0f} s, "
        f"{held:,.0f} times held back, all told in the end; {after.most_mb:.0f} MB at the most"
    )
    return Row("flapping", f"{DOORS} devices, {changes} changes each", found, tuple(broken))


@contextlib.asynccontextmanager
async def _crowd(wall: Wall) -> AsyncIterator[_Crowd]:
    async with contextlib.AsyncExitStack() as stack:
        broker = Broker(wall.fresh("backlog-broker"))
        stack.callback(broker.close)
        await broker.start()
        api = await stack.enter_async_context(moody_realtime())
        daemon = DoorDaemon(wall.fresh("backlog-daemon"), broker.port, realtime_url=api.url, doors=DOORS)
        stack.callback(daemon.close)
        token = daemon.add_user("anna")
        await daemon.start()
        flood = await stack.enter_async_context(flooding(broker.port))
        await flood.publish((topic(door(number)), "closed") for number in range(DOORS))
        await until(lambda: daemon.knows(door(DOORS - 1)), what="the doors being known")
        await register(daemon, token, [door(number) for number in range(DOORS)])
        user = (await daemon.get("user/info", token))["id"]
        yield _Crowd(daemon, flood, api, token, user)


async def _flap(crowd: _Crowd, rounds: int) -> None:
    """Let all doors move so often, and wait until it is all on disk. The broker never gets more than it holds."""
    messages = _movements(crowd, rounds)
    while batch := list(itertools.islice(messages, AT_ONCE)):
        await _on_disk(crowd, lambda: crowd.sent - MOST_AHEAD)
        await crowd.flood.publish(batch)
        crowd.sent += len(batch)
    with contextlib.suppress(AssertionError):
        await _on_disk(crowd, lambda: crowd.sent)


def _movements(crowd: _Crowd, rounds: int) -> Iterator[tuple[str, str]]:
    for _ in range(rounds):
        crowd.rounds += 1
        word = "open" if crowd.rounds % 2 else "closed"
        yield from ((topic(door(number)), word) for number in range(DOORS))


async def _on_disk(crowd: _Crowd, count: Callable[[], int]) -> None:
    """Wait as long as it goes on at all."""
    before = -1
    while (there := _newest(crowd)) < count():
        if there == before:
            await until(lambda there=there: _newest(crowd) > there, within_s=STANDSTILL_S)  # type: ignore[misc]
        before = there
        await asyncio.sleep(0.05)


def _newest(crowd: _Crowd) -> int:
    """Return the newest sequence number: quicker than counting, and the same as long as nothing is twice or missing."""
    with crowd.daemon.reader() as connection:
        newest: int = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        return newest


def _wrong_count(crowd: _Crowd) -> list[str]:
    count = crowd.daemon.count_events()
    return [] if count == crowd.sent else [f"{crowd.sent} changes were published, {count} are in the timeline"]


async def _all_told(crowd: _Crowd) -> list[str]:
    """Return who was not told in the end."""
    with contextlib.suppress(AssertionError):
        await until(lambda: _settled(crowd), within_s=TOLD_WITHIN_S)
    missing = DOORS - len(crowd.identities_told())
    broken = [f"{missing} of {DOORS} identities were never told"] if missing else []
    if owed := await crowd.metric("identities_owed"):
        broken.append(f"{owed:.0f} identities are still owed")
    return broken


async def _settled(crowd: _Crowd) -> bool:
    return await crowd.metric("identities_owed") == 0 and len(crowd.identities_told()) == DOORS


@dataclass(slots=True)
class _Polls:
    took_ms: list[float]
    broken: list[str]


@contextlib.asynccontextmanager
async def _polling(crowd: _Crowd) -> AsyncIterator[_Polls]:
    """Poll one door after the other while the context lasts."""
    polls = _Polls([], [])
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(_poll(crowd, polls))
        try:
            yield polls
        finally:
            running.cancel()


async def _poll(crowd: _Crowd, polls: _Polls) -> None:
    url, headers = f"{crowd.daemon.url}/triggers/{TRIGGER}", poll_headers(crowd.token)
    async with aiohttp.ClientSession() as session:
        for number in itertools.count():
            began_s = time.perf_counter()
            async with session.post(url, data=poll_body(door(number * 7 % DOORS)), headers=headers) as answer:
                await answer.read()
                if answer.status != 200 and not polls.broken:
                    polls.broken.append(f"a poll was answered with {answer.status}")
            polls.took_ms.append((time.perf_counter() - began_s) * 1000)
            await asyncio.sleep(0.02)
