"""IFTTT's Realtime API in every bad mood at once, each towards a service of its own, for some seconds of real time.

One daemon serves them all: what one of them suffers must hold up no other. The same for a day of injected time is in
realtime_hours.py.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scripts.benchmarks.home import Broker, DoorDaemon, door, register
from scripts.benchmarks.wire import Publisher, publishing
from scripts.faultwall.realtime_hours import injected
from scripts.faultwall.wall import Row, Wall
from tests.parts.moody_realtime import (
    SILENT,
    Mood,
    MoodyRealtime,
    answers,
    half_an_answer,
    moody_realtime,
    resets,
    slow,
)
from tests.parts.scrape import scrape
from tests.parts.tokens import token_of
from tests.parts.vitals import vitals
from tests.parts.waiting import until

DOORS: Final = 20
USER: Final = "anna"
ROUND_S: Final = 0.25
ASKED_FOR_S: Final = 3
TOLD_WITHIN_S: Final = 90.0
MOST_MB: Final = 80.0
FIRST_PAUSE_S: Final = 0.25
"""The shortest that the first pause may be; each further one is at least twice as long."""

WELL: Final = "well"
WRONG: Final = "wrong-key"
RIGHT_KEY: Final = "the-right-service-key"
MOODS: Final[Mapping[str, Mood]] = {
    WELL: answers(200),
    "503": answers(503),
    "429": answers(429),
    "429-later": answers(429, {"Retry-After": str(ASKED_FOR_S)}),
    WRONG: answers(401),
    "time-out": SILENT,
    "reset": resets,
    "half-open": half_an_answer,
    "slow": slow(10.0),
}
_CLIENT = """
[[oauth.clients]]
client_id = "{name}"
client_secret = "a-secret-of-this-client"
redirect_uris = ["https://ifttt.com/channels/{name}/authorize"]
service_key = "{key}"
"""


class _Daemon(DoorDaemon):
    """The daemon of several services."""

    def _write_config(self) -> None:
        super()._write_config()
        text = self.config.read_text()
        self.config.write_text(text.replace("[public]\n", '[public]\nurl = "http://127.0.0.1:8080"\n'))


@dataclass(frozen=True, slots=True)
class _Stage:
    daemon: _Daemon
    publisher: Publisher
    api: MoodyRealtime

    def told(self, name: str) -> set[str]:
        """Return what a service was told of, whatever its key is by now."""
        return self.api.identities(_key(name)) | (self.api.identities(RIGHT_KEY) if name == WRONG else set())

    async def owed(self) -> float:
        """Return how many identities wait to be told."""
        return (await scrape(self.daemon.private_port)).value("ifttt_bridge_identities_owed")


async def realtime(wall: Wall) -> Sequence[Row]:
    """Be in all moods for a while, then well again; then the same for hours that are not waited for."""
    row, rows = await asyncio.gather(_all_moods_at_once(wall), asyncio.to_thread(injected, wall))
    return (row, *rows)


async def _all_moods_at_once(wall: Wall) -> Row:
    lasts_s = wall.either(short=5.0, long=120.0)
    async with _stage(wall) as stage:
        before_mb = vitals(stage.daemon.pid).rss_mb
        events = await _flap(stage, lasts_s)
        broken = await _while_it_lasts(stage)
        owed = await stage.owed()
        curves = {name: _pauses_s(stage.api, name) for name in MOODS}
        broken += _wrong_curves(stage.api, curves)
        await _be_well(stage)
        broken += await _afterwards(stage)
        after = vitals(stage.daemon.pid)
        if await stage.daemon.is_ready() is False:
            broken.append("health stays red although all is told")
    if after.most_mb > MOST_MB:
        broken.append(f"{after.most_mb:.0f} MB of memory")
    shown = "; ".join(f"{name} {' '.join(f'{s:.1f}' for s in curve) or '-'}" for name, curve in curves.items())
    found = (
        f"{owed:.0f} debts, then all of {len(MOODS)} x {DOORS} told; {before_mb:.0f} MB before, {after.most_mb:.0f} at "
        f"the most; seconds between attempts: {shown}"
    )
    done = f"{len(MOODS)} services in as many moods, {events} events in {lasts_s:.0f} s"
    return Row("Realtime API", done, found, tuple(broken))


@contextlib.asynccontextmanager
async def _stage(wall: Wall) -> AsyncIterator[_Stage]:
    async with contextlib.AsyncExitStack() as stack:
        broker = Broker(wall.fresh("realtime-broker"))
        stack.callback(broker.close)
        await broker.start()
        api = await stack.enter_async_context(moody_realtime())
        clients = "".join(_CLIENT.format(name=name, key=_key(name)) for name in MOODS)
        folder = wall.fresh("realtime-daemon")
        daemon = _Daemon(folder, broker.port, realtime_url=api.url, doors=DOORS, more=clients)
        stack.callback(daemon.close)
        daemon.add_user(USER)
        await daemon.start()
        publisher = await stack.enter_async_context(publishing(broker.port))
        for number in range(DOORS):
            publisher.publish(door(number), "closed")
        await until(lambda: daemon.knows(door(DOORS - 1)), what="the doors being known")
        for name in MOODS:
            await register(daemon, await token_of(daemon.database, USER, client=name), _doors())
        api.moods = {_key(name): mood for name, mood in MOODS.items()}
        yield _Stage(daemon, publisher, api)


async def _flap(stage: _Stage, lasts_s: float) -> int:
    """Let one door open, then all of them again and again: so that a first request is under way when more comes."""
    stage.publisher.publish(door(0), "open")
    await until(lambda: all(stage.api.attempts[_key(name)] for name in MOODS), what="a first attempt with each key")
    stage.publisher.publish(door(0), "closed")
    for _ in range(round(lasts_s / ROUND_S / 2)):
        for word in ("open", "closed"):
            for each in _doors():
                stage.publisher.publish(each, word)
            await asyncio.sleep(ROUND_S)
    await stage.publisher.settle()
    return 2 + round(lasts_s / ROUND_S / 2) * 2 * DOORS


async def _while_it_lasts(stage: _Stage) -> list[str]:
    """Look whether the service that is well is told, and the others are owed: each identity once, whatever happened."""
    broken: list[str] = []
    with contextlib.suppress(AssertionError):
        await until(lambda: len(stage.told(WELL)) == DOORS, within_s=TOLD_WITHIN_S)
    if len(stage.told(WELL)) < DOORS:
        broken.append(f"the service that is well was told of {len(stage.told(WELL))} of {DOORS} while others were not")
    most = DOORS * len(MOODS)
    if (owed := await stage.owed()) > most:
        broken.append(f"{owed:.0f} debts of {most} identities")
    if await stage.daemon.is_ready():
        broken.append("health is green although six services take nothing")
    said = stage.daemon.log.count("realtime.unavailable")
    if said < len(MOODS) - len(("slow", WELL)) - len(("time-out", "half-open")):  # these may still be waited for
        broken.append(f"the log speaks of {said} services that take nothing")
    return broken


async def _be_well(stage: _Stage) -> None:
    """Let every service be well again, but the slow one; and put the wrong key right."""
    stage.api.moods = {_key("slow"): MOODS["slow"], _key(WRONG): MOODS[WRONG]}
    stage.daemon.more = stage.daemon.more.replace(_key(WRONG), RIGHT_KEY)
    stage.daemon.write_config()
    await stage.daemon.reload()


async def _afterwards(stage: _Stage) -> list[str]:
    broken: list[str] = []
    with contextlib.suppress(AssertionError):
        await until(lambda: all(len(stage.told(name)) == DOORS for name in MOODS), within_s=TOLD_WITHIN_S)
    broken += [
        f"{name}: {DOORS - len(told)} of {DOORS} identities never told"
        for name in MOODS
        if len(told := stage.told(name)) < DOORS
    ]
    with contextlib.suppress(AssertionError):
        await until(lambda: _nothing_owed(stage), within_s=TOLD_WITHIN_S)
    if owed := await stage.owed():
        broken.append(f"{owed:.0f} identities are still owed")
    return broken


async def _nothing_owed(stage: _Stage) -> bool:
    return await stage.owed() == 0


def _wrong_curves(api: MoodyRealtime, curves: Mapping[str, Sequence[float]]) -> list[str]:
    """Say who was asked again sooner than the pauses allow: lower bounds, which no busy machine breaks."""
    broken = [
        f"{name}: attempt {number + 2} came {pause_s:.2f} s after the one before"
        for name in ("503", "429", "reset")
        for number, pause_s in enumerate(curves[name])
        if pause_s < FIRST_PAUSE_S * 2**number - 0.05
    ]
    if any(pause_s < ASKED_FOR_S for pause_s in curves["429-later"]):
        broken.append(f"Retry-After: {ASKED_FOR_S} was not waited out: {curves['429-later']}")
    if len(api.attempts[_key(WRONG)]) > 1:
        broken.append("a key that was refused was tried again and again")
    if len(api.attempts[_key("slow")]) > 1 + len(curves["slow"]):
        broken.append("more than one request at a time to one that is slow")
    return broken


def _pauses_s(api: MoodyRealtime, name: str) -> list[float]:
    times = [attempt.at_s for attempt in api.attempts[_key(name)]][:9]
    return [] if name == WELL else [later - sooner for sooner, later in pairwise(times)]


def _key(name: str) -> str:
    return f"the-service-key-for-{name}"


def _doors() -> list[str]:
    return [door(number) for number in range(DOORS)]
