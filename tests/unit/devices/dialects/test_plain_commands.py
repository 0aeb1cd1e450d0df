"""What lights and switches are told."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.plain import Dimming, PlainState
from bridge.devices.reading import StateReading
from tests.unit.devices.examples import ON_OFF

PLAIN = PlainState("t", ON_OFF, None, "t/set")
JSON = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(255, color=True))


def command(wish: Wish = Wish.TURN_ON, brightness: int | None = None, color: str | None = None) -> Command:
    return Command("home", "light", wish, brightness, color)


@pytest.mark.parametrize(
    ("wanted", "payload"),
    [
        (command(), b"ON"),
        (command(Wish.TURN_OFF), b"OFF"),
        (command(brightness=0), b"OFF"),
        (command(brightness=50, color="#ff8800"), b"ON"),
    ],
)
def test_a_plain_device_gets_its_own_word_and_nothing_else(wanted: Command, payload: bytes) -> None:
    assert PLAIN.write(wanted) == (Publication("t/set", payload),)


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        (command(), {"state": "ON"}),
        (command(Wish.TURN_OFF), {"state": "OFF"}),
        (command(brightness=100), {"state": "ON", "brightness": 255}),
        (command(brightness=50), {"state": "ON", "brightness": 128}),
        (command(brightness=1), {"state": "ON", "brightness": 3}),
        (command(brightness=0, color="#ff8800"), {"state": "OFF"}),
        (command(color="#ff8800"), {"state": "ON", "color": {"r": 255, "g": 136, "b": 0}}),
    ],
)
def test_a_json_light_gets_one_object(wanted: Command, body: dict[str, object]) -> None:
    (publication,) = JSON.write(wanted)
    assert publication.topic == "t/set"
    assert msgspec.json.decode(publication.payload) == body


def test_a_light_that_cannot_be_dimmed_or_coloured_is_only_turned_on() -> None:
    dialect = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(None, color=False))
    assert dialect.write(command(brightness=30, color="#ff0000")) == (Publication("t/set", b'{"state":"ON"}'),)


def test_without_a_command_topic_nothing_is_sent() -> None:
    assert PlainState("t", ON_OFF).write(command()) == ()


@given(st.integers(1, 100), st.integers(1, 65535))
def test_turning_on_never_sends_a_brightness_that_means_off_or_more_than_full(percent: int, scale: int) -> None:
    dialect = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(scale))
    (publication,) = dialect.write(command(brightness=percent))
    assert 1 <= msgspec.json.decode(publication.payload)["brightness"] <= scale


@given(st.integers(1, 100), st.integers(100, 65535))
def test_a_light_that_reports_what_it_was_told_reports_the_percent_asked_for(percent: int, scale: int) -> None:
    dialect = PlainState("t", ON_OFF, ("state",), "t/set", Dimming(scale))
    (publication,) = dialect.write(command(brightness=percent))
    assert dialect.read("t", publication.payload) == StateReading("on", percent)
