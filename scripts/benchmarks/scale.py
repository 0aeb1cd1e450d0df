"""The same work with a thousand and ten million events, with one and a hundred thousand identities, side by side."""

import asyncio
import contextlib
import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import aiohttp
import aiomqtt  # noqa: TID251 -- a device, which has nothing of the daemon
import msgspec

from bridge.homes.user import Home
from bridge.ifttt.identities import Identities
from bridge.ifttt.service import timeline_of
from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.timeline.batch import Batch
from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon, door, poll_headers, topic
from scripts.benchmarks.idle import ready_after_s
from scripts.benchmarks.many_events import (
    BELL,
    CLIENT,
    DOORS,
    HOME,
    TIME_MS,
    entry_of,
    fill_events,
    fill_identities,
    take_away,
)
from scripts.benchmarks.programs import resident_mb
from scripts.benchmarks.report import Figure, Target, shown

FEW_EVENTS, MANY_EVENTS = 1_000, 10_000_000
ONE_IDENTITY, MANY_IDENTITIES = 1, 100_000
WITHIN = Target(1.3, of_floor=True)
AT_LEAST = Target(1 / 1.3, at_least=True, of_floor=True)
START = Target(1.2)

SETTLE_S = 3.0
POLLS = 200
LIMITS = range(50, 40, -1)
"""A question with another limit is another question: each of these is read anew from the disk after an event."""

EVENTS = 40
START_WITHIN_S = 120.0
GIVE_UP_S = 30.0
_STATE = "SELECT value FROM entity_states WHERE entity = ?"
BATCH, BATCHES = 100, 30
MATCHES = 20_000
HIDDEN = 5
"""So many doors one of the two people does not see."""

_BELL = f"""
[[devices]]
id = "{BELL}"
name = "Bell"
kind = "button"
state_topic = "home/{BELL}/action"
"""
QUESTIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "one door": ("whole", "door_opened", {"door": door(0)}),
    "any door": ("whole", "door_opened", {"door": "any"}),
    "any door, some hidden": ("partly", "door_opened", {"door": "any"}),
    "a rare press": ("whole", "button_pressed", {"button": BELL, "press": "triple"}),
    "any press": ("whole", "button_pressed", {"button": "any", "press": "any"}),
}

Found = defaultdict[str, list[float]]


@dataclass(slots=True)
class Side:
    """A daemon on a database of some size."""

    name: str
    daemon: DoorDaemon
    broker: Broker
    tokens: dict[str, str]
    found: Found


async def scale(bench: Bench) -> Sequence[Figure]:
    """Measure three daemons in turn: a small one, one with many events, one with many identities."""
    async with AsyncExitStack() as stack:
        small = await _side(bench, stack, "small", FEW_EVENTS, ONE_IDENTITY)
        events = await _side(bench, stack, f"{MANY_EVENTS:,} events", MANY_EVENTS, ONE_IDENTITY)
        identities = await _side(bench, stack, f"{MANY_IDENTITIES:,} identities", FEW_EVENTS, MANY_IDENTITIES)
        sides = (small, events, identities)
        for run in bench.each_run("scale"):
            for side in sides if run % 2 == 0 else reversed(sides):
                await _measure(side)
                said = ", ".join(f"{name} {shown(values[-1])}" for name, values in side.found.items())
                bench.say(f"  {side.name}: {said}")
    return [
        *(Figure(f"{_name(what)}, small", _unit(what), tuple(values)) for what, values in small.found.items()),
        *(_figure(side, small, what) for side in (events, identities) for what in side.found),
        Figure("start -> ready with many events", "s", tuple(events.found["start -> ready/s"]), target=START),
    ]


def _figure(side: Side, small: Side, what: str) -> Figure:
    target = AT_LEAST if _unit(what) == "rows/s" else WITHIN
    return Figure(f"{_name(what)}, {side.name}", _unit(what), tuple(side.found[what]), tuple(small.found[what]), target)


def _name(what: str) -> str:
    return what.rpartition("/")[0] if _unit(what) != "rows/s" else what.removesuffix("/rows/s")


def _unit(what: str) -> str:
    return "rows/s" if what.endswith("rows/s") else what.rpartition("/")[2]


async def _side(bench: Bench, stack: AsyncExitStack, name: str, events: int, identities: int) -> Side:
    folder = bench.fresh(name.replace(" ", "-").replace(",", ""))
    broker = Broker(folder)
    stack.callback(broker.close)
    await broker.start()
    daemon = DoorDaemon(folder, broker.port, doors=DOORS, more=_BELL, storage='max_size = "1TB"')
    stack.callback(daemon.close)
    daemon.database.parent.mkdir()
    tokens = await _people(daemon)
    bench.say(f"{name}: making {events:,} events")
    await asyncio.to_thread(fill_events, daemon.database, events)
    fill_identities(daemon.database, identities)
    take_away(daemon.database, "partly", [door(DOORS - 1 - number) for number in range(HIDDEN)])
    return Side(name, daemon, broker, tokens, defaultdict(list))


