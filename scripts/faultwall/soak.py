"""Half an hour of an ordinary, busy home: does anything grow that must not?

Doors open and close at a steady rate, IFTTT is told and polls, a lamp is switched, the connection to the broker breaks
now and then, the configuration is read again. What is measured meanwhile must be as flat at the end as in the middle.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field

import aiohttp

from scripts.benchmarks.home import TRIGGER, Broker, DoorDaemon, door, poll_body, poll_headers, register
from scripts.benchmarks.wire import Publisher, publishing
from scripts.faultwall.flat import Sample, figures, not_flat, sample_of
from scripts.faultwall.wall import Row, Wall
from tests.parts.moody_realtime import Entry, MoodyRealtime, moody_realtime
from tests.parts.relay import Relay, relay_to
from tests.parts.scrape import scrape
from tests.parts.tokens import more_users
from tests.parts.waiting import until

DOORS = 200
USERS = 10
"""No user has more identities than are told one by one."""

PER_SECOND = 200
TICK_S = 0.02
SETTLED_WITHIN_S = 60.0

_LAMP = """
[[devices]]
id = "lamp"
name = "Lamp"
kind = "light"
state_topic = "home/lamp/state"
command_topic = "home/lamp/set"
"""
_SHED = '[[devices]]\nid = "shed"\nname = "Shed"\nkind = "contact"\nstate_topic = "home/shed/state"\n'


@dataclass
class _Home:
    """What the tasks share. `sent`: messages that make an event; `waiting`: when each door opened that is not told."""

    daemon: DoorDaemon
    relay: Relay
    publisher: Publisher
    tokens: Sequence[str]
    waiting: dict[str, float] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)
    sent: int = 0
    polls: int = 0
    actions: int = 0
    reloads: int = 0
    cuts: int = 0
    wrong: list[str] = field(default_factory=list)

    def told(self, entry: Entry, now_s: float) -> None:
        """Note how long a door took to be told."""
        since_s = self.waiting.pop(entry[1], None)
        if since_s is not None:
            self.latencies_ms.append((now_s - since_s) * 1000)

    def token_of(self, number: int) -> str:
        """Return the token of whoever waits for a door."""
        return self.tokens[number * USERS // DOORS]


async def soak(wall: Wall) -> Sequence[Row]:
    """Live for half an hour; a minute in the short form, when memory has not even warmed up: it shows no more than that
    all arrives.
    """  # noqa: D205 -- one sentence
    lasts_s, every_s = wall.either(short=60.0, long=1800.0), wall.either(short=2.0, long=10.0)
    now_and_then_s = wall.either(short=10.0, long=60.0)
    async with _home(wall) as home:
        samples: list[Sample] = []
        began_s = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(each) for each in _lives(home, now_and_then_s)]
            while (lasted_s := time.monotonic() - began_s) < lasts_s:
                await asyncio.sleep(every_s)
                latencies, home.latencies_ms = home.latencies_ms, []
                samples.append(await sample_of(home.daemon, latencies, samples[-1:], lasted_s=lasted_s + every_s))
                wall.say(f"  {samples[-1]}")
            for task in running:
                task.cancel()
        broken = await _all_arrived(home)
    broken += home.wrong[:5] + (not_flat(samples) if wall.long else [])
    rate = home.sent / (time.monotonic() - began_s)
    done = (
        f"{lasts_s / 60:.0f} min, {rate:.0f} events/s over {DOORS} doors, {home.polls} polls, {home.actions} actions, "
        f"{home.cuts} broken connections, {home.reloads} reloads"
    )
    return (Row("soak", done, f"{home.sent} events, all there and told; {figures(samples)}", tuple(broken)),)


@contextlib.asynccontextmanager
async def _home(wall: Wall) -> AsyncIterator[_Home]:
    async with contextlib.AsyncExitStack() as stack:
        broker = Broker(wall.fresh("soak-broker"))
        stack.callback(broker.close)
        await broker.start()
        relay = await stack.enter_async_context(relay_to(broker.port))
        api = await stack.enter_async_context(moody_realtime())
        api.keep_attempts = False
        folder = wall.fresh("soak-daemon")
        daemon = DoorDaemon(folder, relay.port, realtime_url=api.url, doors=DOORS, more=_LAMP)
        stack.callback(daemon.close)
        tokens = [daemon.add_user("user-0")]
        tokens += await more_users(daemon.database, "user-0", [f"user-{number}" for number in range(1, USERS)])
        await daemon.start()
        publisher = await stack.enter_async_context(publishing(broker.port))
        yield await _moved_in(_Home(daemon, relay, publisher, tokens), api)


async def _moved_in(home: _Home, api: MoodyRealtime) -> _Home:
    """Close all doors, and let IFTTT wait for each of them."""
    for number in range(DOORS):
        home.publisher.publish(door(number), "closed")
    await until(lambda: home.daemon.knows(door(DOORS - 1)), what="the doors being known")
    of_each = DOORS // USERS
    for user, token in enumerate(home.tokens):
        await register(home.daemon, token, [door(n) for n in range(user * of_each, (user + 1) * of_each)])
    api.on_told = home.told
    return home


def _lives(home: _Home, now_and_then_s: float) -> Sequence[Coroutine[None, None, None]]:
    return (
        _doors(home),
        _polls(home),
        _actions(home),
        _now_and_then(now_and_then_s, lambda: _cut(home)),
        _now_and_then(now_and_then_s * 1.5, lambda: _reload(home)),
    )


async def _doors(home: _Home) -> None:
    """Open and close one door after the other, in time: who is late catches up."""
    began_s = time.monotonic()
    for number in itertools.count():
        if (ahead_s := began_s + number / PER_SECOND - time.monotonic()) > TICK_S:
            await asyncio.sleep(TICK_S)
        elif number % PER_SECOND == 0 or ahead_s < -1:
            await asyncio.sleep(0)
        which, opens = door(number % DOORS), (number // DOORS) % 2 == 0
        if opens:
            home.waiting.setdefault(which, time.monotonic())
        home.publisher.publish(which, "open" if opens else "closed")
        home.sent += 1


async def _polls(home: _Home) -> None:
    async with aiohttp.ClientSession() as session:
        for number in itertools.count():
            which = number * 7 % DOORS
            headers = poll_headers(home.token_of(which))
            url = f"{home.daemon.url}/triggers/{TRIGGER}"
            async with session.post(url, data=poll_body(door(which)), headers=headers) as response:
                if response.status != 200:
                    home.wrong.append(f"a poll was answered with {response.status}")
                await response.read()
            home.polls += 1
            await asyncio.sleep(0.05)


async def _actions(home: _Home) -> None:
    for number in itertools.count():
        which = "turn_on_light" if number % 2 else "turn_off_light"
        status, body = await home.daemon.post(f"actions/{which}", home.tokens[0], {"actionFields": {"light": "lamp"}})
        if status not in {200, 503}:  # 503: while the connection is broken nothing is sent, and IFTTT asks again
            home.wrong.append(f"an action was answered with {status}: {body}")
        home.actions += status == 200
        await asyncio.sleep(1.0)


async def _now_and_then(every_s: float, act: Callable[[], Coroutine[None, None, None]]) -> None:
    while True:
        await asyncio.sleep(every_s)
        await act()


async def _cut(home: _Home) -> None:
    home.relay.cut()
    home.cuts += 1


async def _reload(home: _Home) -> None:
    home.daemon.more = _LAMP if home.reloads % 2 else _LAMP + _SHED
    home.daemon.write_config()
    await home.daemon.reload()
    home.reloads += 1


async def _all_arrived(home: _Home) -> list[str]:
    """Return what is missing once all has come to rest."""
    await home.publisher.settle()
    broken: list[str] = []
    with contextlib.suppress(AssertionError):
        await until(lambda: home.daemon.count_events() >= home.sent, within_s=SETTLED_WITHIN_S)
    with contextlib.suppress(AssertionError):
        await until(lambda: not home.waiting, within_s=SETTLED_WITHIN_S)
    count = home.daemon.count_events()
    said = await scrape(home.daemon.private_port)
    if count != home.sent:
        broken.append(
            f"{home.sent} changes were published, and {count} are in the timeline; the daemon has had "
            f"{said.value('ifttt_bridge_broker_connections_total'):.0f} connections, "
            f"{home.daemon.log.count('resumed=False')} of them with a new session, and recognised "
            f"{said.value('ifttt_bridge_messages_total', outcome='repeated'):.0f} repeats"
        )
    if home.waiting:
        broken.append(f"{len(home.waiting)} openings were never told, {min(home.waiting)} among them")
    owed = said.value("ifttt_bridge_identities_owed")
    if owed:
        broken.append(f"{owed:.0f} identities are still owed")
    return broken
