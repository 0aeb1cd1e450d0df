"""The wall clock set while the daemon works and before it starts: what must go on as if nothing had been.

The daemon sees a clock of its own (libfaketime); this program and the monotonic clock stay right.
"""

import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import msgspec
from authlib.integrations.httpx_client import AsyncOAuth2Client

from bridge.storage.settings import LAST_CONNECTED_MS
from scripts.faultwall.counting import accounts, events_of
from scripts.faultwall.wall import Row, Wall
from tests.parts.connecting import PRODUCTION, Token, add_person, check, connect, ifttt_at, refresh, register
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_COMMAND_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.false_clock import FalseClock
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.publisher import SteadyPublisher, press_word, steady_publisher
from tests.parts.realtime import RealtimeApi, realtime_api
from tests.parts.waiting import until

HOUR_S: Final = 3600.0
TEN_YEARS_S: Final = 10 * 365 * 24 * HOUR_S
STEPS_S: Final = (HOUR_S, -HOUR_S, TEN_YEARS_S, 0.0, -TEN_YEARS_S)
"""By how much the clock is off, one after the other: forward, and each time back under load."""

PER_SECOND: Final = 50
LEFT_S: Final = 12
"""How long the door has still to stay open when the clock begins to be set."""

PRESSES: Final = {"button": "bedside-button", "press": "any"}
LEFT_OPEN: Final = "contact.left_open.1"
WITHIN_S: Final = 120.0
MORE: Final = 20
PRESSES_AWAY: Final = 5
YEAR_2000_MS: Final = 946_684_800_000


@dataclass(slots=True)
class Stage:
    """What runs, and what was wrong. `due_s`: the door has not been open for its minute before (monotonic).

    `late`: so many of the presses in its absence must have been too late for IFTTT.
    """

    broker: Mosquitto
    daemon: Daemon
    clock: FalseClock
    realtime: RealtimeApi
    listener: Listener
    ifttt: AsyncOAuth2Client
    token: Token
    due_s: float = 0.0
    identities: list[str] = field(default_factory=lambda: ["presses"])
    levels: list[int] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    late: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def access(self) -> str:
        """The access token that was given first."""
        return str(self.token["access_token"])


async def clock(wall: Wall) -> list[Row]:
    """Set it under load, and let the daemon start in 1970."""
    times = wall.either(short=1, long=10)
    async with _stage(wall) as stage:
        await _leave_the_door_open(stage)
        async with steady_publisher(stage.broker.port, BUTTON_TOPIC, per_second=PER_SECOND, word=press_word) as flow:
            for number in range(times):
                for off_s in STEPS_S if number % 2 == 0 else STEPS_S[::-1]:
                    wall.say(f"   the clock is off by {off_s:+.0f} s")
                    await _set(stage, off_s, flow)
            await _told_of_the_door(stage)
        # what is still under way when it is killed comes again in 1970, and is late with the others
        await _must(stage, "all was recorded", lambda: _presses(stage) >= len(flow.sent))
        for _ in range(times):
            wall.say("   a start in 1970")
            await _start_in_1970(stage)
        found = await _at_the_end(stage, flow)
    done = f"{times * len(STEPS_S)} times set by up to 10 years at {PER_SECOND} presses/s, {times} starts in 1970"
    return [Row("clock", done, found, tuple(stage.broken))]


@asynccontextmanager
async def _stage(wall: Wall) -> AsyncIterator[Stage]:
    broker = Mosquitto(wall.fresh("clock-broker"))
    await broker.start()
    async with realtime_api() as realtime:
        daemon, false = Daemon(wall.fresh("clock"), broker.port, realtime.url), FalseClock(wall.folder / "false-clock")
        false.be_off_by(0)
        daemon.launcher = false.launcher
        register(daemon, PRODUCTION)
        add_person(daemon, "anna")
        try:
            with broker.listener(LIGHT_COMMAND_TOPIC) as listener:
                await daemon.start()
                async with ifttt_at(daemon) as ifttt:
                    ifttt.timeout = WITHIN_S
                    token = await connect(daemon, ifttt, "anna")
                    yield Stage(broker, daemon, false, realtime, listener, ifttt, token)
        finally:
            daemon.close()
            broker.close()


