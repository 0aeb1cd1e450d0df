"""What is held back of what a device says, and what is recorded of it."""

from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.entity import Entity, Shaping
from bridge.devices.interpretation import Circumstances, LatePolicy, Outcome
from bridge.devices.last_known import NOTHING_KNOWN, EntityState, Pending
from bridge.devices.reading import PressReading, Reading, StateReading
from bridge.devices.shaping import due_ms, has_lasted, settle, shape
from bridge.events import NotOffered
from tests.unit.devices.examples import button, door, light

DEBOUNCED = Shaping(debounce_ms=500, debounce_max_ms=2000)
SPACED = Shaping(min_interval_ms=10_000)
CLOSED = EntityState("closed", since_ms=1)


def shaped(entity: Entity, shaping: Shaping) -> Entity:
    return replace(entity, shaping=shaping)


class Told:
    """One entity that is heard live, with a timer that comes when it is told to."""

    def __init__(self, entity: Entity, state: EntityState = CLOSED) -> None:
        self.entity = entity
        self.state = state
        self.happened: list[tuple[str | None, NotOffered | None]] = []

    def hear(self, reading: Reading | str, at_ms: int, how: Circumstances | None = None) -> None:
        """Take a reading in."""
        said = StateReading(reading) if isinstance(reading, str) else reading
        self._take(shape(self.entity, self.state, said, how or Circumstances(at_ms)))

    def look(self, at_ms: int) -> None:
        """Let the timer come."""
        pending = self.state.pending
        if pending is not None and has_lasted(self.entity, pending, at_ms):
            self._take(settle(self.entity, self.state, pending, at_ms))

    def _take(self, outcome: Outcome) -> None:
        self.state = outcome.state
        self.happened += [(event.after, event.reason) for event in outcome.events]


def test_a_state_counts_when_it_has_lasted_and_not_before() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    for at_ms in (1000, 1499):
        told.look(at_ms)
        assert told.happened == []
    told.look(1500)
    assert told.happened == [("open", None)]
    assert told.state == EntityState("open", since_ms=1000)


def test_a_state_that_does_not_last_is_recorded_and_not_offered() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("closed", 1200)
    told.look(1700)
    assert told.happened == [("open", NotOffered.TOO_SHORT)]
    assert told.state == CLOSED


def test_a_repeated_state_does_not_begin_anew() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("open", 1400)
    told.look(1500)
    assert told.happened == [("open", None)]


def test_what_is_as_it_was_waits_for_nothing_and_leaves_nothing_to_be_kept() -> None:
    assert shape(shaped(door(), DEBOUNCED), CLOSED, StateReading("closed"), Circumstances(5000)).state is CLOSED


def test_what_keeps_changing_counts_after_the_longest_time() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    for at_ms in range(1000, 3000, 400):
        told.hear("open", at_ms)
        told.hear("closed", at_ms + 200)
    assert told.happened == [("open", NotOffered.TOO_SHORT)] * 5
    told.hear("open", 2990)
    told.look(3000)
    assert told.happened[5:] == [("open", None)]
    assert told.state == EntityState("open", since_ms=2990)


def test_what_keeps_changing_and_comes_back_is_as_it_was() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("closed", 1400)
    assert told.state.pending == Pending("closed", 1400, 1000)
    told.look(1900)
    assert told.state == CLOSED


def test_a_timer_that_comes_late_takes_nothing_from_a_state_that_had_lasted() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("closed", 1600)
    told.look(2100)
    assert told.happened == [("open", None), ("closed", None)]


def test_a_clock_that_is_set_back_does_not_hold_a_state_up() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1_000_000)
    told.look(10)
    assert told.happened == [("open", None)]


def test_the_first_state_ever_needs_not_to_last() -> None:
    told = Told(shaped(door(), DEBOUNCED), NOTHING_KNOWN)
    told.hear("open", 1000)
    assert (told.state, told.happened) == (EntityState("open", since_ms=1000), [])


def test_brightness_does_not_wait_for_the_state() -> None:
    told = Told(shaped(light(), DEBOUNCED), EntityState("off", since_ms=1))
    told.hear(StateReading("on", 30), 1000)
    told.hear(StateReading("on", 70), 1100)
    assert (told.state.value, told.state.brightness, told.state.pending) == ("off", 70, Pending("on", 1000, 1000))


def test_a_change_that_waited_at_the_broker_counts_at_once() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000, Circumstances(1000, backlog=True, away_s=60))
    told.hear("closed", 1000, Circumstances(1000, backlog=True, away_s=60))
    assert told.happened == [("open", None), ("closed", None)]


@pytest.mark.parametrize(("fires", "reason"), [(True, None), (False, NotOffered.CHANGED_WHILE_AWAY)])
def test_a_retained_change_counts_at_once_as_without_shaping(*, fires: bool, reason: NotOffered | None) -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000, Circumstances(1000, retained=True, policy=LatePolicy(fire_changed_while_away=fires)))
    assert told.happened == [("open", reason)]


