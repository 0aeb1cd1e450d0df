"""A crash before and after each step of an event and of a command: what must hold at every point.

Each crash meets a daemon that has taken in everything before it; the next start, with the next crash planted and not
yet armed, shows what became of it.
"""

import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Final

import aiohttp
import msgspec

from scripts.faultwall.counting import Events, accounts, events_of, outcomes_of, told_seqs
from scripts.faultwall.crashing import ARM
from scripts.faultwall.wall import Row, Wall
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_COMMAND_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.realtime import RealtimeApi, realtime_api
from tests.parts.waiting import until

STEPS: Final = {
    "receive": "bridge.mqtt.intake:Intake.put",
    "interpret": "bridge.mqtt.interpreter:Interpreter.go_on",
    "insert": "bridge.storage.journal:_commit",
    "commit": "bridge.storage.journal:Journal.commit",
    "PUBACK": "bridge.mqtt.connection:Connection.acknowledge",
    "notify": "bridge.realtime.client:RealtimeClient.notify",
    "mark told": "bridge.realtime.owed:Owed.told",
    "note told": "bridge.storage.journal:move_told",
    "command row": "bridge.storage.commands:Commands.record",
    "publish": "bridge.mqtt.connection:Connection.publish",
    "confirm": "bridge.mqtt.outbound:Outbound.observe",
    "note outcome": "bridge.storage.commands:Commands.note",
}
IDENTITIES: Final = {
    "presses": ("button_pressed", {"button": "bedside-button", "press": "any"}, "button."),
    "openings": ("door_opened", {"door": "front-door"}, "contact.opened"),
}
PRESSES: Final = 4
WITHIN_S: Final = 60.0
CRASH_S: Final = 20.0
PRESS_EVERY_S: Final = 1.0
MORE_PRESSES: Final = 10


@dataclass(frozen=True, slots=True)
class Crash:
    """Where one is planted."""

    step: str
    when: str
    nth: int

    def __str__(self) -> str:
        return f"{self.when} {self.step}" + (f", call {self.nth}" if self.nth > 1 else "")

    @property
    def launcher(self) -> tuple[str, ...]:
        """The program that plants it."""
        return (sys.executable, "-m", "scripts.faultwall.crashing", STEPS[self.step], self.when, str(self.nth))


@dataclass(slots=True)
class Stage:
    """What runs, what it was given, and what was wrong. `told`: how often of each identity before the crash."""

    broker: Mosquitto
    daemon: Daemon
    realtime: RealtimeApi
    token: str
    listener: Listener
    presses: list[str] = field(default_factory=list)
    doors: list[str] = field(default_factory=list)
    request: int = 0
    told: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


async def steps(wall: Wall) -> list[Row]:
    """Plant one crash after the other in the life of one home."""
    crashes = list(_crashes(wall.chance("steps"), most=wall.either(short=1, long=4)))
    async with _stage(wall) as stage:
        stage.daemon.launcher = crashes[0].launcher
        await stage.daemon.start()
        for number, crash in enumerate(crashes):
            wall.say(f"   {number + 1} of {len(crashes)}: {crash}")
            await _crash(stage, crash)
            stage.daemon.launcher = crashes[number + 1].launcher if number + 1 < len(crashes) else ()
            await _recover(stage, crash)
        lost = _compare(stage, "at the end")
        twice = [level for level, times in _levels(stage).items() if times > 1]
        stage.broken.extend(f"a command was published twice: brightness {level}" for level in twice)
    done = f"{len(crashes)} crashes at {len(STEPS)} steps, {stage.request} commands"
    return [Row("crash at a step", done, lost, tuple(stage.broken))]


def _crashes(chance: random.Random, *, most: int) -> Iterator[Crash]:
    """The first call always; further ones by chance: each is reached by the presses of one round, and a few more."""
    once = {"command row", "publish", "note outcome"}  # there is one command a round
    for step, when in product(STEPS, ("before", "after")):
        others = [] if step in once else chance.sample(range(2, PRESSES + 1), most - 1)
        for nth in (1, *others):
            yield Crash(step, when, nth)


@asynccontextmanager
async def _stage(wall: Wall) -> AsyncIterator[Stage]:
    broker = Mosquitto(wall.fresh("steps-broker"))
    await broker.start()
    async with realtime_api() as realtime:
        daemon = Daemon(wall.fresh("steps"), broker.port, realtime.url)
        try:
            token = daemon.add_user("owner")
            with broker.listener(LIGHT_COMMAND_TOPIC) as listener:
                await daemon.start()
                for name, (trigger, fields, _) in IDENTITIES.items():
                    await daemon.poll(token, trigger, fields, trigger_identity=name)
                await broker.publish(DOOR_TOPIC, "closed")
                await broker.publish(LIGHT_TOPIC, '{"state": "OFF"}')
                await until(lambda: daemon.knows("front-door") and daemon.knows("hall-light"), what="the first states")
                daemon.kill()
                yield Stage(broker, daemon, realtime, token, listener)
        finally:
            daemon.close()
            broker.close()


