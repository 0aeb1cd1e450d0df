"""Descriptions and reports that are nearly right: valid JSON with something odd in one place."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from bridge.devices.described import Convention
from bridge.devices.reading import AvailabilityReading, PressReading, StateReading
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, Message

ODD: st.SearchStrategy[object] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1, 2, 3, 7, 255, 10**9, 10**30, -(10**30), 10**400, 1.5, 1e300, -1e-300, -0.0),
        *("", "ON", "OFF", "self", "state", "a/b", "#", "+", "/", "$SYS/x", "x" * 3000, "\u0000", "ä\u202e", "\ud800"),
        *("tasmota/discovery/x", "%prefix%", "bridge/devices"),
        *("enum", "binary", "light", "cover", "lock", "action", "unknown"),
        *([], {}, [None], [[]], [{}], {"a": None}, {"id": 0}, [1, "a"], {"": {"": {}}}, ["x"] * 300, {"x": 1, "y": 0}),
    ]
) | st.text(max_size=8)

Step = str | int


def paths(value: object, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Return the paths of everything inside a JSON value."""
    inner: Iterator[tuple[Step, object]] = iter(())
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    for step, below in inner:
        yield (*above, step)
        yield from paths(below, (*above, step))


@st.composite
def nearly(draw: st.DrawFn, body: object) -> bytes:
    """Draw a JSON value like this one, with a few odd things in it."""
    odd: Any = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 4))):
        everywhere = list(paths(odd))
        if not everywhere:
            break
        *way, last = draw(st.sampled_from(everywhere))
        place = odd
        for step in way:
            place = place[step]
        if draw(st.booleans()) or isinstance(place, list):
            place[last] = copy.deepcopy(draw(ODD))
        else:
            del place[last]
    return json.dumps(odd).encode()


def heard_without_harm(convention: Convention, messages: list[Message]) -> Household:
    """Hear messages, and let every entity read each of them: nothing may be raised but UnreadableMessage."""
    home = Household(convention)
    for message in messages:
        try:
            home.hear([message])
        except UnreadableMessage as error:
            assert len(error.reason) < 50  # noqa: PT017 -- whether it is raised at all is not the question
    for group, parts in list(home.groups.items()):
        try:
            convention.read(group, parts)
        except UnreadableMessage:
            del home.groups[group]
    for _, entity in home.entities():
        assert isinstance(hash(entity), int)
        for topic in entity.dialect.state_topics:
            assert len(topic.encode()) <= 2048
            assert not any(sign in topic for sign in "#+\0")
            for _, payload in messages:
                _read_without_harm(entity.dialect, topic, payload)
    return home


def _read_without_harm(dialect: Any, topic: str, payload: bytes) -> None:  # noqa: ANN401 -- any dialect
    try:
        reading = dialect.read(topic, payload)
    except UnreadableMessage as error:
        assert len(error.reason) < 50  # noqa: PT017 -- whether it is raised at all is not the question
    else:
        assert reading is None or isinstance(reading, StateReading | PressReading | AvailabilityReading)
