"""Numbers, deadlines and states that wait, in batches: a restart at any point changes nothing of what happens."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.catalogue import Catalogue
from bridge.devices.crossings import Measured
from bridge.devices.deadlines import Deadlines
from bridge.devices.entity import Shaping
from bridge.devices.last_known import LastKnown
from bridge.devices.watches import Watches
from bridge.mqtt.interpreter import Draft, Interpreter, Listening
from bridge.mqtt.message import Arrival, BacklogEnded, Due
from tests.unit.devices.examples import door
from tests.unit.devices.numbers import thermometer
from tests.unit.mqtt.examples import DOOR, Taken, message

ATTIC = "home/thermometer"
SHAPED = Shaping(debounce_ms=1500, debounce_max_ms=6000, min_interval_ms=3000)


class Timed(Taken):
    """As Taken, of a door and a sensor that somebody watches."""

    def __init__(self, *, shaped: bool = False) -> None:
        front = replace(door(), shaping=SHAPED) if shaped else door()
        super().__init__(catalogue=Catalogue([front, thermometer()]))
        self.deadlines = Deadlines()
        self.watches = Watches()
        for where, kind in (
            ("front-door", "contact.left_open.1"),
            ("thermometer", "value.rose_above.20"),
            ("thermometer", "value.dropped_below.18"),
        ):
            self.watches.add("home", where, kind)

    @property
    def interpreter(self) -> Interpreter:
        """One that reads what is committed by now, deadlines too."""
        return Interpreter(self.catalogue, self.known, self.deliveries, self.policy, self.deadlines, self.watches)

    def commit(self, *arrivals: Arrival, set_by_ms: int = 0) -> Draft:
        """Interpret a batch and let it count."""
        draft = super().commit(*arrivals, set_by_ms=set_by_ms)
        self.deadlines.replace(draft.deadlines)
        return draft

    def restart(self) -> None:
        """Forget everything but what is on disk."""
        self.known = LastKnown({entity: self.known.of(entity) for entity in self.known})
        self.deadlines = Deadlines(list(self.deadlines))
        self.listening = Listening()


def test_numbers_of_one_batch_are_compared_with_one_another_and_all_are_kept() -> None:
    taken = Timed()
    draft = taken.commit(*(message(ATTIC, value, qos=0) for value in (b"17", b"20", b"20", b"18")))
    assert taken.kinds == ["value.rose_above.20", "value.dropped_below.18"]
    assert draft.readings == [Measured("thermometer", 1000, value) for value in (17.0, 20.0, 20.0, 18.0)]


def test_what_is_no_number_is_ignored_and_stalls_nothing() -> None:
    taken = Timed()
    draft = taken.commit(message(ATTIC, b"warm", qos=0), message(ATTIC, b"1E+999", qos=0), message(ATTIC, b"3", qos=0))
    assert [ignored.reason for ignored in draft.ignored] == ["not a number", "not a finite number"]
    assert taken.known.of("thermometer").value == "3"
    assert draft.taken == 1


def test_a_door_that_opens_and_closes_in_one_batch_leaves_no_deadline() -> None:
    taken = Timed()
    draft = taken.commit(*(message(DOOR, word, qos=0) for word in (b"closed", b"open", b"closed")))
    assert list(taken.deadlines) == []
    assert draft.stirred


def test_a_batch_in_which_nothing_waits_stirs_nobody() -> None:
    taken = Timed()
    assert not taken.commit(message(DOOR, b"closed", qos=0), message(ATTIC, b"3", qos=0)).stirred


def test_a_state_that_begins_to_wait_is_a_reason_to_look_at_the_clock_and_so_is_its_end() -> None:
    taken = Timed(shaped=True)
    taken.commit(message(DOOR, b"closed", qos=0))
    assert taken.commit(message(DOOR, b"open", qos=0)).stirred
    assert not taken.commit(message(DOOR, b"open", qos=0)).stirred
    assert taken.commit(message(DOOR, b"closed", qos=0)).stirred


@pytest.mark.parametrize("shaped", [True, False])
def test_what_is_due_waits_until_all_that_happens_is_heard(*, shaped: bool) -> None:
    taken = Timed(shaped=shaped)
    taken.commit(message(DOOR, b"closed", qos=0), message(DOOR, b"open", qos=0))
    before = len(taken.entries)
    taken.now_ms += 60_000
    taken.watches.add("home", "front-door", "contact.left_open.5")
    taken.commit(Due(live=False))
    assert len(taken.entries) == before
    assert {deadline.minutes for deadline in taken.deadlines} == (set() if shaped else {1, 5})
    taken.commit(BacklogEnded(1))
    taken.commit(Due(live=True))
    assert taken.offered == ["contact.opened", "contact.left_open.1"]
    assert [deadline.minutes for deadline in taken.deadlines if not deadline.told] == [5]


@pytest.mark.parametrize("came", [Due(live=True, received_s=7.0), BacklogEnded(1, received_s=7.0)])
@pytest.mark.parametrize("shaped", [True, False])
def test_what_time_makes_happen_comes_in_its_order_and_was_received_with_what_let_it(
    came: Arrival, *, shaped: bool
) -> None:
    taken = Timed(shaped=shaped)
    for minutes in (10, 5):
        taken.watches.add("home", "front-door", f"contact.left_open.{minutes}")
    taken.commit(message(DOOR, b"closed", qos=0), message(DOOR, b"open", qos=0))
    if shaped:
        taken.now_ms += 1500
        opened = taken.commit(came)
        assert ([entry.event.kind for entry in opened.entries], opened.received_s) == (["contact.opened"], [7.0])
    taken.now_ms += 600_000
    draft = taken.commit(came)
    expected = [f"contact.left_open.{minutes}" for minutes in (1, 5, 10)]
    assert [entry.event.kind for entry in draft.entries] == expected
    assert [entry.recorded_at_ms for entry in draft.entries] == [taken.now_ms] * 3
    assert draft.received_s == [7.0] * 3
    assert [entry.seq for entry in draft.entries] == [2, 3, 4]


words = st.sampled_from([b"open", b"closed"]).map(lambda word: message(DOOR, word, qos=0))
values = st.integers(15, 23).map(lambda value: message(ATTIC, str(value).encode(), qos=0))
steps = st.lists(st.tuples(words | values | st.just(Due(live=True)), st.integers(0, 40_000)), max_size=30)


@given(steps=steps, restarts=st.sets(st.integers(0, 30)), shaped=st.booleans())
def test_a_restart_at_any_point_gives_the_same_events(
    *, steps: list[tuple[Arrival, int]], restarts: set[int], shaped: bool
) -> None:
    through, broken = Timed(shaped=shaped), Timed(shaped=shaped)
    for place, (arrival, pause_ms) in enumerate(steps):
        for taken in (through, broken):
            taken.now_ms += pause_ms
        if place in restarts:
            broken.restart()
        through.commit(arrival)
        broken.commit(arrival)
    assert [(entry.seq, entry.event) for entry in broken.entries] == [
        (entry.seq, entry.event) for entry in through.entries
    ]
    assert list(broken.deadlines) == list(through.deadlines)


@given(steps=steps)
def test_an_opening_is_told_of_at_most_once_and_only_after_its_time(steps: list[tuple[Arrival, int]]) -> None:
    taken, opened_ms, told = Timed(), 0, 0
    for arrival, pause_ms in steps:
        taken.now_ms += pause_ms
        for entry in taken.commit(arrival).entries:
            if entry.event.kind == "contact.opened":
                opened_ms, told = entry.recorded_at_ms, 0
            if entry.event.kind == "contact.left_open.1":
                told += 1
                assert entry.recorded_at_ms - opened_ms >= 60_000
                assert taken.known.of("front-door").value == "open"
        assert told <= 1
