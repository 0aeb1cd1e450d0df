"""IFTTT's Realtime API in each bad mood for hours, by a clock that jumps: the notifiers and their client are the
product's own, the API answers over real connections, and the time that both live in is injected.
"""  # noqa: D205 -- one sentence

import asyncio
import logging
import os
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

import structlog

from bridge.events import CONTACT_OPENED, Event
from bridge.ifttt.identities import Identities, Identity, IdentityKey
from bridge.realtime.account import Account
from bridge.realtime.client import RealtimeClient, open_session
from bridge.realtime.notifiers import Notifiers
from bridge.simulator.virtual_time import run_virtually
from bridge.timeline.entry import Entry, TimelineKey
from scripts.faultwall.wall import Row, Wall
from tests.parts.moody_realtime import SILENT, Mood, MoodyRealtime, answers, half_an_answer, moody_realtime, resets
from tests.parts.vitals import vitals

HOUR_S: Final = 3600.0
DOORS: Final = 3000
OF_A_USER: Final = 20
EVENT_EVERY_S: Final = 30.0
SETTLE_S: Final = 0.002
KEY: Final = "a-service-key"
LONGEST_PAUSE_S: Final = 60.0
REQUEST_S: Final = 15.0
WRONG_KEY_PAUSE_S: Final = 900.0
ASKED_FOR_S: Final = 600.0
MOODS: Final[Mapping[str, Mood]] = {
    "503": answers(503),
    "429": answers(429),
    "429, Retry-After: 600": answers(429, {"Retry-After": "600"}),
    "401": answers(401),
    "time-outs": SILENT,
    "resets": resets,
    "half-open": half_an_answer,
}
MOST_GROWN_MB: Final = 60.0
_LONGEST_S: Final = {"429, Retry-After: 600": ASKED_FOR_S, "401": WRONG_KEY_PAUSE_S}


@dataclass
class _House:
    """Doors, each with one identity that waits for it. `opened`: those of which something was committed; `back_s`:
    when the outage ended.
    """  # noqa: D205 -- one paragraph

    notifiers: Notifiers
    seq: int = 0
    opened: set[str] = field(default_factory=set)
    back_s: float = 0.0

    def open(self, *doors: str) -> None:
        """Let doors open, on disk as far as the notifiers know."""
        entries = []
        for each in doors:
            self.seq += 1
            event = Event(home="home", device=each, entity=each, kind=CONTACT_OPENED, ingredients={}, reason=None)
            entries.append(Entry(self.seq, f"{self.seq:032x}", 0, event))
        self.opened.update(doors)
        self.notifiers.committed(entries, {})


@dataclass(frozen=True, slots=True)
class _Found:
    attempts: int
    pauses_s: Sequence[float]
    debts: int
    requests_after: int
    broken: tuple[str, ...]


