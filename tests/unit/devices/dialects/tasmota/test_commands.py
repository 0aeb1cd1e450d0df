"""What Tasmota devices are told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_rgb
from bridge.devices.dialects.tasmota.convention import Tasmota
from bridge.devices.entity import Dialect
from bridge.devices.reading import StateReading
from tests.unit.devices.dialects.hearing import entity_of, only_device, told
from tests.unit.devices.dialects.tasmota.examples import config


def dialect(identity: str, **changes: Any) -> Dialect:  # noqa: ANN401 -- whatever a config may hold
    return entity_of(only_device(Tasmota(), [config(**changes)]), identity).dialect


def command(wish: Wish, **wanted: Any) -> Command:  # noqa: ANN401 -- what a wish may hold
    return Command("home", "thing", wish, **wanted)


@pytest.mark.parametrize(
    ("thing", "wanted", "topic", "payload"),
    [
        (dialect("relay_1", rl=[1]), command(Wish.TURN_ON), "POWER1", b"ON"),
        (dialect("relay_2", rl=[1, 1]), command(Wish.TURN_OFF), "POWER2", b"OFF"),
        (dialect("relay_1", rl=[1], state=["0", "1"]), command(Wish.TURN_ON), "POWER1", b"1"),
        (dialect("relay_1", rl=[1]), command(Wish.TURN_ON, brightness=50), "POWER1", b"ON"),
        (dialect("relay_1", rl=[2], lt_st=1), command(Wish.TURN_ON, brightness=0), "POWER1", b"OFF"),
        (dialect("relay_1", rl=[2], lt_st=1), command(Wish.TURN_ON, brightness=50), "Backlog", b"Dimmer 50; POWER1 ON"),
        (
            dialect("relay_1", rl=[2], lt_st=3),
            command(Wish.TURN_ON, brightness=50, color="#ff8800"),
            "Backlog",
            b"Color2 255,136,0; Dimmer 50; POWER1 ON",
        ),
        (
            dialect("relay_2", rl=[2, 2], so={"68": 1}),
            command(Wish.TURN_ON, brightness=5),
            "Backlog",
            b"Channel2 5; POWER2 ON",
        ),
        (
            dialect("relay_1", rl=[2], lt_st=1, ty=1),
            command(Wish.TURN_ON, brightness=50),
            "Backlog",
            b"Dimmer3 50; POWER1 ON",
        ),
        (dialect("shutter_1", rl=[3, 3]), command(Wish.OPEN), "ShutterOpen1", b"1"),
        (dialect("shutter_2", rl=[3, 3, 3, 3]), command(Wish.CLOSE), "ShutterClose2", b"2"),
        (dialect("shutter_1", rl=[3, 3]), command(Wish.STOP), "ShutterStop1", b"1"),
        (dialect("shutter_1", rl=[3, 3]), command(Wish.SET_POSITION, position=30), "ShutterPosition1", b"30"),
        (dialect("shutter_1", rl=[3, 3], sho=[1]), command(Wish.SET_POSITION, position=30), "ShutterPosition1", b"70"),
        (dialect("fan", **{"if": 1}), command(Wish.TURN_ON), "FanSpeed", b"3"),
        (dialect("fan", **{"if": 1}), command(Wish.TURN_OFF), "FanSpeed", b"0"),
    ],
)
def test_a_wish_is_one_message_and_never_an_empty_one(
    thing: Dialect, wanted: Command, topic: str, payload: bytes
) -> None:
    assert thing.write(wanted) == (Publication(f"cmnd/tasmota/{topic}", payload),)


def test_what_a_device_cannot_do_it_is_not_told() -> None:
    assert dialect("relay_1", rl=[1]).write(command(Wish.OPEN)) == ()
    assert dialect("shutter_1", rl=[3, 3]).write(command(Wish.LOCK)) == ()
    assert dialect("shutter_1", rl=[3, 3]).write(command(Wish.SET_POSITION)) == ()
    assert dialect("switch_1", swc=[1]).write(command(Wish.TURN_ON)) == ()


@given(st.integers(1, 100), st.tuples(*[st.integers(0, 255)] * 3).filter(any))
def test_a_light_that_reports_what_it_was_told_is_as_was_asked_for(percent: int, rgb: tuple[int, int, int]) -> None:
    wanted = from_rgb(rgb)
    assert wanted is not None
    light = dialect("relay_1", rl=[2], lt_st=3)
    (publication,) = light.write(command(Wish.TURN_ON, brightness=percent, color=wanted))
    orders = dict(order.split(" ") for order in publication.payload.decode().split("; "))
    red, green, blue = (int(part) for part in orders["Color2"].split(","))
    echo = {"POWER": orders["POWER1"], "Dimmer": int(orders["Dimmer"]), "Color": f"{red:02X}{green:02X}{blue:02X}"}
    assert light.read(*told("stat/tasmota/RESULT", echo)) == StateReading("on", percent, color=wanted)


@given(st.integers(0, 100), st.booleans())
def test_a_shutter_that_stands_where_it_was_told_says_the_position_asked_for(percent: int, inverted: bool) -> None:  # noqa: FBT001 -- hypothesis draws it
    shutter = dialect("shutter_1", rl=[3, 3], sho=[int(inverted)])
    (publication,) = shutter.write(command(Wish.SET_POSITION, position=percent))
    echo = told("stat/tasmota/RESULT", {"Shutter1": {"Position": int(publication.payload), "Direction": 0}})
    assert shutter.read(*echo) == StateReading("stopped", position=percent)