async def _people(daemon: DoorDaemon) -> dict[str, str]:
    """Make the database with two people in it, and return their tokens."""
    tokens = {name: mint_token() for name in ("whole", "partly")}
    async with open_database(daemon.database) as database:
        await migrate(database)
        accounts = Accounts(database)
        await accounts.keep_homes([Home(HOME, "Home")])
        for name, token in tokens.items():
            user = await accounts.add_user(name, HOME, password_hash=None, now_ms=TIME_MS)
            await accounts.add_token(digest_of(token), user, client=CLIENT, now_ms=TIME_MS)
    return tokens


async def _measure(side: Side) -> None:
    daemon, found = side.daemon, side.found
    found["start -> ready/s"].append(await ready_after_s(daemon, give_up_s=START_WITHIN_S))
    await asyncio.sleep(SETTLE_S)
    found["resident memory/MB"].append(resident_mb(daemon.pid))
    async with aiohttp.ClientSession() as session:
        found["poll, unchanged/ms"].append(median([await _poll(session, side, "one door") for _ in range(POLLS)]))
        fresh: defaultdict[str, list[float]] = defaultdict(list)
        committed: list[float] = []
        words = ["open", "closed"]
        names = list(QUESTIONS)
        database = f"file:{daemon.database}?mode=ro"
        async with aiomqtt.Client("127.0.0.1", side.broker.port) as device:
            with contextlib.closing(sqlite3.connect(database, uri=True)) as looking:
                await _happens(device, looking, words[-1])  # whatever it was before
                for number in range(EVENTS):
                    await device.publish(f"home/{BELL}/action", "single", qos=1)
                    committed.append(await _happens(device, looking, words[number % 2]))
                    name = names[number % len(names)]
                    fresh[name].extend([await _poll(session, side, name, limit) for limit in LIMITS])
    found["publish -> committed/ms"].append(median(committed))
    for name, values in fresh.items():
        found[f"fresh poll, {name}/ms"].append(median(values))
    daemon.stop()
    await _in_process(side)


async def _poll(session: aiohttp.ClientSession, side: Side, name: str, limit: int = 50) -> float:
    """Poll as a test, which leaves no identity behind, and return the milliseconds."""
    user, trigger, fields = QUESTIONS[name]
    body = msgspec.json.encode({"triggerFields": fields, "limit": limit})
    began = time.perf_counter()
    url = f"{side.daemon.url}/triggers/{trigger}"
    async with session.post(url, data=body, headers=poll_headers(side.tokens[user])) as response:
        content = await response.read()
    took_ms = (time.perf_counter() - began) * 1000
    answer: Any = msgspec.json.decode(content)
    if len(answer.get("data", ())) != limit:
        raise RuntimeError(f"{side.name}, {name}: not {limit} items: {content[:300]!r}")
    return took_ms


async def _happens(device: aiomqtt.Client, database: sqlite3.Connection, word: str) -> float:
    """Let the first door open or close, and return after how many milliseconds that is on disk."""
    began = time.perf_counter()
    await device.publish(topic(door(0)), word, qos=1)
    while database.execute(_STATE, (door(0),)).fetchone() != (word,):
        if time.perf_counter() - began > GIVE_UP_S:
            raise RuntimeError("an event is not on disk")
        await asyncio.sleep(0)
    return (time.perf_counter() - began) * 1000


async def _in_process(side: Side) -> None:
    """Commit and match without the daemon around it."""
    async with open_database(side.daemon.database) as database:
        journal = Journal(database)
        next_seq = (await journal.load()).next_seq
        identities = Identities(await TriggerIdentities(database, timeline_of).load())
        batches = [
            Batch(tuple(entry_of(next_seq + number * BATCH + n, n) for n in range(BATCH))) for number in range(BATCHES)
        ]
        began = time.perf_counter()
        for batch in batches:
            await journal.commit(batch)
        side.found[f"commit of {BATCH}/rows/s"].append(BATCH * BATCHES / (time.perf_counter() - began))
    event = entry_of(0, 0).event
    began = time.perf_counter()
    for _ in range(MATCHES):
        identities.concerned(event)
    side.found["which identities an event concerns/us"].append((time.perf_counter() - began) * 1e6 / MATCHES)