def injected(wall: Wall) -> Sequence[Row]:
    """Let each mood last for hours: an hour in the short form, and a day in the long one."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # the table speaks
    hours = wall.either(short=1.0, long=24.0)
    before_mb = vitals(os.getpid()).rss_mb
    rows = []
    for name, mood in MOODS.items():
        outage = run_virtually(_outage(name, mood, hours * HOUR_S, wall.chance(name)), settle_s=SETTLE_S)
        curve = " ".join(f"{pause_s:.1f}" for pause_s in outage.pauses_s[:9])
        text = (
            f"{outage.attempts} attempts, {outage.debts} debts, all told by {outage.requests_after} requests; "
            f"seconds between attempts: {curve}, then {median(outage.pauses_s[7:] or outage.pauses_s):.0f} (median)"
        )
        rows.append(Row(f"Realtime API, {name}", f"{hours:.0f} h of injected time", text, outage.broken))
        wall.say(f"  {name}: {text}")
    grown_mb = vitals(os.getpid()).rss_mb - before_mb
    broken = (f"memory grew by {grown_mb:.0f} MB",) if grown_mb > MOST_GROWN_MB else ()
    found = f"memory of notifiers, clients, stand-in and wall: +{grown_mb:.0f} MB"
    return [*rows, Row("Realtime API", "all these hours", found, broken)]


async def _outage(name: str, mood: Mood, lasts_s: float, chance: random.Random) -> _Found:
    loop = asyncio.get_running_loop()
    async with moody_realtime(loop.time) as api, open_session() as session:
        notifiers = Notifiers(
            Identities(_identity(number) for number in range(DOORS)),
            [Account("", api.url, KEY)],
            client_for=lambda account: RealtimeClient(session, account.url, account.service_key),
        )
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(notifiers.run())
            house = _House(notifiers)
            api.moods[KEY] = mood
            await _live_through(house, lasts_s, chance)
            pauses_s, attempts, debts = _pauses_s(api), len(api.attempts[KEY]), notifiers.owing
            broken = _wrong_pauses(name, pauses_s) + _wrong_debts(notifiers, house)
            broken += await _back(house, api)
            after = len(api.attempts[KEY]) - attempts
            running.cancel()
    return _Found(attempts, pauses_s, debts, after, tuple(broken))


async def _live_through(house: _House, lasts_s: float, chance: random.Random) -> None:
    """Let all doors but one open at once, then one now and then."""
    house.open(*(_door(number) for number in range(1, DOORS)))
    until_s = asyncio.get_running_loop().time() + lasts_s
    while asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(EVENT_EVERY_S)
        house.open(_door(chance.randrange(1, DOORS)))


async def _back(house: _House, api: MoodyRealtime) -> list[str]:
    """Be well again: a door that has never opened before goes with the first request, and then everything is told."""
    api.moods.clear()
    house.back_s = asyncio.get_running_loop().time()
    before = len(api.attempts[KEY])
    house.open(_door(0))
    with suppress(TimeoutError):
        async with asyncio.timeout(2 * HOUR_S):
            while house.notifiers.owing:  # noqa: ASYNC110 -- nobody says when the last pause is over
                await asyncio.sleep(1.0)
    broken = []
    good = [attempt for attempt in api.attempts[KEY][before:] if attempt.status == 200]
    if not good or ("trigger_identity", _door(0)) not in good[0].entries:
        broken.append("what happened last was not in the first request that was taken")
    told, missing = api.identities(KEY), house.opened - api.identities(KEY)
    if any(told_s < house.back_s for told_s in api.told[KEY].values()):
        broken.append("something is said to be told while nothing was taken")
    if missing:
        broken.append(f"{len(missing)} of {len(told) + len(missing)} identities were never told")
    if house.notifiers.trouble or house.notifiers.told_up_to(house.seq) != house.seq:
        broken.append("something is still said to be owed")
    return broken


def _wrong_pauses(name: str, pauses_s: Sequence[float]) -> list[str]:
    longest_s = _LONGEST_S.get(name, LONGEST_PAUSE_S)
    settled = pauses_s[7:] or pauses_s
    broken = []
    if max(pauses_s) > longest_s + REQUEST_S + 1:
        broken.append(f"{max(pauses_s):.0f} s between two attempts")
    if min(settled) < longest_s / 2:
        broken.append(f"only {min(settled):.1f} s between two attempts after many that failed")
    return broken


def _wrong_debts(notifiers: Notifiers, house: _House) -> list[str]:
    """One debt an identity, however many events there were."""
    if notifiers.owing == len(house.opened):
        return []
    return [f"{notifiers.owing} debts for {len(house.opened)} identities"]


def _pauses_s(api: MoodyRealtime) -> list[float]:
    times = [attempt.at_s for attempt in api.attempts[KEY]]
    return [later - sooner for sooner, later in pairwise(times)]


def _door(number: int) -> str:
    return f"door-{number:04}"


def _identity(number: int) -> Identity:
    """Return an identity of one of many users: none of them has so many that IFTTT is told of the user instead."""
    door = _door(number)
    key = IdentityKey("", f"u_{number // OF_A_USER}", door)
    return Identity(key, "door_opened", {}, TimelineKey("home", door, CONTACT_OPENED), 0, 0, 0, 0)
