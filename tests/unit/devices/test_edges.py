"""States become events at their edges, and nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_state

from bridge.devices.entity import ALARMS, Entity, EntityKind
from bridge.devices.interpretation import EDGE_KINDS, Circumstances, LatePolicy, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import StateReading
from bridge.events import Event, NotOffered
from tests.unit.devices.examples import detector, door, light, switch

LIVE = Circumstances(now_ms=5000)
RETAINED = Circumstances(now_ms=5000, retained=True)
LIT = EntityState("on", 30, since_ms=1, color="#ff0000", color_temp=2700)
FIRE = LatePolicy(fire_changed_while_away=True)
THINGS = {EntityKind.CONTACT: door(), EntityKind.LIGHT: light(), EntityKind.SWITCH: switch()} | {
    kind: detector(kind) for kind in (EntityKind.MOTION, *ALARMS, EntityKind.LOCK, EntityKind.COVER)
}
EDGES = [
    (EntityKind.CONTACT, "closed", "open", "contact.opened"),
    (EntityKind.CONTACT, "open", "closed", "contact.closed"),
    (EntityKind.LIGHT, "off", "on", "light.turned_on"),
    (EntityKind.LIGHT, "on", "off", "light.turned_off"),
    (EntityKind.SWITCH, "off", "on", "switch.turned_on"),
    (EntityKind.SWITCH, "on", "off", "switch.turned_off"),
    (EntityKind.MOTION, "off", "on", "motion.detected"),
    (EntityKind.MOTION, "on", "off", "motion.cleared"),
    (EntityKind.LEAK, "off", "on", "alarm.raised.leak"),
    (EntityKind.LEAK, "on", "off", "alarm.cleared.leak"),
    (EntityKind.SMOKE, "off", "on", "alarm.raised.smoke"),
    (EntityKind.SMOKE, "on", "off", "alarm.cleared.smoke"),
    (EntityKind.GAS, "off", "on", "alarm.raised.gas"),
    (EntityKind.GAS, "on", "off", "alarm.cleared.gas"),
    (EntityKind.CO, "off", "on", "alarm.raised.co"),
    (EntityKind.CO, "on", "off", "alarm.cleared.co"),
    (EntityKind.TAMPER, "off", "on", "alarm.raised.tamper"),
    (EntityKind.TAMPER, "on", "off", "alarm.cleared.tamper"),
    (EntityKind.VIBRATION, "off", "on", "alarm.raised.vibration"),
    (EntityKind.VIBRATION, "on", "off", "alarm.cleared.vibration"),
    (EntityKind.LOCK, "unlocked", "locked", "lock.locked"),
    (EntityKind.LOCK, "locked", "unlocked", "lock.unlocked"),
    (EntityKind.LOCK, "unlocked", "jammed", "lock.jammed"),
    (EntityKind.COVER, "closed", "open", "cover.opened"),
    (EntityKind.COVER, "open", "closed", "cover.closed"),
]
OF_THE_DEVICE = {
    (EntityKind.AVAILABILITY, "online"): "device.came_online",
    (EntityKind.AVAILABILITY, "offline"): "device.went_offline",
}
"""Tried in test_availability.py: they have rules of their own."""
edges = pytest.mark.parametrize(("kind", "before", "after", "event_kind"), EDGES)


def event_of(entity: Entity, before: EntityState, after: StateReading, how: Circumstances = LIVE) -> Event:
    event = interpret(entity, before, after, how).event
    assert event is not None
    return event


@edges
def test_an_edge_is_an_event_of_its_kind(kind: EntityKind, before: str, after: str, event_kind: str) -> None:
    event = event_of(THINGS[kind], EntityState(before, since_ms=1), StateReading(after))
    assert (event.kind, event.before, event.after, event.reason) == (event_kind, before, after, None)


def test_every_edge_has_its_row_above() -> None:
    assert {(kind, after): event_kind for kind, _, after, event_kind in EDGES} | OF_THE_DEVICE == EDGE_KINDS


@edges
def test_an_edge_sets_the_state_and_since_when(kind: EntityKind, before: str, after: str, event_kind: str) -> None:  # noqa: ARG001 -- one table for all
    state = interpret(THINGS[kind], EntityState(before, since_ms=1), StateReading(after), LIVE).state
    assert (state.value, state.since_ms) == (after, 5000)


@given(
    edge=st.sampled_from(EDGES),
    retained=st.booleans(),
    backlog=st.booleans(),
    brightness=st.integers(1, 100) | st.none(),
    fire=st.booleans(),
)
def test_the_same_state_twice_makes_no_second_event(
    edge: tuple[EntityKind, str, str, str], *, retained: bool, backlog: bool, brightness: int | None, fire: bool
) -> None:
    kind, before, after, _ = edge
    how = Circumstances(9000, retained, backlog, 1e9, LatePolicy(fire_changed_while_away=fire))
    once = interpret(THINGS[kind], EntityState(before), StateReading(after), LIVE)
    twice = interpret(THINGS[kind], once.state, StateReading(after, brightness), how)
    assert once.event is not None
    assert twice.event is None
    assert (twice.state.value, twice.state.since_ms) == (after, 5000)


@edges
@pytest.mark.parametrize(
    "how", [LIVE, RETAINED, Circumstances(5000, backlog=True), Circumstances(5000, retained=True, policy=FIRE)]
)
def test_the_first_value_ever_is_a_baseline_but_for_what_is_detected_at_this_moment(
    kind: EntityKind, before: str, after: str, event_kind: str, how: Circumstances
) -> None:
    del before
    result = interpret(THINGS[kind], NOTHING_KNOWN, StateReading(after), how)
    assert (result.state.value, result.state.since_ms) == (after, 5000)
    if event_kind.startswith(("motion.detected", "alarm.raised")) and not how.retained:
        assert result.event is not None
        assert (result.event.kind, result.event.before, result.event.reason) == (event_kind, None, None)
    else:
        assert result.event is None


@edges
def test_an_edge_is_not_late_however_long_it_waited(kind: EntityKind, before: str, after: str, event_kind: str) -> None:
    how = Circumstances(5000, backlog=True, away_s=1e9)
    event = event_of(THINGS[kind], EntityState(before), StateReading(after), how)
    assert (event.kind, event.reason) == (event_kind, None)


@edges
def test_a_retained_message_that_differs_is_recorded_and_never_offered(
    kind: EntityKind, before: str, after: str, event_kind: str
) -> None:
    result = interpret(THINGS[kind], EntityState(before), StateReading(after), RETAINED)
    assert result.state.value == after
    assert result.event is not None
    assert (result.event.kind, result.event.reason) == (event_kind, NotOffered.CHANGED_WHILE_AWAY)


@edges
def test_it_is_offered_where_the_policy_says_fire(kind: EntityKind, before: str, after: str, event_kind: str) -> None:
    how = Circumstances(5000, retained=True, policy=FIRE)
    event = event_of(THINGS[kind], EntityState(before), StateReading(after), how)
    assert (event.kind, event.reason) == (event_kind, None)


def test_a_reading_that_says_no_state_changes_nothing() -> None:
    known = EntityState("open", since_ms=1)
    result = interpret(door(), known, StateReading(None), LIVE)
    assert result.state is known
    assert result.event is None


def test_unknown_between_two_equal_values_is_no_edge() -> None:
    state = EntityState("open", since_ms=1)
    for value in (None, "open", None):
        result = interpret(door(), state, StateReading(value), LIVE)
        assert result.event is None
        state = result.state
    assert state == EntityState("open", since_ms=1)


def test_brightness_alone_changes_the_state_and_is_no_event() -> None:
    for value in (None, "on"):
        result = interpret(light(), EntityState("on", 30, 1), StateReading(value, 80), LIVE)
        assert (result.state, result.event) == (EntityState("on", 80, 1), None)


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (StateReading("on"), LIT),
        (StateReading(brightness=80), replace_state(LIT, brightness=80)),
        (StateReading(color="#00ff00"), replace_state(LIT, color="#00ff00")),
        (StateReading(color_temp=4000), replace_state(LIT, color_temp=4000)),
        (StateReading("off"), replace_state(LIT, value="off", since_ms=5000)),
    ],
)
def test_how_a_light_shines_stays_known_until_it_says_otherwise(reading: StateReading, state: EntityState) -> None:
    assert interpret(light(), LIT, reading, LIVE).state == state


def test_brightness_may_be_known_before_the_first_state() -> None:
    result = interpret(light(), NOTHING_KNOWN, StateReading(None, 80), LIVE)
    assert (result.state, result.event) == (EntityState(None, 80), None)
    assert interpret(light(), result.state, StateReading("on"), LIVE).event is None


@pytest.mark.parametrize(
    ("known", "reading", "brightness"),
    [
        (EntityState("off"), StateReading("on", 80), "80"),
        (EntityState("off", 30), StateReading("on"), "30"),
        (EntityState("off"), StateReading("on"), ""),
        (EntityState("on", 30), StateReading("off"), ""),
        (EntityState("on", 30), StateReading("off", 80), ""),
    ],
)
def test_a_light_tells_its_brightness_when_it_goes_on(
    known: EntityState, reading: StateReading, brightness: str
) -> None:
    assert event_of(light(), known, reading).ingredients["brightness"] == brightness


def test_ingredients_are_the_names_of_the_moment() -> None:
    event = event_of(door("front-door", name="Front door", room="Hall"), EntityState("closed"), StateReading("open"))
    assert event.ingredients == {"device_name": "Front door", "device_id": "front-door", "room": "Hall"}
    assert (event.home, event.device, event.entity) == ("home", "front-door", "front-door")


def test_an_event_says_which_thing_of_which_device_it_was() -> None:
    event = event_of(replace(light("panel"), id="panel.lower"), EntityState("off"), StateReading("on"))
    assert (event.home, event.device, event.entity) == ("home", "panel", "panel.lower")


@pytest.mark.parametrize(
    ("thing", "before", "after"),
    [(switch(), "open", "on"), (door(), "off", "open"), (door(), "opening", "open"), (door(), "closing", "closed")],
)
def test_a_value_from_when_the_entity_was_of_another_kind_is_no_edge(thing: Entity, before: str, after: str) -> None:
    result = interpret(thing, EntityState(before, since_ms=1), StateReading(after), LIVE)
    assert (result.state.value, result.event) == (after, None)


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_names_its_sort(kind: EntityKind) -> None:
    event = event_of(THINGS[kind], EntityState("off"), StateReading("on"))
    assert event.ingredients["alarm"] == kind.value


def test_a_number_is_a_state_and_no_event() -> None:
    sensor = detector(EntityKind.SENSOR)
    for before in (None, "20"):
        result = interpret(sensor, EntityState(before, since_ms=1), StateReading("21.5"), LIVE)
        assert (result.state, result.event) == (EntityState("21.5", since_ms=5000), None)
