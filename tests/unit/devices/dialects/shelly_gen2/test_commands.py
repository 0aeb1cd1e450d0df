"""What Shellies since the second generation are called to do."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Wish
from bridge.devices.dialects.color_spaces import from_rgb
from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from bridge.devices.entity import Dialect
from bridge.devices.reading import StateReading
from tests.unit.devices.dialects.hearing import body_at, entity_of, only_device
from tests.unit.devices.dialects.shelly_gen2.examples import NAME, full

LIGHT = {"output": True, "brightness": 5, "rgb": [1, 2, 3], "ct": 3000}


def dialect(component: str, status: dict[str, Any]) -> Dialect:
    device = only_device(ShellyGen2(), [full({component: status})])
    return entity_of(device, component.replace(":", "_")).dialect


def command(wish: Wish, **wanted: Any) -> Command:  # noqa: ANN401 -- what a wish may hold
    return Command("home", "thing", wish, **wanted)


SWITCH = dialect("switch:1", {"output": True})
DIMMER = dialect("light:0", {"output": True, "brightness": 5})
COVER = dialect("cover:0", {"state": "open", "pos_control": True})
UNCALIBRATED = dialect("cover:0", {"state": "open", "pos_control": False})


@pytest.mark.parametrize(
    ("thing", "wanted", "method", "params"),
    [
        (SWITCH, command(Wish.TURN_ON), "Switch.Set", {"id": 1, "on": True}),
        (SWITCH, command(Wish.TURN_OFF), "Switch.Set", {"id": 1, "on": False}),
        (DIMMER, command(Wish.TURN_ON, brightness=30), "Light.Set", {"id": 0, "on": True, "brightness": 30}),
        (DIMMER, command(Wish.TURN_ON, brightness=0), "Light.Set", {"id": 0, "on": False}),
        (DIMMER, command(Wish.TURN_ON, color="#ff0000"), "Light.Set", {"id": 0, "on": True}),
        (
            dialect("rgb:0", LIGHT),
            command(Wish.TURN_ON, color="#ff8800"),
            "RGB.Set",
            {"id": 0, "on": True, "rgb": [255, 136, 0]},
        ),
        (dialect("rgbw:2", LIGHT), command(Wish.TURN_OFF), "RGBW.Set", {"id": 2, "on": False}),
        (dialect("cct:0", LIGHT), command(Wish.TURN_ON), "CCT.Set", {"id": 0, "on": True}),
        (COVER, command(Wish.OPEN), "Cover.Open", {"id": 0}),
        (COVER, command(Wish.CLOSE), "Cover.Close", {"id": 0}),
        (COVER, command(Wish.STOP), "Cover.Stop", {"id": 0}),
        (COVER, command(Wish.SET_POSITION, position=30), "Cover.GoToPosition", {"id": 0, "pos": 30}),
        (UNCALIBRATED, command(Wish.SET_POSITION, position=100), "Cover.Open", {"id": 0}),
        (UNCALIBRATED, command(Wish.SET_POSITION, position=0), "Cover.Close", {"id": 0}),
    ],
)
def test_a_wish_is_one_call(thing: Dialect, wanted: Command, method: str, params: dict[str, Any]) -> None:
    (publication,) = thing.write(wanted)
    assert publication.topic == f"{NAME}/rpc"
    expected = {"id": 1, "src": f"ifttt-bridge-{NAME}", "method": method, "params": params}
    assert body_at(publication.payload) == expected


def test_what_a_component_cannot_do_it_is_not_called_for() -> None:
    assert SWITCH.write(command(Wish.OPEN)) == ()
    assert DIMMER.write(command(Wish.STOP)) == ()
    assert COVER.write(command(Wish.TURN_ON)) == ()
    assert UNCALIBRATED.write(command(Wish.SET_POSITION, position=30)) == ()
    assert dialect("smoke:0", {"alarm": False}).write(command(Wish.TURN_OFF)) == ()


@given(st.integers(1, 100), st.tuples(*[st.integers(0, 255)] * 3).filter(any))
def test_a_light_that_reports_what_it_was_called_for_is_as_was_asked_for(
    percent: int, rgb: tuple[int, int, int]
) -> None:
    light, wanted = dialect("rgb:0", LIGHT), from_rgb(rgb)
    (publication,) = light.write(command(Wish.TURN_ON, brightness=percent, color=wanted))
    params = body_at(publication.payload)["params"]
    assert isinstance(params, dict)
    echo = msgspec.json.encode({"output": params["on"], "brightness": params["brightness"], "rgb": params["rgb"]})
    assert light.read(f"{NAME}/status/rgb:0", echo) == StateReading("on", percent, color=wanted)
