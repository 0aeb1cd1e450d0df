"""What time alone brings about: doors left open and states that last, told once, through crashes, on a real file."""

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Shaping
from bridge.devices.interpretation import LatePolicy
from bridge.devices.watches import Watches
from bridge.events import NotOffered
from bridge.mqtt.message import Message
from tests.integration.inbound import Clock, House, house
from tests.parts.waiting import until
from tests.unit.devices.examples import door
from tests.unit.mqtt.examples import DOOR, message

LEFT_OPEN = "contact.left_open.10"
OPENED = "contact.opened"
TEN_YEARS_S = 10 * 365 * 24 * 3600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bridge.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watches() -> Watches:
    """Somebody waits for the front door to stand open for ten minutes."""
    found = Watches()
    found.add("home", "front-door", LEFT_OPEN)
    return found


async def _minutes(there: House, expected: set[int]) -> bool:
    return {deadline.minutes for deadline in await there.deadlines()} == expected


def said(word: bytes, packet_id: int = 1, *, retained: bool = False) -> Message:
    return message(DOOR, word, packet_id=packet_id, retained=retained)


async def test_a_door_left_open_is_told_once_when_its_time_has_come(path: Path, clock: Clock, watches: Watches) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(599)
        await there.hear(said(b"open", 3))
        assert await there.kinds() == [OPENED]
        clock.pass_s(1)
        await until(lambda: there.inbound.counts.events == 2)
        event = (await there.events())[-1].event
        assert event.kind == LEFT_OPEN
        assert event.ingredients == {
            "device_name": "Front door",
            "device_id": "front-door",
            "room": "Hall",
            "opened_at": "2026-02-02T02:40:00Z",
            "minutes": "10",
        }
        clock.pass_s(3600)
        await there.hear(said(b"open", 4))
        assert await there.kinds() == [OPENED, LEFT_OPEN]


@pytest.mark.parametrize("by_s", [3600, -3600, TEN_YEARS_S, -TEN_YEARS_S])
@pytest.mark.parametrize("again", [False, True], ids=["once", "and set right again"])
async def test_a_clock_that_is_set_makes_nothing_due_earlier_or_later(
    path: Path, clock: Clock, watches: Watches, by_s: int, *, again: bool
) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(300)
        clock.set_by_s(by_s)
        await there.hear()
        if again:
            clock.pass_s(100)
            clock.set_by_s(-by_s)
            await there.hear()
        clock.pass_s(199 if again else 299)
        await there.hear(said(b"open", 3))
        assert await there.kinds() == [OPENED]
        clock.pass_s(1)
        await until(lambda: there.inbound.counts.events == 2)
        assert await there.kinds() == [OPENED, LEFT_OPEN]


async def test_a_silent_home_is_told_in_time_though_the_clock_was_set_back(
    path: Path, clock: Clock, watches: Watches
) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(600)
        clock.set_by_s(-TEN_YEARS_S)
        await until(lambda: there.inbound.counts.events == 2)


async def test_a_computer_that_starts_in_1970_counts_on_from_where_it_was(
    path: Path, clock: Clock, watches: Watches
) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(300)
        await there.hear(said(b"open", 3))
    right_ms = clock()
    clock.now_ms = 0
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"open", 4))
        clock.pass_s(100)
        clock.set_by_s(right_ms / 1000)
        await there.hear()
        assert await there.kinds() == [OPENED]
        clock.pass_s(600)
        await until(lambda: there.inbound.counts.events == 1)
        assert await there.kinds() == [OPENED, LEFT_OPEN]


async def test_a_closing_cancels_and_the_next_opening_counts_anew(path: Path, clock: Clock, watches: Watches) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(500)
        await there.hear(said(b"closed", 3))
        assert await there.deadlines() == ()
        await there.hear(said(b"open", 4))
        clock.pass_s(599)
        await there.hear(said(b"open", 5))
        assert LEFT_OPEN not in await there.kinds()
        clock.pass_s(1)
        await until(lambda: there.inbound.counts.events == 4)
        assert (await there.kinds())[-1] == LEFT_OPEN


@pytest.mark.parametrize("missed", [(), (said(b"open", 7, retained=True),)])
async def test_it_survives_a_crash_between_opening_and_due_and_is_told_at_the_end_of_the_backlog(
    path: Path, clock: Clock, watches: Watches, missed: tuple[Message, ...]
) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
    clock.pass_s(3600)
    async with house(path, [door()], watches, clock) as there:
        await there.hear()
        assert await there.kinds() == [OPENED]  # nobody knows yet whether it still stands open
        await there.connect(*missed)
        assert await there.kinds() == [OPENED, LEFT_OPEN]
    async with house(path, [door()], watches, clock) as there:
        await there.connect(*missed)
        assert await there.kinds() == [OPENED, LEFT_OPEN]


@pytest.mark.parametrize("retained", [True, False])
async def test_what_fell_due_while_away_is_not_told_of_a_door_that_was_closed_meanwhile(
    path: Path, clock: Clock, watches: Watches, *, retained: bool
) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
    clock.pass_s(3600)
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed", 3, retained=retained))
        assert LEFT_OPEN not in await there.kinds()
        assert await there.deadlines() == ()