async def _crash(stage: Stage, crash: Crash) -> None:
    """Let it crash there, and look at what it left."""
    daemon, realtime = stage.daemon, stage.realtime
    stage.told = {name: realtime.told.count(name) for name in IDENTITIES}
    before = events_of(daemon.database)
    daemon.send(ARM)
    await _live(stage)
    try:
        status = await _ended(stage)
    except AssertionError:
        stage.broken.append(f"the crash {crash} was never reached")
        daemon.kill()
        status = -signal.SIGKILL
    if status != -signal.SIGKILL:
        stage.broken.append(f"{crash}: ended by itself with {status}")
    _look_at_the_dead(stage, crash, before)


async def _ended(stage: Stage) -> int:
    """Wait until it has crashed, and return its status. What happens at once is told in one request and noted in one
    statement: further calls come as long as somebody presses. Raises AssertionError if it goes on.
    """  # noqa: D205 -- one paragraph
    for _ in range(MORE_PRESSES):
        with suppress(AssertionError):
            return await stage.daemon.ended_within(PRESS_EVERY_S)
        await _press(stage)
    return await stage.daemon.ended_within(CRASH_S)


async def _recover(stage: Stage, crash: Crash) -> None:
    """Start it again, and look at what became of everything."""
    await stage.daemon.start()
    if "pending" in outcomes_of(stage.daemon.database):
        stage.broken.append(f"{crash}: a command is under way for ever")
    await _ask_again(stage, crash)
    for name, count in stage.told.items():
        try:
            await until(partial(_more_told, stage.realtime, name, count), within_s=WITHIN_S)
        except AssertionError:
            stage.broken.append(f"{crash}: nobody was told of {name}")
    _compare(stage, f"after the crash {crash}")


def _more_told(realtime: RealtimeApi, name: str, before: int) -> bool:
    return realtime.told.count(name) > before


async def _live(stage: Stage) -> None:
    """Press, open and close, and turn a light on: whatever the daemon still does with it."""
    stage.request += 1
    for _ in range(PRESSES):
        await _press(stage)
    before = stage.told["presses"]
    await until(lambda: stage.realtime.told.count("presses") > before or not stage.daemon.runs, within_s=WITHIN_S)
    for word in ("open", "closed"):
        stage.doors.append(word)
        await stage.broker.publish(DOOR_TOPIC, word)
    with suppress(aiohttp.ClientError, AssertionError):
        await _turn_on(stage)
        await stage.broker.publish(LIGHT_TOPIC, f'{{"state": "ON", "brightness": {_level(stage.request)}}}')


async def _press(stage: Stage) -> None:
    word = f"number_{len(stage.presses)}"
    stage.presses.append(word)
    await stage.broker.publish(BUTTON_TOPIC, word)


async def _turn_on(stage: Stage) -> int:
    body = {"actionFields": {"light": "hall-light", "brightness": str(_percent(stage.request))}}
    headers = {"X-Request-ID": f"request-{stage.request}"}
    status, _ = await stage.daemon.post("actions/turn_on_light", stage.token, body, headers=headers)
    return status


def _look_at_the_dead(stage: Stage, crash: Crash, before: Events) -> None:
    """Nobody may have been told of what is not on disk, and nothing may be marked as told that nobody was told of."""
    after, marks = events_of(stage.daemon.database), told_seqs(stage.daemon.database)
    for name, (_, _, kind) in IDENTITIES.items():
        new = [seq for seq, found in after.by_seq.items() if found.startswith(kind) and seq not in before.by_seq]
        heard = stage.realtime.told.count(name) > stage.told[name]
        if heard and not new:
            stage.broken.append(f"{crash}: IFTTT was told of {name} that are not on disk")
        if new and not heard and marks[name] >= new[0]:
            stage.broken.append(f"{crash}: {name} are marked as told, and nobody was")


async def _ask_again(stage: Stage, crash: Crash) -> None:
    """Send the action once more as IFTTT does, with the same id: the light must not be told twice."""
    status = await _turn_on(stage)
    if status != 200:
        stage.broken.append(f"{crash}: the repeated action was answered with {status}")
    try:
        await until(lambda: _published(stage) > 0 or outcomes_of(stage.daemon.database)[-1] == "unknown", within_s=10)
    except AssertionError:
        stage.broken.append(f"{crash}: the command was never published, and nobody would know")
    if (times := _published(stage)) > 1:
        stage.broken.append(f"{crash}: the command was published {times} times")


def _published(stage: Stage) -> int:
    """Return how often the light has been told of the last command, as far as that has reached it."""
    return _levels(stage)[_level(stage.request)]


def _levels(stage: Stage) -> Counter[int]:
    return Counter(msgspec.json.decode(payload)["brightness"] for _, payload in stage.listener.received())


def _percent(request: int) -> int:
    """Return a brightness of its own for each command."""
    return 1 + (request - 1) % 100


def _level(request: int) -> int:
    """Return the same as the lamp is told."""
    return round(_percent(request) * 255 / 100)


def _compare(stage: Stage, when: str) -> str:
    expected = {
        "bedside-button": tuple(f"button.{word}" for word in stage.presses),
        "front-door": tuple("contact.opened" if word == "open" else "contact.closed" for word in stage.doors),
    }
    found = events_of(stage.daemon.database)
    said = accounts(expected, found.only(*expected))
    stage.broken.extend(f"{when}: {what}" for what in said.broken if what not in stage.broken)
    return said.found