def test_a_retained_state_that_contradicts_one_nobody_saw_last_ends_it() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("closed", 9000, Circumstances(9000, retained=True))
    assert told.happened == [("open", NotOffered.TOO_SHORT)]
    assert told.state == CLOSED


def test_a_retained_state_that_agrees_lets_it_go_on() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.hear("open", 9000, Circumstances(9000, retained=True))
    assert told.happened == []
    told.look(9000)
    assert told.happened == [("open", None)]


def test_what_waits_counts_at_once_where_debouncing_has_been_turned_off() -> None:
    told = Told(shaped(door(), DEBOUNCED))
    told.hear("open", 1000)
    told.entity = door()
    told.hear("closed", 1001)
    assert told.happened == [("open", None), ("closed", None)]


def test_at_most_one_event_in_the_interval_is_offered() -> None:
    told = Told(shaped(door(), SPACED))
    for at_ms, word in zip((1000, 1000, 5000, 10_999, 11_000, 12_000), cycle(("open", "closed")), strict=False):
        told.hear(word, at_ms)
    soon = NotOffered.TOO_SOON
    assert [reason for _, reason in told.happened] == [None, soon, soon, soon, None, soon]


def test_the_interval_begins_when_a_state_has_lasted() -> None:
    told = Told(shaped(door(), replace(SPACED, debounce_ms=500, debounce_max_ms=2000)))
    for at_ms, word in ((1000, "open"), (10_999, "closed"), (11_500, "open")):
        told.hear(word, at_ms)
        told.look(at_ms + 500)
    assert told.happened == [("open", None), ("closed", NotOffered.TOO_SOON), ("open", None)]
    assert (told.state.since_ms, told.state.offered_ms) == (11_500, 12_000)
    told.hear("closed", 30_000)
    told.hear("closed", 31_000)
    assert (told.state.since_ms, told.state.offered_ms) == (30_000, 31_000), "whoever notices that it has lasted"


def test_an_event_that_is_not_offered_anyway_begins_no_interval() -> None:
    told = Told(shaped(door(), SPACED))
    told.hear("open", 1000, Circumstances(1000, retained=True))
    told.hear("closed", 1001)
    assert told.happened == [("open", NotOffered.CHANGED_WHILE_AWAY), ("closed", None)]


def test_what_happens_while_a_device_is_hidden_begins_no_interval() -> None:
    told = Told(replace(shaped(door(), SPACED), exposed=False))
    told.hear("open", 1000)
    told.entity = replace(told.entity, exposed=True)
    told.hear("closed", 2000)
    told.hear("open", 3000)
    assert told.happened[1:] == [("closed", None), ("open", NotOffered.TOO_SOON)], "nobody was offered anything before"


def test_presses_keep_the_interval_and_never_wait() -> None:
    told = Told(shaped(button(), Shaping(debounce_ms=500, debounce_max_ms=500, min_interval_ms=1000)), NOTHING_KNOWN)
    told.hear(PressReading("single"), 1000)
    told.hear(PressReading("double"), 1500)
    told.hear(PressReading("single"), 2000)
    assert told.happened == [("single", None), ("double", NotOffered.TOO_SOON), ("single", None)]
    assert told.state.presses == ("single", "double")


def test_a_clock_that_is_set_back_ends_the_interval() -> None:
    told = Told(shaped(door(), SPACED))
    told.hear("open", 1_000_000)
    told.hear("closed", 10)
    assert told.happened == [("open", None), ("closed", None)]


steps = st.lists(st.tuples(st.sampled_from(["open", "closed"]), st.integers(1, 900)), max_size=30)


@given(steps=steps, on_time=st.booleans())
def test_the_same_changes_count_whether_timers_come_in_time_or_with_the_next_message(
    *, steps: list[tuple[str, int]], on_time: bool
) -> None:
    told, punctual = Told(shaped(door(), DEBOUNCED)), Told(shaped(door(), DEBOUNCED))
    now_ms = 1000
    for word, pause_ms in steps:
        pending = punctual.state.pending
        now_ms += pause_ms
        if pending is not None:
            punctual.look(min(now_ms, due_ms(punctual.entity, pending)))
        if on_time:
            told.look(now_ms)
        told.hear(word, now_ms)
        punctual.hear(word, now_ms)
    assert told.happened == punctual.happened
    assert told.state == punctual.state


@given(steps=steps)
def test_offered_changes_alternate_and_each_has_lasted(steps: list[tuple[str, int]]) -> None:
    told, now_ms = Told(shaped(door(), DEBOUNCED)), 1000
    for word, pause_ms in steps:
        now_ms += pause_ms
        told.hear(word, now_ms)
    told.look(now_ms + 10_000)
    offered = [word for word, reason in told.happened if reason is None]
    assert offered == ["open", "closed"] * (len(offered) // 2) + ["open"] * (len(offered) % 2)
    assert told.state.pending is None
    assert told.state.value == (steps[-1][0] if steps else "closed")
