"""Which thresholds a number passes, and when passing one counts again."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.crossings import Measured, cross, measured
from bridge.devices.entity import Entity, Shaping
from bridge.devices.interpretation import Circumstances, LatePolicy
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import StateReading
from bridge.devices.watches import Crossing, watch_of
from bridge.errors import UnreadableMessage
from bridge.events import Event, NotOffered, dropped_below_kind, rose_above_kind
from tests.unit.devices.numbers import thermometer

LIVE = Circumstances(1000)


def rises(threshold: str) -> Crossing:
    return Crossing(rose_above_kind(threshold), rising=True, written=threshold)


def drops(threshold: str) -> Crossing:
    return Crossing(dropped_below_kind(threshold), rising=False, written=threshold)


@dataclass
class Walk:
    """One sensor whose numbers come one after the other."""

    entity: Entity
    watched: tuple[Crossing, ...]
    state: EntityState = NOTHING_KNOWN
    now_ms: int = 1000

    def to(self, value: str, how: Circumstances | None = None) -> tuple[Event, ...]:
        """Take the next number in."""
        outcome = cross(self.entity, self.state, StateReading(value), how or Circumstances(self.now_ms), self.watched)
        self.state = outcome.state
        self.now_ms += 1000
        return outcome.events

    def kinds(self, *values: str) -> list[str]:
        """Take numbers in, and return the kinds of what is offered."""
        return [event.kind for value in values for event in self.to(value) if event.reason is None]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("24.9", "25", ["value.rose_above.25"]),
        ("24.9", "30", ["value.rose_above.25"]),
        ("25", "26", []),
        ("25", "25", []),
        ("25.1", "25", ["value.dropped_below.25"]),
        ("25.1", "-3", ["value.dropped_below.25"]),
        ("25", "24.9", []),
    ],
)
def test_a_threshold_is_passed_when_it_is_reached(before: str, after: str, expected: list[str]) -> None:
    assert Walk(thermometer(), (rises("25"), drops("25"))).kinds(before, after) == expected


def test_the_event_says_what_a_person_needs() -> None:
    walk = Walk(replace(thermometer(), id="thermometer.upper"), (rises("25"),))
    walk.to("24.8")
    (event,) = walk.to("25.4")
    assert event.ingredients == {
        "device_name": "Thermometer",
        "device_id": "thermometer",
        "room": "Hall",
        "value": "25.4",
        "previous_value": "24.8",
        "unit": "°C",
        "threshold": "25",
    }
    assert (event.home, event.device, event.entity) == ("home", "thermometer", "thermometer.upper")
    assert (event.before, event.after, event.reason) == ("24.8", "25.4", None)


def test_the_first_number_ever_passes_nothing() -> None:
    assert Walk(thermometer(), (rises("25"), drops("50"))).kinds("30") == []


def test_a_state_from_when_it_was_another_kind_is_no_number_to_come_from() -> None:
    walk = Walk(thermometer(), (rises("25"),), EntityState("open", since_ms=1, fired=("battery.low",)))
    assert walk.kinds("30") == []
    assert walk.state == EntityState("30", since_ms=1000)


def test_several_thresholds_are_passed_in_the_order_in_which_the_number_meets_them() -> None:
    walk = Walk(thermometer(), (rises("30"), rises("25"), drops("25"), drops("30")))
    assert walk.kinds("20", "31") == ["value.rose_above.25", "value.rose_above.30"]
    assert walk.kinds("20") == ["value.dropped_below.30", "value.dropped_below.25"]


def test_numbers_are_compared_as_they_are_written() -> None:
    """As floats 0.7 + 0.1 is less than 0.8."""
    walk = Walk(replace(thermometer(), shaping=Shaping(hysteresis=Decimal("0.1"))), (drops("0.7"),))
    assert walk.kinds("1", "0.7") == ["value.dropped_below.0.7"]
    assert walk.kinds("0.8", "0.7") == []
    assert walk.kinds("0.81", "0.7") == ["value.dropped_below.0.7"]


def test_with_hysteresis_it_counts_again_only_after_the_number_was_far_enough_back() -> None:
    walk = Walk(replace(thermometer(), shaping=Shaping(hysteresis=Decimal("0.5"))), (rises("25"),))
    assert walk.kinds("24", "25") == ["value.rose_above.25"]
    assert walk.state.fired == ("value.rose_above.25",)
    walk.to("24.5")
    (held,) = walk.to("26")
    assert held.reason is NotOffered.WITHIN_HYSTERESIS
    assert walk.kinds("24.4", "25") == ["value.rose_above.25"]


def test_what_nobody_watches_any_more_is_not_remembered() -> None:
    walk = Walk(replace(thermometer(), shaping=Shaping(hysteresis=Decimal(1))), (rises("25"),))
    walk.kinds("24", "25")
    walk.watched = ()
    walk.to("26")
    assert walk.state.fired == ()


def test_without_hysteresis_nothing_is_remembered_and_what_was_ends_where_it_is_turned_off() -> None:
    walk = Walk(replace(thermometer(), shaping=Shaping(hysteresis=Decimal(1))), (rises("25"), rises("30")))
    assert walk.kinds("24", "25") == ["value.rose_above.25"]
    walk.entity = thermometer()
    assert walk.kinds("24.9", "25", "31") == ["value.rose_above.25", "value.rose_above.30"]
    assert walk.state.fired == ()


@pytest.mark.parametrize("reading", [StateReading("21.5"), StateReading()])
def test_a_number_that_is_said_again_and_a_message_that_says_none_leave_all_as_it_is(reading: StateReading) -> None:
    known = EntityState("21.5", since_ms=1)
    outcome = cross(thermometer(), known, reading, LIVE, (rises("20"), drops("30")))
    assert outcome.state is known
    assert outcome.events == ()


@pytest.mark.parametrize(("fires", "reason"), [(True, None), (False, NotOffered.CHANGED_WHILE_AWAY)])
def test_a_threshold_passed_while_nobody_listened(*, fires: bool, reason: NotOffered | None) -> None:
    walk = Walk(thermometer(), (rises("25"),))
    walk.to("24")
    how = Circumstances(5000, retained=True, policy=LatePolicy(fire_changed_while_away=fires))
    assert [event.reason for event in walk.to("26", how)] == [reason]
    assert walk.state.value == "26"


def test_the_thresholds_that_one_message_passes_count_as_one_in_the_interval() -> None:
    walk = Walk(replace(thermometer(), shaping=Shaping(min_interval_ms=2500)), (rises("25"), rises("30"), drops("25")))
    assert walk.kinds("20", "31") == ["value.rose_above.25", "value.rose_above.30"]
    assert [event.reason for event in walk.to("20")] == [NotOffered.TOO_SOON]
    assert walk.kinds("20", "25") == ["value.rose_above.25"]


def test_what_is_within_hysteresis_is_not_called_too_soon_beside_another_that_is() -> None:
    shaping = Shaping(hysteresis=Decimal("0.5"), min_interval_ms=60_000)
    walk = Walk(replace(thermometer(), shaping=shaping), (rises("25"), rises("30")))
    assert walk.kinds("24", "25", "24.8") == ["value.rose_above.25"]
    assert [event.reason for event in walk.to("31")] == [NotOffered.WITHIN_HYSTERESIS, NotOffered.TOO_SOON]


@pytest.mark.parametrize("value", ["warm", "", "NaN", "Infinity", "1E+400"])
def test_what_is_no_number_is_an_unreadable_message(value: str) -> None:
    with pytest.raises(UnreadableMessage):
        measured(thermometer(), NOTHING_KNOWN, StateReading(value), LIVE)
    with pytest.raises(UnreadableMessage):
        cross(thermometer(), NOTHING_KNOWN, StateReading(value), LIVE, ())


def test_every_number_is_kept_but_one_that_the_broker_has_only_repeated() -> None:
    known, retained = EntityState("21.5", since_ms=1), Circumstances(1000, retained=True)
    sensor = thermometer()
    assert measured(sensor, known, StateReading("21.5"), LIVE) == Measured("thermometer", 1000, 21.5)
    assert measured(sensor, known, StateReading("21.5"), retained) is None
    assert measured(sensor, known, StateReading("21.6"), retained) == Measured("thermometer", 1000, 21.6)
    assert measured(sensor, known, StateReading(), LIVE) is None


def naive(values: list[Decimal], threshold: Decimal, hysteresis: Decimal) -> list[int]:
    """Say where a rising threshold counts: it was below before, and far enough below since it counted last."""
    counted: list[int] = []
    for place in range(1, len(values)):
        back = not counted or min(values[counted[-1] : place]) < threshold - hysteresis
        if values[place - 1] < threshold <= values[place] and back:
            counted.append(place)
    return counted


tenths = st.integers(-40, 40).map(lambda number: Decimal(number) / 10)


@given(
    values=st.lists(tenths, max_size=40), threshold=tenths, hysteresis=st.integers(0, 20).map(lambda n: Decimal(n) / 10)
)
def test_a_walk_passes_a_threshold_where_a_plain_look_back_says_so(
    values: list[Decimal], threshold: Decimal, hysteresis: Decimal
) -> None:
    up = replace(thermometer(), shaping=Shaping(hysteresis=hysteresis))
    for sign, watch in ((1, rises(f"{threshold:f}")), (-1, drops(f"{-threshold:f}"))):
        walk = Walk(up, (watch,))
        offered = [place for place, value in enumerate(values) if walk.kinds(f"{sign * value:f}")]
        assert offered == naive(values, threshold, hysteresis)


@given(values=st.lists(tenths, max_size=20), threshold=tenths)
def test_the_same_number_twice_never_makes_a_second_event(values: list[Decimal], threshold: Decimal) -> None:
    walk = Walk(thermometer(), (rises(f"{threshold:f}"), drops(f"{threshold:f}")))
    for value in values:
        walk.to(f"{value:f}")
        assert walk.to(f"{value:f}") == ()


def test_the_kind_of_an_event_says_what_to_watch() -> None:
    assert watch_of("value.rose_above.-3.5") == rises("-3.5")
    assert watch_of("value.dropped_below.0") == drops("0")
    assert watch_of("contact.opened") is None