async def _leave_the_door_open(stage: Stage) -> None:
    """Open it, and move what was written into the past while nobody looks, so that little is left of the minute."""
    daemon = stage.daemon
    await daemon.poll(stage.access, "door_left_open", {"door": "front-door", "minutes": "1"}, trigger_identity="left")
    await daemon.poll(stage.access, "button_pressed", PRESSES, trigger_identity="presses")
    opened_s = time.monotonic()
    await stage.broker.publish_many(DOOR_TOPIC, ["closed", "open"])
    await stage.broker.publish(LIGHT_TOPIC, '{"state": "OFF"}')
    await until(lambda: _has_deadline(daemon) and daemon.knows("hall-light"), what="the deadline on disk")
    daemon.kill()
    by_ms = (60 - LEFT_S) * 1000
    with contextlib.closing(sqlite3.connect(daemon.database)) as connection, connection:
        connection.execute("UPDATE deadlines SET opened_at_ms = opened_at_ms - ?1, due_ms = due_ms - ?1", (by_ms,))
        connection.execute("UPDATE entity_states SET since_ms = since_ms - ?1", (by_ms,))
    stage.due_s = opened_s + LEFT_S
    await daemon.start()


def _has_deadline(daemon: Daemon) -> bool:
    with daemon.reader() as connection:
        return connection.execute("SELECT 1 FROM deadlines").fetchone() is not None


async def _set(stage: Stage, off_s: float, flow: SteadyPublisher) -> None:
    """Set the clock, and look at everything that has to go on."""
    daemon, what = stage.daemon, f"off by {off_s:+.0f} s"
    before = events_of(daemon.database)
    stage.clock.be_off_by(off_s)
    sent = len(flow.sent)
    told = stage.realtime.told.count("presses")
    await until(lambda: daemon.count_events() > sent + MORE, within_s=WITHIN_S, what="presses after the clock was set")
    try:
        await until(lambda: stage.realtime.told.count("presses") > told, what="IFTTT being told")
    except AssertionError:
        stage.broken.append(f"{what}: nobody was told of presses any more")
    if events_of(daemon.database).ids[: len(before.ids)] != before.ids:
        stage.broken.append(f"{what}: what had been recorded has other ids or another order")
    _not_too_early(stage, what)
    await _ask(stage, what, newer_than=max(before.by_seq))
    await _connected(stage, what)
    await _command(stage, what)


def _not_too_early(stage: Stage, what: str) -> None:
    fired, left_s = _left_open(stage), stage.due_s - time.monotonic()
    if fired and left_s > 0:
        stage.broken.append(f"{what}: a door left open was told of {left_s:.0f} s early")


def _left_open(stage: Stage) -> int:
    return events_of(stage.daemon.database).kinds.get("front-door", ()).count(LEFT_OPEN)


async def _ask(stage: Stage, what: str, *, newer_than: int) -> None:
    """Poll for those who asked before the clock was set, and for somebody new: all see what is newest, in order."""
    stage.identities.append(f"presses-{len(stage.identities)}")
    for identity in stage.identities:
        items = await stage.daemon.poll(stage.access, "button_pressed", PRESSES, trigger_identity=identity)
        place = events_of(stage.daemon.database)
        seq_of = dict(zip(place.ids, place.by_seq, strict=True))
        seqs = [seq_of[item["meta"]["id"]] for item in items]
        if not seqs or seqs[0] <= newer_than:
            stage.broken.append(f"{what}: {identity} does not see the newest press")
        if seqs != sorted(seqs, reverse=True):
            stage.broken.append(f"{what}: {identity} gets events out of order")
        if any(newer < older for newer, older in pairwise(map(_timestamp, items))):
            stage.broken.append(f"{what}: {identity} gets a newer event with an earlier time")


def _timestamp(item: dict[str, Any]) -> int:
    return int(item["meta"]["timestamp"])


async def _connected(stage: Stage, what: str) -> None:
    newest = await refresh(stage.ifttt, stage.token["refresh_token"])
    for name, token in (("first", stage.token), ("newest", newest)):
        status = await check(stage.daemon, token["access_token"])
        if status != 200:
            stage.broken.append(f"{what}: the {name} access token was answered with {status}")


