"""What contacts, switches and lights say: words on a topic, or a word in a JSON object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.plain import Dimming, PlainState, StateWords
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage
from tests.unit.devices.examples import ON_OFF, OPEN_CLOSED

WORD = PlainState("t", OPEN_CLOSED)
JSON = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(255))


def test_it_listens_to_its_one_topic() -> None:
    assert PlainState("home/door", OPEN_CLOSED).state_topics == ("home/door",)


@pytest.mark.parametrize(("payload", "value"), [(b"open", "open"), (b"closed", "closed")])
def test_a_word_is_its_state(payload: bytes, value: str) -> None:
    assert WORD.read("t", payload) == StateReading(value)


@pytest.mark.parametrize("payload", [b"", b"unknown", b"unavailable", b"None", b"null", b"nan", b"NaN"])
def test_an_empty_or_unknown_message_says_nothing(payload: bytes) -> None:
    assert WORD.read("t", payload) is None


def test_an_empty_message_is_a_deletion_for_json_too() -> None:
    assert JSON.read("t", b"") is None


@pytest.mark.parametrize(
    "payload", [b"Open", b"OPEN", b" open", b"open\n", b'"open"', b"ajar", b"\xef\xbb\xbfopen", b"1"]
)
def test_plain_words_are_compared_exactly(payload: bytes) -> None:
    with pytest.raises(UnreadableMessage, match="not one of the configured words"):
        WORD.read("t", payload)


@pytest.mark.parametrize(
    ("payload", "reading"),
    [
        (b'{"state":"ON"}', StateReading("on")),
        (b'{"state":"OFF"}', StateReading("off")),
        (b'{"state":"ON","brightness":128}', StateReading("on", 50)),
        (b'{"brightness":255}', StateReading(None, 100)),
        (b'{"state":null,"brightness":255}', StateReading(None, 100)),
        (b'{"state":""}', StateReading(None)),
        (b'{"state":"unknown"}', StateReading(None)),
        (b'{"state":["ON"]}', StateReading(None)),
        (b'{"state":{"state":"ON"}}', StateReading(None)),
        (b'{"linkquality":80}', StateReading(None)),
        (b"{}", StateReading(None)),
    ],
)
def test_a_json_object_says_its_state_and_brightness_as_far_as_it_has_them(
    payload: bytes, reading: StateReading
) -> None:
    assert JSON.read("t", payload) == reading


@pytest.mark.parametrize(
    "payload", [b'{"state":"on"}', b'{"state":true}', b'{"state":1}', b'{"state":1' + b"0" * 400 + b"}"]
)
def test_another_value_in_the_object_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableMessage, match="not one of the configured words"):
        JSON.read("t", payload)


@pytest.mark.parametrize(
    ("device_on", "device_off", "payload", "value"),
    [
        ("true", "false", b'{"contact":true}', "open"),
        ("true", "false", b'{"contact":false}', "closed"),
        ("False", "True", b'{"contact":false}', "open"),
        ("1", "0", b'{"contact":1}', "open"),
        ("1", "0", b'{"contact":0.0}', "closed"),
        ("22", "23", b'{"contact":"23"}', "closed"),
        ("22.5", "0", b'{"contact":22.5}', "open"),
    ],
)
def test_booleans_and_numbers_are_compared_as_their_text(
    device_on: str, device_off: str, payload: bytes, value: str
) -> None:
    dialect = PlainState("t", StateWords(device_on, device_off, "open", "closed"), ("contact",))
    assert dialect.read("t", payload) == StateReading(value)


def test_a_number_near_a_configured_one_is_not_that_number() -> None:
    dialect = PlainState("t", StateWords("1", "0", "on", "off"), ("v",))
    with pytest.raises(UnreadableMessage):
        dialect.read("t", b'{"v":0.9999999}')


def test_a_state_may_stand_deep_inside_an_object() -> None:
    dialect = PlainState("t", ON_OFF, ("sensor", "relay", "state"))
    assert dialect.read("t", b'{"sensor":{"relay":{"state":"ON"}}}') == StateReading("on")
    assert dialect.read("t", b'{"sensor":"ON"}') == StateReading(None)


@pytest.mark.parametrize(
    ("scale", "value", "percent"),
    [
        (255, "255", 100),
        (255, "128", 50),
        (255, "1", 1),
        (255, "0.4", 1),
        (255, "127.5", 50),
        (100, "80", 80),
        (1, "1", 100),
        (255, "0", None),
        (255, "-1", None),
        (255, "256", None),
        (255, "1" + "0" * 400, None),
        (255, "true", None),
        (255, "null", None),
        (255, '"128"', None),
        (255, "[128]", None),
        (None, "128", None),
    ],
)
def test_brightness_is_percent_and_nonsense_says_nothing(scale: int | None, value: str, percent: int | None) -> None:
    dialect = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(scale))
    assert dialect.read("t", f'{{"state":"ON","brightness":{value}}}'.encode()) == StateReading("on", percent)


@given(st.integers(1, 65535), st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_brightness_is_always_between_1_and_100(scale: int, value: float) -> None:
    dialect = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(scale))
    reading = dialect.read("t", f'{{"state":"ON","brightness":{value!r}}}'.encode())
    assert isinstance(reading, StateReading)
    assert reading.brightness is None or 1 <= reading.brightness <= 100
