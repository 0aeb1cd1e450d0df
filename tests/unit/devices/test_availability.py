"""Whether a device can be reached: an event of the device, when it is heard as it happens."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_state

from bridge.devices.entity import AvailabilityMode, Entity
from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import AvailabilityReading, StateReading
from bridge.events import NotOffered
from tests.fakes.conventions import FakeDialect
from tests.unit.devices.examples import availability

LIVE = Circumstances(now_ms=5000)
RETAINED = Circumstances(now_ms=5000, retained=True)
CHANGES = [("online", "offline", "device.went_offline"), ("offline", "online", "device.came_online")]
changes = pytest.mark.parametrize(("before", "after", "kind"), CHANGES)


@changes
def test_a_change_is_an_event_of_the_device(before: str, after: str, kind: str) -> None:
    result = interpret(availability(), EntityState(before, since_ms=1), StateReading(after), LIVE)
    assert (result.state.value, result.state.since_ms) == (after, 5000)
    event = result.event
    assert event is not None
    assert (event.kind, event.before, event.after, event.reason) == (kind, before, after, None)
    assert (event.device, event.entity) == ("front-door", "front-door")
    assert event.ingredients == {"device_name": "Front door", "device_id": "front-door", "room": "Hall"}


@changes
@pytest.mark.parametrize("fire", [False, True])
def test_what_the_broker_has_kept_is_never_offered(before: str, after: str, kind: str, *, fire: bool) -> None:
    how = Circumstances(5000, retained=True, policy=LatePolicy(fire_changed_while_away=fire))
    event = interpret(availability(), EntityState(before), StateReading(after), how).event
    assert event is not None
    assert (event.kind, event.reason) == (kind, NotOffered.CHANGED_WHILE_AWAY)


@pytest.mark.parametrize("value", ["online", "offline"])
def test_the_first_word_is_no_event(value: str) -> None:
    result = interpret(availability(), NOTHING_KNOWN, StateReading(value), LIVE)
    assert (result.state.value, result.event) == (value, None)


@pytest.mark.parametrize("value", ["online", "offline"])
def test_the_same_word_again_is_no_event(value: str) -> None:
    known = EntityState(value, since_ms=1)
    result = interpret(availability(), known, StateReading(value), LIVE)
    assert (result.state, result.event) == (known, None)


def together_at(mode: AvailabilityMode) -> Entity:
    """Return the reach of a device that two topics tell of."""
    return replace(availability(), dialect=FakeDialect(("one", "other")), availability=mode)


def test_what_several_topics_say_counts_together_as_the_entity_has_it() -> None:
    known = EntityState("online", since_ms=1, parts=("online", "online"))
    result = interpret(together_at(AvailabilityMode.ALL), known, AvailabilityReading(1, online=False), LIVE)
    assert result.state == EntityState("offline", since_ms=5000, parts=("online", "offline"))
    assert result.event is not None
    assert (result.event.kind, result.event.reason) == ("device.went_offline", None)
    kept = interpret(together_at(AvailabilityMode.ALL), known, AvailabilityReading(1, online=False), RETAINED).event
    assert kept is not None
    assert kept.reason is NotOffered.CHANGED_WHILE_AWAY
    latest = interpret(together_at(AvailabilityMode.LATEST), known, AvailabilityReading(1, online=False), LIVE)
    assert latest == result
    other = interpret(together_at(AvailabilityMode.ANY), known, AvailabilityReading(1, online=False), LIVE)
    assert (other.state, other.event) == (replace_state(known, parts=("online", "offline")), None)


def test_the_word_of_one_topic_is_remembered_until_the_other_has_spoken() -> None:
    reach = together_at(AvailabilityMode.ALL)
    first = interpret(reach, NOTHING_KNOWN, AvailabilityReading(1, online=True), LIVE)
    assert (first.state, first.event) == (EntityState(parts=("", "online")), None)
    second = interpret(reach, first.state, AvailabilityReading(0, online=True), LIVE)
    assert (second.state, second.event) == (EntityState("online", since_ms=5000, parts=("online", "online")), None)


def test_the_same_word_of_the_same_topic_changes_nothing() -> None:
    known = EntityState("online", since_ms=1, parts=("online", "online"))
    result = interpret(together_at(AvailabilityMode.ALL), known, AvailabilityReading(0, online=True), LIVE)
    assert result.state is known
    assert result.event is None


def test_while_its_gateway_is_out_of_reach_a_device_does_not_go_and_comes_back_in_silence() -> None:
    how = Circumstances(now_ms=5000, taken_along=True)
    online, offline = EntityState("online", since_ms=1), EntityState("offline", since_ms=1)
    gone = interpret(availability(), online, StateReading("offline"), how)
    assert gone.state is online
    assert gone.event is None
    back = interpret(availability(), offline, StateReading("online"), how)
    assert (back.state, back.event) == (EntityState("online", since_ms=5000), None)
