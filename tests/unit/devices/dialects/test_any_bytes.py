"""Whatever bytes come on whatever topic, a dialect says something, nothing, or UnreadableMessage."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.dialects.plain_availability import PlainAvailability
from bridge.devices.dialects.plain_cover import PlainCover, Positions
from bridge.devices.dialects.plain_lock import LockWords, PlainLock
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.entity import Dialect
from bridge.devices.reading import PressReading, StateReading
from bridge.errors import UnreadableMessage
from tests.unit.devices.examples import ON_OFF, OPEN_CLOSED

DIALECTS: list[Dialect] = [
    PlainState("t", OPEN_CLOSED),
    PlainState("t", ON_OFF, ("state",), "t/set", Dimming(255, color=True)),
    PlainState("t", StateWords("1", "0", "on", "off"), ("a", "b")),
    PlainButton("t"),
    PlainButton("t", ("state",)),
    PlainNumber("t"),
    PlainNumber("t", ("state",), (0, 100)),
    PlainAvailability("t"),
    PlainLock("t", "t/set", LockWords(jammed="JAMMED")),
    PlainLock("t", "t/set", path=("state",)),
    PlainCover("t", "t/set", positions=Positions("t")),
    PlainCover("t", "t/set", positions=Positions("p", ("a",), opened=0, closed=255)),
    PlainCover("t", "t/set", path=("state",), positions=Positions("t", ("a", "b"))),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ON", "OFF", "open", "single", "nan"])
)
keys = st.sampled_from(["state", "brightness", "a", "b"]) | st.text(max_size=3)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))
objects = st.dictionaries(keys, values, max_size=5).map(lambda value: json.dumps(value).encode())
payloads = st.binary(max_size=64) | st.text(max_size=16).map(lambda text: text.encode()) | objects


@pytest.mark.parametrize("dialect", DIALECTS)
@given(topic=st.sampled_from(["t", "p"]) | st.text(max_size=12), payload=payloads)
@example(topic="t", payload=b'{"state":1' + b"0" * 400 + b"}")
@example(topic="t", payload=b'{"state":1' + b"0" * 5000 + b"}")
@example(topic="t", payload=b'{"state":1e308,"brightness":1' + b"0" * 400 + b"}")
@example(topic="t", payload=b'{"a":{"b":-0.0}}')
@example(topic="t", payload=b'{"a":{"b":1e308},"state":-1e-308}')
@example(topic="p", payload=b'{"a":1e308}')
def test_no_bytes_on_any_topic_raise_anything_but_unreadable_message(
    dialect: Dialect, topic: str, payload: bytes
) -> None:
    try:
        reading = dialect.read(topic, payload)
    except UnreadableMessage as error:
        assert len(error.reason) < 50  # noqa: PT017 -- whether it is raised at all is not the question
    else:
        assert reading is None or isinstance(reading, StateReading | PressReading)
