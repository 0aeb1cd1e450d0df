"""A battery is low once, until it has been charged or changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import StateReading
from bridge.events import Event, NotOffered
from tests.unit.devices.examples import battery

LIVE = Circumstances(now_ms=5000)


def run(
    *levels: str, low_level: int = 15, known: EntityState = NOTHING_KNOWN, how: Circumstances = LIVE
) -> list[Event]:
    events = []
    for level in levels:
        result = interpret(battery(low_level=low_level), known, StateReading(level), how)
        known = result.state
        if result.event is not None:
            events.append(result.event)
    return events


@pytest.mark.parametrize(
    ("levels", "low"),
    [
        (("16", "15"), ["15"]),
        (("16", "14.5"), ["14.5"]),
        (("100", "0"), ["0"]),
        (("16", "15", "14", "13"), ["15"]),
        (("16", "15", "19", "15"), ["15"]),
        (("16", "15", "19.9", "15"), ["15"]),
        (("16", "15", "20", "15"), ["15", "15"]),
        (("16", "15", "100", "16", "15"), ["15", "15"]),
        (("16", "17", "16"), []),
        (("15",), []),
        (("15", "14"), []),
        (("15", "20", "15"), ["15"]),
    ],
)
def test_it_is_low_when_it_falls_and_again_only_after_it_has_risen(levels: tuple[str, ...], low: list[str]) -> None:
    assert [event.ingredients["level"] for event in run(*levels)] == low


def test_the_level_that_is_low_is_the_one_of_the_settings() -> None:
    assert [event.after for event in run("41", "40", low_level=40)] == ["40"]


def test_it_is_an_event_of_the_device() -> None:
    [event] = run("50", "12")
    assert (event.kind, event.device, event.entity) == ("battery.low", "front-door", "front-door")
    assert (event.before, event.after, event.reason) == ("50", "12", None)
    assert event.ingredients == {
        "device_name": "Front door",
        "device_id": "front-door",
        "room": "Hall",
        "level": "12",
    }


@pytest.mark.parametrize(("fire", "reason"), [(False, NotOffered.CHANGED_WHILE_AWAY), (True, None)])
def test_one_that_got_low_while_nobody_saw_it_is_treated_as_any_change(
    *, fire: bool, reason: NotOffered | None
) -> None:
    how = Circumstances(5000, retained=True, policy=LatePolicy(fire_changed_while_away=fire))
    [event] = run("12", known=EntityState("50"), how=how)
    assert event.reason == reason


@given(levels=st.lists(st.integers(0, 100), max_size=30), low_level=st.integers(1, 90))
def test_between_two_events_it_has_been_charged(levels: list[int], low_level: int) -> None:
    charged = False
    known = NOTHING_KNOWN
    for level in levels:
        result = interpret(battery(low_level=low_level), known, StateReading(str(level)), LIVE)
        if result.event is not None:
            assert charged
            assert level <= low_level
        charged = (
            level >= low_level + 5 or (charged and level > low_level) or (known.value is None and level > low_level)
        )
        known = result.state
