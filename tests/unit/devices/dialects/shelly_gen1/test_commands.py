"""What Shellies of the first generation are told."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_rgb
from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.entity import Dialect
from bridge.devices.reading import StateReading
from tests.unit.devices.dialects.hearing import body_at, entity_of, only_device
from tests.unit.devices.dialects.shelly_gen1.examples import announced


def dialect(identity: str, entity: str, **more: Any) -> Dialect:  # noqa: ANN401 -- of an announcement
    return entity_of(only_device(ShellyGen1(), [announced(identity, **more)]), entity).dialect


def command(wish: Wish, **wanted: Any) -> Command:  # noqa: ANN401 -- what a wish may hold
    return Command("home", "thing", wish, **wanted)


RELAY = dialect("shelly1-1", "relay_0")
ROLLER = dialect("shellyswitch25-1", "roller_0", mode="roller")
DIMMER = dialect("shellydimmer2-1", "light_0")
BULB = dialect("shellycolorbulb-1", "color_0")


@pytest.mark.parametrize(
    ("thing", "wanted", "topic", "payload"),
    [
        (RELAY, command(Wish.TURN_ON), "shelly1-1/relay/0/command", b"on"),
        (RELAY, command(Wish.TURN_OFF), "shelly1-1/relay/0/command", b"off"),
        (ROLLER, command(Wish.OPEN), "shellyswitch25-1/roller/0/command", b"open"),
        (ROLLER, command(Wish.CLOSE), "shellyswitch25-1/roller/0/command", b"close"),
        (ROLLER, command(Wish.STOP), "shellyswitch25-1/roller/0/command", b"stop"),
        (ROLLER, command(Wish.SET_POSITION, position=0), "shellyswitch25-1/roller/0/command/pos", b"0"),
        (DIMMER, command(Wish.TURN_ON), "shellydimmer2-1/light/0/command", b"on"),
        (DIMMER, command(Wish.TURN_OFF), "shellydimmer2-1/light/0/command", b"off"),
        (DIMMER, command(Wish.TURN_ON, brightness=0), "shellydimmer2-1/light/0/command", b"off"),
        (DIMMER, command(Wish.TURN_ON, color="#ff0000"), "shellydimmer2-1/light/0/command", b"on"),
    ],
)
def test_a_wish_is_one_message(thing: Dialect, wanted: Command, topic: str, payload: bytes) -> None:
    assert thing.write(wanted) == (Publication(f"shellies/{topic}", payload),)


@pytest.mark.parametrize(
    ("thing", "wanted", "body"),
    [
        (DIMMER, {"brightness": 40}, {"turn": "on", "brightness": 40}),
        (BULB, {"brightness": 40}, {"turn": "on", "brightness": 40, "gain": 40}),
        (BULB, {"color": "#ff8800"}, {"turn": "on", "mode": "color", "red": 255, "green": 136, "blue": 0}),
    ],
)
def test_how_a_light_is_to_shine_is_one_object(thing: Dialect, wanted: dict[str, Any], body: dict[str, Any]) -> None:
    (publication,) = thing.write(command(Wish.TURN_ON, **wanted))
    assert publication.topic.endswith("/set")
    assert body_at(publication.payload) == body


def test_what_a_device_cannot_do_it_is_not_told() -> None:
    assert RELAY.write(command(Wish.OPEN)) == ()
    assert ROLLER.write(command(Wish.TURN_ON)) == ()
    assert ROLLER.write(command(Wish.SET_POSITION)) == ()
    assert DIMMER.write(command(Wish.LOCK)) == ()
    assert dialect("shellydw-1", "state").write(command(Wish.TURN_ON)) == ()
    assert dialect("shellyix3-1", "input_0.press").write(command(Wish.TURN_ON)) == ()


@given(st.integers(1, 100), st.tuples(*[st.integers(0, 255)] * 3).filter(any))
def test_a_bulb_that_reports_what_it_was_told_is_as_was_asked_for(percent: int, rgb: tuple[int, int, int]) -> None:
    wanted = from_rgb(rgb)
    (publication,) = BULB.write(command(Wish.TURN_ON, brightness=percent, color=wanted))
    echo = body_at(publication.payload) | {"ison": True}
    reading = BULB.read("shellies/shellycolorbulb-1/color/0/status", msgspec.json.encode(echo))
    assert reading == StateReading("on", percent, color=wanted)
