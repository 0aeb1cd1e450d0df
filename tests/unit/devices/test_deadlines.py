"""When a door that stands open is told of: what makes a deadline, and what ends it."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.devices.deadlines import Deadline, Deadlines, follow, may_fall_due, tell
from bridge.devices.last_known import EntityState, Pending
from bridge.devices.watches import LeftOpen
from bridge.events import Event
from tests.unit.devices.examples import door, switch

TEN = LeftOpen("contact.left_open.10", 10)
TWO = LeftOpen("contact.left_open.2", 2)
OPEN = EntityState("open", since_ms=1000)
ROW = Deadline("front-door", 10, 1000, 601_000)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock on the wall be nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_an_opening_makes_a_deadline_for_each_who_asks() -> None:
    changes = follow(door(), OPEN, {}, [TEN, TWO], 1000)
    assert changes == {10: ROW, 2: Deadline("front-door", 2, 1000, 121_000)}


def test_what_is_there_already_stays() -> None:
    assert follow(door(), OPEN, {10: ROW}, [TEN], 5000) == {}


@pytest.mark.parametrize(("there", "new"), [(10, 2), (2, 10)])
def test_who_asks_besides_gets_one_of_their_own(there: int, new: int) -> None:
    rows = {10: ROW, 2: Deadline("front-door", 2, 1000, 121_000)}
    assert follow(door(), OPEN, {there: rows[there]}, [TEN, TWO], 5000) == {new: rows[new]}


def test_who_asks_too_late_gets_none() -> None:
    assert follow(door(), OPEN, {}, [TEN], 601_000) == {}
    assert follow(door(), OPEN, {}, [TEN], 600_999) == {10: ROW}


def test_an_opening_that_is_learnt_of_late_is_still_to_be_told_of() -> None:
    assert follow(door(), OPEN, {}, [TEN], 700_000, opens=True) == {10: ROW}


def test_a_closing_ends_it_and_so_does_another_opening() -> None:
    assert follow(door(), EntityState("closed", since_ms=2000), {10: ROW}, [TEN], 2000) == {10: None}
    again = EntityState("open", since_ms=3000)
    assert follow(door(), again, {10: ROW}, [TEN], 3000) == {10: Deadline("front-door", 10, 3000, 603_000)}


def test_it_ends_when_nobody_asks_any_more_or_it_is_no_door_any_more() -> None:
    assert follow(door(), OPEN, {10: ROW}, [TWO], 200_000) == {10: None}
    assert follow(switch("front-door"), OPEN, {10: ROW}, [TEN], 5000) == {10: None}


def test_what_was_told_stays_and_is_not_told_again() -> None:
    told, event = tell(door(), ROW)
    assert (event.kind, event.entity, event.reason) == ("contact.left_open.10", "front-door", None)
    assert follow(door(), OPEN, {10: told}, [TEN], 0) == {}
    assert may_fall_due(ROW, OPEN)
    assert not may_fall_due(told, OPEN)


def test_the_event_says_what_a_person_needs() -> None:
    left = replace(door("cellar", name="Cellar door", room="Cellar"), id="cellar.left")
    _, event = tell(left, Deadline("cellar.left", 10, 1_769_999_999_999, 1_770_000_599_999))
    assert event == Event(
        home="home",
        device="cellar",
        entity="cellar.left",
        kind="contact.left_open.10",
        ingredients={
            "device_name": "Cellar door",
            "device_id": "cellar",
            "room": "Cellar",
            "opened_at": "2026-02-02T02:39:59Z",
            "minutes": "10",
        },
        after="open",
    )


@pytest.mark.usefixtures("in_tokyo")
def test_when_it_opened_is_told_in_utc_wherever_the_bridge_is() -> None:
    assert tell(door(), ROW)[1].ingredients["opened_at"] == "1970-01-01T00:00:01Z"


def test_a_door_that_may_just_have_closed_is_waited_for() -> None:
    assert not may_fall_due(ROW, EntityState("open", since_ms=1000, pending=Pending("closed", 5000, 5000)))
    assert may_fall_due(ROW, EntityState("open", since_ms=1000, pending=Pending("open", 5000, 4000)))


def test_committed_deadlines_follow_their_changes() -> None:
    deadlines = Deadlines([ROW])
    two = Deadline("front-door", 2, 1000, 121_000)
    deadlines.replace({("front-door", 2): two, ("front-door", 7): None, ("back-door", 5): None})
    assert deadlines.of("front-door") == {10: ROW, 2: two}
    deadlines.replace({("front-door", 10): None, ("front-door", 2): None})
    assert (list(deadlines), deadlines.of("front-door")) == ([], {})