async def _command(stage: Stage, what: str) -> None:
    """Send an action of a brightness of its own, and the one before once more as IFTTT does."""
    stage.levels.append(len(stage.levels) + 1)
    for percent in stage.levels[-2:]:
        body = {"actionFields": {"light": "hall-light", "brightness": str(percent)}}
        headers = {"X-Request-ID": f"request-{percent}"}
        status, _ = await stage.daemon.post("actions/turn_on_light", stage.access, body, headers=headers)
        if status != 200:
            stage.broken.append(f"{what}: an action was answered with {status}")


async def _told_of_the_door(stage: Stage) -> None:
    """The clock stays as far off as it is now: the time must come all the same."""
    await _must(stage, "a door left open was told of", lambda: _left_open(stage) > 0)
    await _must(stage, "IFTTT was told of a door left open", lambda: "left" in stage.realtime.told)


async def _must(stage: Stage, what: str, condition: Callable[[], bool]) -> None:
    try:
        await until(condition, within_s=WITHIN_S, what=what)
    except AssertionError:
        stage.broken.append(f"it did not come true that {what}")


def _presses(stage: Stage) -> int:
    return sum(kind.startswith("button.") for kind in events_of(stage.daemon.database).by_seq.values())


async def _start_in_1970(stage: Stage) -> None:
    """Press while it is away, start it in 1970, set the clock right, and kill it as soon as it has noted that.

    By a clock of 1970 nobody can tell how long it was away: what was pressed meanwhile is recorded, and late.
    """
    daemon, noted = stage.daemon, stage.daemon.kept(LAST_CONNECTED_MS)
    daemon.kill()
    stage.clock.stand_at_the_epoch()
    await _press_while_away(stage)
    stage.late += PRESSES_AWAY
    await daemon.start()
    await _recorded(stage)
    await _connected(stage, "in 1970")
    await _command(stage, "in 1970")
    await until(lambda: daemon.kept(LAST_CONNECTED_MS) != noted, within_s=WITHIN_S, what="1970 being noted")
    stage.clock.be_off_by(0)
    await until(lambda: _is_right(daemon), within_s=WITHIN_S, what="the right time being noted")
    daemon.kill()
    await _press_while_away(stage)
    await daemon.start()
    await _ask_of_all(stage)


def _is_right(daemon: Daemon) -> bool:
    return int(daemon.kept(LAST_CONNECTED_MS) or 0) > YEAR_2000_MS


async def _press_while_away(stage: Stage) -> None:
    words = [f"away_{len(stage.absent) + number}" for number in range(PRESSES_AWAY)]
    await stage.broker.publish_many(BUTTON_TOPIC, words)
    stage.absent += words


async def _ask_of_all(stage: Stage) -> None:
    """Those of the absence must be there for whoever asks."""
    await _recorded(stage)
    await _ask(stage, f"after {stage.absent[-1]}", newer_than=max(events_of(stage.daemon.database).by_seq) - 1)


async def _recorded(stage: Stage) -> None:
    last = f"button.{stage.absent[-1]}"
    await _must(stage, f"{last} was recorded", lambda: last in events_of(stage.daemon.database).by_seq.values())


async def _at_the_end(stage: Stage, flow: SteadyPublisher) -> str:
    sent = (*flow.sent, *stage.absent)
    expected = {
        "bedside-button": tuple(f"button.{word}" for word in sent),
        "front-door": ("contact.opened", LEFT_OPEN),
    }
    await _must(stage, "all was recorded", lambda: stage.daemon.count_events() >= len(sent))
    said = accounts(expected, events_of(stage.daemon.database).only(*expected), late=stage.late)
    levels = [msgspec.json.decode(payload)["brightness"] for _, payload in stage.listener.received()]
    if levels != [round(percent * 255 / 100) for percent in stage.levels]:
        stage.broken.append(f"{len(stage.levels)} commands were published as {levels}")
    stage.broken.extend(said.broken)
    return f"{said.found}; {len(levels)} of {len(stage.levels)} commands published; {len(stage.identities)} askers"
