"""Whether a device can be reached: an event of the device, when it is heard as it happens."""

import pytest

from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import StateReading
from bridge.events import NotOffered
from tests.unit.devices.examples import availability

LIVE = Circumstances(now_ms=5000)
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
