"""Doors that are left open, in batches: each with deadlines of its own, as long as somebody asks and it is there."""

from dataclasses import replace

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Habits
from bridge.mqtt.message import Arrival, Due
from tests.unit.devices.examples import door
from tests.unit.mqtt.examples import DOOR, message
from tests.unit.mqtt.test_numbers_and_time import Timed

MINUTE_MS = 60_000
OPENED, CLOSED = message(DOOR, b"open", qos=0), message(DOOR, b"closed", qos=0)


def opened() -> Timed:
    """Return a house with a door that has just been opened, and that somebody wants to hear of after a minute."""
    taken = Timed()
    taken.commit(CLOSED, OPENED)
    return taken


def minutes(taken: Timed) -> list[int]:
    return [deadline.minutes for deadline in taken.deadlines]


def test_doors_that_open_in_one_batch_are_each_told_of() -> None:
    taken = Timed()
    taken.catalogue = Catalogue([door(), door("back-door")])
    taken.watches.add("home", "back-door", "contact.left_open.1")
    back = "home/back-door"
    taken.commit(CLOSED, message(back, b"closed", qos=0), OPENED, message(back, b"open", qos=0))
    taken.now_ms += MINUTE_MS
    told = taken.commit(Due(live=True)).entries
    assert sorted((entry.event.entity, entry.event.kind) for entry in told) == [
        ("back-door", "contact.left_open.1"),
        ("front-door", "contact.left_open.1"),
    ]


@pytest.mark.parametrize("batch", [(CLOSED, OPENED), (CLOSED, OPENED, CLOSED, OPENED)])
def test_a_door_that_closes_and_opens_in_one_batch_begins_anew(batch: tuple[Arrival, ...]) -> None:
    for taken in (opened(), Timed()):
        draft = taken.commit(*batch)
        assert (minutes(taken), draft.broken) == ([1], [])


def test_what_nobody_asks_for_any_more_is_not_waited_for_and_nothing_is_told() -> None:
    taken = opened()
    taken.watches.remove("home", "front-door", "contact.left_open.1")
    taken.now_ms += MINUTE_MS
    assert taken.commit(Due(live=True)).entries == []
    assert minutes(taken) == []


def test_a_door_that_closes_when_nobody_asks_any_more_is_not_waited_for() -> None:
    taken = opened()
    taken.watches.remove("home", "front-door", "contact.left_open.1")
    taken.commit(CLOSED)
    assert minutes(taken) == []


def test_a_door_that_is_gone_is_not_waited_for() -> None:
    taken = opened()
    taken.catalogue = Catalogue([])
    taken.now_ms += MINUTE_MS
    assert taken.commit(Due(live=True)).entries == []
    assert minutes(taken) == []


def test_who_asks_after_the_moment_hears_nothing_however_often_the_door_says_that_it_is_open() -> None:
    taken = Timed()
    taken.catalogue = Catalogue([replace(door(), habits=Habits(expires_after_s=3600))])
    taken.commit(CLOSED, OPENED)
    taken.now_ms += 3 * MINUTE_MS
    taken.watches.add("home", "front-door", "contact.left_open.2")
    for arrival in (OPENED, Due(live=True)):
        taken.commit(arrival)
        assert minutes(taken) == [1]


def test_a_clock_that_runs_back_a_little_lets_nothing_be_told_twice() -> None:
    taken = opened()
    taken.now_ms += MINUTE_MS
    for step_ms in (0, -500, 500):
        taken.now_ms += step_ms
        taken.commit(Due(live=True))
    assert taken.offered == ["contact.opened", "contact.left_open.1"]


def test_what_was_told_once_is_told_again_for_another_opening() -> None:
    taken = opened()
    for _ in range(2):
        taken.now_ms += MINUTE_MS
        taken.commit(Due(live=True))
        taken.commit(CLOSED, OPENED)
    assert taken.offered.count("contact.left_open.1") == 2


def test_of_a_door_that_may_just_have_closed_nothing_is_told_until_that_is_known() -> None:
    taken = Timed(shaped=True)
    taken.commit(CLOSED, OPENED)
    taken.now_ms += 1500
    taken.commit(Due(live=True))
    taken.now_ms += 58_000
    taken.commit(CLOSED)
    assert taken.interpreter.next_due_ms(taken.now_ms) == taken.now_ms + 1500, "and not when the minute is over"
    for passed_ms in (700, 800):
        taken.now_ms += passed_ms
        taken.commit(Due(live=True))
    assert taken.kinds == ["contact.opened", "contact.closed"]


def test_after_a_look_at_the_time_somebody_looks_when_the_next_is_due() -> None:
    assert Timed().commit(Due(live=False)).stirred


def test_a_state_that_waits_counts_when_nothing_has_to_last_any_more() -> None:
    taken = Timed(shaped=True)
    taken.commit(CLOSED, OPENED)
    taken.catalogue = Catalogue([door()])
    taken.now_ms += 1
    taken.commit(CLOSED)
    assert taken.offered == ["contact.opened", "contact.closed"]
