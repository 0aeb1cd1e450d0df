"""The daemon killed at random instants under a steady flow: nothing lost, nothing twice, in order, and all told."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from scripts.faultwall.counting import Expected, accounts, events_of
from scripts.faultwall.wall import Row, Wall
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import SteadyPublisher, press_word, steady_publisher
from tests.parts.realtime import RealtimeApi, realtime_api
from tests.parts.waiting import until

PROTOCOLS: Final = ("5", "3.1.1")
SAME_TOPIC: Final = "home/doorbell/action"
_DOORBELL: Final = f"""
[[devices]]
id = "doorbell"
name = "Doorbell"
kind = "button"
state_topic = "{SAME_TOPIC}"
"""
PER_SECOND: Final = {BUTTON_TOPIC: 200, SAME_TOPIC: 150, DOOR_TOPIC: 150}
"""500 messages a second in all."""

WORDS: Final = {
    BUTTON_TOPIC: press_word,
    SAME_TOPIC: lambda _number: "single",
    DOOR_TOPIC: lambda number: "open" if number % 2 else "closed",
}
IDENTITIES: Final[Mapping[str, tuple[str, dict[str, str]]]] = {
    "presses": ("button_pressed", {"button": "bedside-button", "press": "any"}),
    "rings": ("button_pressed", {"button": "doorbell", "press": "single"}),
    "openings": ("door_opened", {"door": "front-door"}),
}
NEVER_LATE: Final = 'late_press_limit = "24h"'
"""On a busy machine each kill may come before the backlog is over: to the bridge all of them are one long absence."""

WITHIN_S: Final = 120.0
STARTING_S: Final = 1.5
MOMENT_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Home:
    """What runs: the broker, the daemon, and who stands in for the Realtime API."""

    broker: Mosquitto
    daemon: Daemon
    realtime: RealtimeApi


async def kill(wall: Wall) -> list[Row]:
    """Kill it many times, with either protocol."""
    return [await _killed(wall, protocol) for protocol in PROTOCOLS]


async def _killed(wall: Wall, protocol: str) -> Row:
    rounds = wall.either(short=12, long=200)
    last_rounds = wall.either(short=3, long=20)
    chance = wall.chance(f"kill {protocol}")
    async with _home(wall, protocol) as home:
        async with AsyncExitStack() as stack:
            flows = [await stack.enter_async_context(flow) for flow in _flows(home.broker)]
            for number in range(rounds):
                await _kill_somewhen(home.daemon, chance)
                if number % 20 == 19:
                    wall.say(f"   {number + 1} kills")
        sent = {topic: tuple(flow.sent) for topic, flow in zip(PER_SECOND, flows, strict=True)}
        expected = _expected(sent)
        await until(lambda: _all_in(home.daemon, expected), within_s=WITHIN_S, what="all that was sent being on disk")
        found = events_of(home.daemon.database)
        untold = [name for name in IDENTITIES for _ in range(last_rounds) if not await _told_after_a_kill(home, name)]
    said = accounts(expected, found)
    broken = (*said.broken, *(f"an event of {name} that was on disk before a kill was never told" for name in untold))
    messages = sum(map(len, sent.values()))
    done = f"{rounds} kills, {messages:,} messages at 500/s, MQTT {protocol}"
    return Row("kill -9", done, f"{said.found}; {len(untold)} untold of {last_rounds * len(IDENTITIES)}", broken)


@asynccontextmanager
async def _home(wall: Wall, protocol: str) -> AsyncIterator[Home]:
    folder = wall.fresh(f"kill-{protocol}")
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "doorbell.toml").write_text(_DOORBELL)
    broker = Mosquitto(wall.fresh(f"kill-broker-{protocol}"))
    async with realtime_api() as realtime:
        daemon = Daemon(folder, broker.port, realtime.url, mqtt=f'protocol = "{protocol}"\n{NEVER_LATE}')
        try:
            await broker.start()
            token = daemon.add_user("owner")
            await daemon.start()
            for name, (trigger, fields) in IDENTITIES.items():
                await daemon.poll(token, trigger, fields, trigger_identity=name)
            yield Home(broker, daemon, realtime)
        finally:
            daemon.close()
            broker.close()


def _flows(broker: Mosquitto) -> Iterator[AbstractAsyncContextManager[SteadyPublisher]]:
    for topic, per_second in PER_SECOND.items():
        yield steady_publisher(broker.port, topic, per_second=per_second, word=WORDS[topic])


async def _kill_somewhen(daemon: Daemon, chance: random.Random) -> None:
    """Kill it while it works, or while it starts and takes in what has gathered, and start it again."""
    if chance.random() < 1 / 3:
        await asyncio.sleep(chance.uniform(0, STARTING_S))  # the instant of the kill: any will do
    else:
        before = daemon.count_events()
        await until(lambda: daemon.count_events() > before, within_s=WITHIN_S, what="messages coming in")
        await asyncio.sleep(chance.uniform(0, MOMENT_S))
    daemon.kill()
    daemon.launch()


def _expected(sent: Mapping[str, tuple[str, ...]]) -> Expected:
    """Return the kinds that each device's timeline must have. The door's first word only tells how it stands."""
    return {
        "bedside-button": tuple(f"button.{word}" for word in sent[BUTTON_TOPIC]),
        "doorbell": tuple(f"button.{word}" for word in sent[SAME_TOPIC]),
        "front-door": tuple("contact.opened" if word == "open" else "contact.closed" for word in sent[DOOR_TOPIC][1:]),
    }


def _all_in(daemon: Daemon, expected: Expected) -> bool:
    return daemon.count_events() >= sum(map(len, expected.values()))


async def _told_after_a_kill(home: Home, name: str) -> bool:
    """Make one event, kill the daemon as soon as it is on disk, and tell whether IFTTT has heard of it all the same."""
    await until(home.daemon.is_ready, within_s=WITHIN_S, what="the daemon being ready")
    told, events = home.realtime.told.count(name), home.daemon.count_events()
    if name == "openings":
        await home.broker.publish_many(DOOR_TOPIC, ["closed", "open"])
    else:
        await home.broker.publish(BUTTON_TOPIC if name == "presses" else SAME_TOPIC, "single")
    await until(lambda: home.daemon.count_events() > events, what="the event being on disk")
    home.daemon.kill()
    await home.daemon.start()
    try:
        await until(lambda: home.realtime.told.count(name) > told, what="the event being told")
    except AssertionError:
        return False
    return True
