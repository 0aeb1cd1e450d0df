"""Numbers in one spelling, and whether a device is there."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Wish
from bridge.devices.dialects.plain_availability import PlainAvailability
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

PLAIN = PlainNumber("t")
NESTED = PlainNumber("t", ("climate", "t"))
LEVEL = PlainNumber("t", None, (0, 100))
GATEWAY = PlainAvailability("t")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("21.5", "21.5"),
        ("21.50", "21.5"),
        ("+21", "21"),
        ("021", "21"),
        (" 21\n", "21"),
        ("-0.0", "0"),
        ("-3.5", "-3.5"),
        ("1e3", "1000"),
        ("1E-2", "0.01"),
        (".5", "0.5"),
        ("21.4999999999", "21.5"),
        ("-0.0000001", "0"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_number_has_one_spelling(written: str, value: str) -> None:
    assert PLAIN.read("t", written.encode()) == StateReading(value)


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b'{"climate":{"t":21.5}}', "21.5"), (b'{"climate":{"t":21}}', "21"), (b'{"climate":{"t":"21.50"}}', "21.5")],
)
def test_a_number_may_stand_in_an_object(payload: bytes, value: str) -> None:
    assert NESTED.read("t", payload) == StateReading(value)


@pytest.mark.parametrize(
    ("number", "payload"),
    [
        *((PLAIN, payload) for payload in (b"", b"unknown", b"nan", b"unavailable")),
        *((NESTED, payload) for payload in (b"{}", b'{"climate":{"t":null}}', b'{"climate":{"t":[1]}}')),
        *((LEVEL, payload) for payload in (b"-1", b"100.5", b"255")),
    ],
)
def test_what_is_not_known_says_nothing(number: PlainNumber, payload: bytes) -> None:
    assert number.read("t", payload) is None


@pytest.mark.parametrize(
    ("number", "payload"),
    [
        *((PLAIN, text.encode()) for text in ("warm", "21,5", "21 °C", "1_0", "٢١", "inf", "1e15", "1e99", "1" * 65)),
        (PLAIN, b"\xff"),
        (PLAIN, b'{"t":1}'),
        (NESTED, b'{"climate":{"t":true}}'),
        (NESTED, b"21"),
    ],
)
def test_what_is_no_number_is_unreadable(number: PlainNumber, payload: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        number.read("t", payload)


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=6))
def test_the_spelling_is_the_same_number_and_spells_itself(number: Decimal) -> None:
    reading = PLAIN.read("t", str(number).encode())
    assert isinstance(reading, StateReading)
    assert reading.value is not None
    assert Decimal(reading.value) == number
    assert PLAIN.read("t", reading.value.encode()) == reading


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b"online", "online"),
        (b"offline", "offline"),
        (b'{"state":"online"}', "online"),
        (b' {"state": "offline"}', "offline"),
        (b'\xef\xbb\xbf{"state":"offline"}', "offline"),
    ],
)
def test_being_there_is_a_word_or_an_object_with_it(payload: bytes, value: str) -> None:
    assert GATEWAY.read("t", payload) == StateReading(value)


def test_other_words_for_being_there_are_understood() -> None:
    shelly = PlainAvailability("t", "true", "false")
    assert shelly.read("t", b"true") == StateReading("online")
    assert shelly.read("t", b'{"state":false}') == StateReading("offline")
    assert PlainAvailability("t", '{"up":1}', '{"up":0}').read("t", b'{"up":0}') == StateReading("offline")


@pytest.mark.parametrize("payload", [b"", b"unknown", b'{"state":null}', b"{}"])
def test_an_availability_that_says_nothing_is_nothing(payload: bytes) -> None:
    assert GATEWAY.read("t", payload) is None


@pytest.mark.parametrize("payload", [b"Online", b"lost", b"{online", b'{"state":"lost"}', b"\xff"])
def test_an_availability_in_other_words_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        GATEWAY.read("t", payload)


@pytest.mark.parametrize("wish", list(Wish))
def test_nobody_commands_a_sensor(wish: Wish) -> None:
    assert PLAIN.write(Command("home", "t", wish)) == GATEWAY.write(Command("home", "t", wish)) == ()
