"""Presses have no edge: each live one is an event."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import MAX_PRESSES, NOTHING_KNOWN, EntityState
from bridge.devices.reading import PressReading
from bridge.events import NotOffered
from tests.unit.devices.examples import button

LIVE = Circumstances(now_ms=1_000_000)
words = st.sampled_from(["single", "double", "long", "rotate_left"])


def reason(how: Circumstances, device_time_ms: int | None = None) -> NotOffered | None:
    event = interpret(button(), NOTHING_KNOWN, PressReading("single", device_time_ms), how).event
    assert event is not None
    return event.reason


@given(st.lists(words))
def test_a_press_sequence_yields_one_event_for_each_live_press(sequence: list[str]) -> None:
    state, kinds = NOTHING_KNOWN, []
    for word in sequence:
        result = interpret(button(), state, PressReading(word), LIVE)
        assert result.event is not None
        assert result.event.reason is None
        kinds.append(result.event.kind)
        state = result.state
    assert kinds == [f"button.{word}" for word in sequence]


@pytest.mark.parametrize("policy", [LatePolicy(), LatePolicy(fire_changed_while_away=True)])
@pytest.mark.parametrize("backlog", [True, False])
def test_a_retained_press_is_no_event_whatever_the_policy(policy: LatePolicy, *, backlog: bool) -> None:
    how = Circumstances(5000, retained=True, backlog=backlog, policy=policy)
    result = interpret(button(), NOTHING_KNOWN, PressReading("single"), how)
    assert result.state is NOTHING_KNOWN
    assert result.event is None


@pytest.mark.parametrize(
    ("away_s", "late"), [(0.0, False), (119.9, False), (120.0, False), (120.1, True), (float("inf"), True)]
)
def test_a_press_that_waited_is_late_when_the_bridge_was_away_longer_than_the_limit(
    *, away_s: float, late: bool
) -> None:
    assert (reason(Circumstances(0, backlog=True, away_s=away_s)) is NotOffered.LATE) == late


def test_the_limit_can_be_set() -> None:
    waited = Circumstances(0, backlog=True, away_s=60, policy=LatePolicy(late_press_limit_s=30))
    assert reason(waited) is NotOffered.LATE


@pytest.mark.parametrize(("age_ms", "late"), [(0, False), (120_000, False), (120_001, True), (-5000, False)])
@pytest.mark.parametrize("away_s", [0.0, 1e9])
def test_the_devices_own_time_knows_better_than_the_absence(*, away_s: float, age_ms: int, late: bool) -> None:
    how = Circumstances(1_000_000, backlog=True, away_s=away_s)
    assert (reason(how, 1_000_000 - age_ms) is NotOffered.LATE) == late


def test_a_live_press_is_never_late() -> None:
    assert reason(Circumstances(1_000_000, away_s=1e9), device_time_ms=0) is None


def test_an_event_carries_its_word_its_names_and_the_devices_time() -> None:
    event = interpret(button(), NOTHING_KNOWN, PressReading("double", 77), LIVE).event
    assert event is not None
    assert event.ingredients == {"device_name": "Bell", "device_id": "bell", "room": "Porch", "press": "double"}
    assert (event.kind, event.before, event.after, event.device_time_ms) == ("button.double", None, "double", 77)


def test_an_event_says_which_button_of_which_device_it_was() -> None:
    upper = replace(button("panel"), id="panel.upper")
    event = interpret(upper, NOTHING_KNOWN, PressReading("single"), LIVE).event
    assert event is not None
    assert (event.home, event.device, event.entity) == ("home", "panel", "panel.upper")


def test_each_word_is_remembered_once_in_the_order_of_its_first_press() -> None:
    state = NOTHING_KNOWN
    for word in ("single", "double", "single", "ring"):
        state = interpret(button(), state, PressReading(word), LIVE).state
    assert state == EntityState(presses=("single", "double", "ring"))


def test_no_more_words_are_remembered_than_the_limit_and_each_press_still_counts() -> None:
    state = NOTHING_KNOWN
    for number in range(MAX_PRESSES + 5):
        result = interpret(button(), state, PressReading(f"word{number}"), LIVE)
        assert result.event is not None
        state = result.state
    assert state.presses == tuple(f"word{number}" for number in range(MAX_PRESSES))
