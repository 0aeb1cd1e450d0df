"""No bytes on any topic raise anything but UnreadableMessage: out of descriptions, and out of what they come to."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.described import Announcement
from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.devices.dialects.homeassistant.topics import COMPONENTS
from bridge.devices.reading import AvailabilityReading, PressReading, StateReading
from bridge.devices.topics import is_topic
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.test_recordings import FILES, lines

FUZZED = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
RECORDED = [line for name in FILES for line in lines(name)]
DESCRIPTIONS = [line for line in RECORDED if line["topic"].endswith("/config") and line["payload"].startswith('{"')]
SEEN_KEYS = sorted({key for line in DESCRIPTIONS for key in json.loads(line["payload"])} - {"a"})

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(
        ["t", "c", "~", "~/x", "#", "ON", "json", "template", "all", "{{ value_json.a }}", "{{ value | float }}"]
    )
)
keys = st.sampled_from([*SEEN_KEYS, "state", "brightness", "color", "position", "x", "y", "a"]) | st.text(max_size=4)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
)
messages = (
    st.binary(max_size=40)
    | st.text(max_size=12).map(str.encode)
    | values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(keys, values, max_size=6).map(lambda value: json.dumps(value).encode())
)
components = st.sampled_from(sorted(COMPONENTS))
base = {"state_topic": "t", "command_topic": "c", "topic": "t", "position_topic": "t", "device": {"identifiers": ["d"]}}


def check(convention: HomeAssistant, topic: str, payload: bytes, message: bytes, wish: Command) -> None:
    try:
        told = convention.tell(topic, payload)
        if told is None or not told.group:
            return
        announcement = convention.read(told.group, told.parts)
    except UnreadableMessage as error:
        assert len(error.reason) < 60  # noqa: PT017 -- whether it is raised at all is not the question
        return
    check_announcement(announcement, message, wish)


def check_announcement(announcement: Announcement, message: bytes, wish: Command) -> None:
    [device] = announcement.devices
    assert len({entity.id for entity in device.entities}) == len(device.entities)
    assert all(0 < len(unserved.why) < 500 for unserved in device.unserved)
    for entity in device.entities:
        dialect = entity.dialect
        assert hash(dialect) == hash(dialect)
        assert all(is_topic(topic) for topic in dialect.state_topics)
        for topic in (*dialect.state_topics, "other"):
            try:
                reading = dialect.read(topic, message)
            except UnreadableMessage:
                continue
            assert reading is None or isinstance(reading, StateReading | PressReading | AvailabilityReading)
            assert topic != "other" or reading is None
        for publication in dialect.write(wish):
            assert isinstance(publication, Publication)
            assert is_topic(publication.topic)


wishes = st.builds(
    Command,
    st.just("home"),
    st.just("e"),
    st.sampled_from(sorted(set(Wish) - {Wish.PUBLISH})),
    st.none() | st.integers(min_value=0, max_value=100),
    st.none() | st.sampled_from(["#000000", "#ffffff", "#12ab9f"]),
    st.none() | st.integers(min_value=0, max_value=100),
)


@FUZZED
@given(st.text(max_size=20) | components.map(lambda one: f"homeassistant/{one}/a/config"), messages, messages, wishes)
def test_any_message_on_any_topic(topic: str, payload: bytes, message: bytes, wish: Command) -> None:
    check(HomeAssistant(), topic, payload, message, wish)


@FUZZED
@given(components, st.dictionaries(keys, values, max_size=6), messages, wishes)
def test_any_settings_of_any_component(
    component: str, given_settings: dict[str, Any], message: bytes, wish: Command
) -> None:
    payload = json.dumps(base | given_settings).encode()
    check(HomeAssistant(), f"homeassistant/{component}/a/config", payload, message, wish)


@FUZZED
@given(st.sampled_from(DESCRIPTIONS), st.data(), messages, wishes)
def test_a_real_description_with_an_odd_value_anywhere(
    line: dict[str, Any], data: st.DataObject, message: bytes, wish: Command
) -> None:
    described = json.loads(line["payload"])
    described[data.draw(st.sampled_from(sorted(described)))] = data.draw(values)
    message = data.draw(st.sampled_from([message, *(one["payload"].encode() for one in RECORDED[-8:])]))
    check(HomeAssistant(), line["topic"], json.dumps(described).encode(), message, wish)


@FUZZED
@given(
    st.dictionaries(st.text(max_size=3), st.dictionaries(keys, values, max_size=4) | values, max_size=4),
    messages,
    wishes,
)
def test_a_whole_device_of_any_parts(parts: dict[str, Any], message: bytes, wish: Command) -> None:
    described = {"dev": {"ids": ["d"]}, "o": {"name": "m"}, "state_topic": "t", "command_topic": "c", "cmps": parts}
    check(HomeAssistant(), "homeassistant/device/a/config", json.dumps(described).encode(), message, wish)


@FUZZED
@given(
    st.dictionaries(
        st.sampled_from([line["topic"] for line in DESCRIPTIONS]) | st.text(max_size=8), messages, max_size=3
    )
)
def test_any_kept_parts(parts: dict[str, bytes]) -> None:
    try:
        announcement = HomeAssistant().read("d", parts)
    except UnreadableMessage:
        return
    assert all(device.id == "d" for device in announcement.devices)