async def test_what_falls_due_while_the_broker_is_away_waits_for_it(path: Path, clock: Clock, watches: Watches) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        there.live = False
        clock.pass_s(3600)
        watches.add("home", "front-door", "contact.left_open.600")  # looks at the clock, and still nobody knows
        await until(lambda: _minutes(there, {10, 600}))
        await there.hear()
        assert await there.kinds() == [OPENED]
        await there.connect()
        assert await there.kinds() == [OPENED, LEFT_OPEN]


async def test_who_begins_to_ask_is_told_if_the_moment_is_still_to_come(path: Path, clock: Clock) -> None:
    watches = Watches()
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(120)
        watches.add("home", "front-door", "contact.left_open.2")  # is over in this moment
        watches.add("home", "front-door", "contact.left_open.3")
        watches.add("cabin", "front-door", "contact.left_open.4")  # of another home: nothing to do with this door
        await until(lambda: there.inbound.next_due_ms(clock()) is not None)
        assert [deadline.minutes for deadline in await there.deadlines()] == [3]
        clock.pass_s(60)
        await until(lambda: there.inbound.counts.events == 2)
        assert await there.kinds() == [OPENED, "contact.left_open.3"]


async def test_nobody_who_asks_any_more_no_deadline(path: Path, clock: Clock, watches: Watches) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        assert len(await there.deadlines()) == 1
        watches.remove("home", "front-door", LEFT_OPEN)
        await until(lambda: there.inbound.next_due_ms(clock()) is None)
        assert await there.deadlines() == ()


async def test_a_clock_that_is_set_back_tells_nothing_twice(path: Path, clock: Clock, watches: Watches) -> None:
    async with house(path, [door()], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(600)
        await until(lambda: there.inbound.counts.events == 2)
        clock.pass_s(-300)
    async with house(path, [door()], watches, clock) as there:
        await there.connect()
        clock.pass_s(900)
        await there.connect()
        assert await there.kinds() == [OPENED, LEFT_OPEN]


async def test_a_state_that_waits_survives_a_crash_and_its_message_was_acknowledged(path: Path, clock: Clock) -> None:
    shaped = replace(door(), shaping=Shaping(debounce_ms=500, debounce_max_ms=5000))
    async with house(path, [shaped], Watches(), clock) as there:
        await there.connect(said(b"closed"))
        await there.hear(said(b"open", 2))
        assert there.acknowledged == [1, 2]
        assert await there.events() == []
    async with house(path, [shaped], Watches(), clock) as there:
        await there.connect()
        assert await there.events() == []
        clock.pass_s(0.5)
        await until(lambda: there.inbound.counts.events == 1)
        assert await there.kinds() == [OPENED]


async def test_a_door_that_may_just_have_closed_is_told_of_only_if_it_has_not(
    path: Path, clock: Clock, watches: Watches
) -> None:
    shaped = replace(door(), shaping=Shaping(debounce_ms=5000, debounce_max_ms=50_000))
    async with house(path, [shaped], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        clock.pass_s(598)
        await there.hear(said(b"closed", 3))
        clock.pass_s(3)
        await there.hear(said(b"open", 4))  # it was but a moment
        clock.pass_s(5)
        await until(lambda: there.inbound.counts.events == 3)
        happened = [(entry.event.kind, entry.event.reason) for entry in await there.events()]
        assert happened == [(OPENED, None), ("contact.closed", NotOffered.TOO_SHORT), (LEFT_OPEN, None)]


async def test_a_device_that_is_gone_leaves_nothing_that_waits(path: Path, clock: Clock, watches: Watches) -> None:
    shaped = replace(door(), shaping=Shaping(debounce_ms=5000, debounce_max_ms=50_000))
    async with house(path, [shaped], watches, clock) as there:
        await there.connect(said(b"closed"), said(b"open", 2))
        await there.hear(said(b"closed", 3))
    async with house(path, [], watches, clock) as there:
        clock.pass_s(3600)
        await there.connect()
        assert await there.deadlines() == ()
        assert there.known.of("front-door").pending is None
        assert await there.kinds() == [OPENED]


async def test_what_did_not_last_until_its_device_was_removed_is_nothing_when_the_device_is_back(
    path: Path, clock: Clock, watches: Watches
) -> None:
    slow = replace(door(), shaping=Shaping(debounce_ms=60_000, debounce_max_ms=600_000))
    async with house(path, [slow], watches, clock) as there:
        await there.connect(said(b"closed"))
        await there.hear(said(b"open", 2))
        assert there.known.of("front-door").pending is not None
        await there.inbound.reconfigure(Catalogue([]), LatePolicy(), also=nothing)
        await until(lambda: there.known.of("front-door").pending is None, within_s=3, what="it forgotten")
        clock.pass_s(3600)
        await there.inbound.reconfigure(Catalogue([slow]), LatePolicy(), also=nothing)
        await there.hear(said(b"closed", 3))
        assert await there.kinds() == []


def nothing() -> None:
    """Do nothing in the same breath."""
