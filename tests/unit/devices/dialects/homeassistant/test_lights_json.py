"""Lights that speak JSON: what they say, what they are told, and that the two agree."""

import json
from typing import Any

import pytest

from bridge.commands import Wish
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import only, read, refusal, write

ON, OFF = Wish.TURN_ON, Wish.TURN_OFF


def light(**settings: object) -> Any:  # noqa: ANN401 -- an entity
    return only("light", schema="json", stat_t="t", cmd_t="c", **settings)


def told(entity: Any, wish: Wish, **wanted: Any) -> object:  # noqa: ANN401 -- the same
    [(topic, payload)] = write(entity, wish, **wanted)
    assert topic == "c"
    return json.loads(payload)


@pytest.mark.parametrize(
    ("settings", "payload", "said"),
    [
        ({}, {"state": "ON"}, "on"),
        ({}, {"state": "OFF", "brightness": 0}, "off"),
        ({}, {"state": "ON", "brightness": 128}, "on"),  # it has one brightness only
        ({"brightness": True}, {"state": "ON", "brightness": 128}, "on 50%"),
        ({"brightness": True}, {"state": "ON", "brightness": 1}, "on 1%"),
        ({"brightness": True}, {"state": "ON", "brightness": 0}, "on"),
        ({"brightness": True}, {"state": "ON", "brightness": None}, "on"),
        ({"brightness": True}, {"state": "ON", "brightness": 256}, "on"),
        ({"brightness": True}, {"state": "ON", "brightness": True}, "on"),
        ({"brightness": True, "bri_scl": 254}, {"brightness": 254}, "100%"),
        ({"sup_clrm": ["brightness"]}, {"state": "ON", "brightness": 255}, "on 100%"),
        ({"sup_clrm": ["onoff"]}, {"state": "ON", "brightness": 255}, "on"),
        ({}, {"state": None, "color_temp": 250}, "4000K"),
        ({}, {"color_temp": 250, "color_mode": "color_temp", "color": {"x": 0.7, "y": 0.3}}, "4000K"),
        ({}, {"color_temp": 250, "color_mode": "rgb", "color": {"r": 255, "g": 0, "b": 16}}, "#ff0010"),
        ({}, {"color_temp": 250, "color_mode": "onoff", "color": {"r": 255, "g": 0, "b": 16}}, None),
        ({"clr_temp_k": True}, {"color_temp": 2700}, "2700K"),
        ({}, {"color_temp": 0}, None),
        ({}, {"color_temp": 2}, None),  # no lamp has half a million kelvin
        ({}, {"color": {"h": 120, "s": 100}}, "#00ff00"),
        ({}, {"color": {"hue": 240, "saturation": 100}}, "#0000ff"),
        ({}, {"color": {"x": 0.3127, "y": 0.329}}, "#ffffff"),
        ({}, {"color": {"x": 0, "y": 0}}, None),
        ({}, {"color": {"r": 300, "g": 0, "b": 0}}, None),
        ({}, {"color": {"r": 1}}, None),
        ({}, {"color": "red"}, None),
        ({}, {}, None),
        ({}, "", None),
    ],
)
def test_it_says_what_it_is(settings: dict[str, object], payload: object, said: str | None) -> None:
    assert read(light(**settings), payload) == said


@pytest.mark.parametrize("payload", ["ON", "[]", {"state": "on"}, {"state": 5}])
def test_anything_else_is_not_understood(payload: object) -> None:
    with pytest.raises(UnreadableMessage):
        read(light(), payload)


def test_it_is_told_only_what_changes() -> None:
    entity = light(brightness=True, bri_scl=254, sup_clrm=["rgb"])
    assert entity.kind is EntityKind.LIGHT
    assert told(entity, ON) == {"state": "ON"}
    assert told(entity, OFF) == {"state": "OFF"}
    assert told(entity, ON, brightness=50) == {"state": "ON", "brightness": 127}
    assert told(entity, ON, brightness=0) == {"state": "OFF"}
    assert told(entity, ON, color="#ff0010") == {"state": "ON", "color": {"r": 255, "g": 0, "b": 16}}
    assert write(entity, Wish.OPEN) == []


def test_it_is_told_nothing_that_it_cannot_do() -> None:
    assert told(light(), ON, brightness=50, color="#ff0000") == {"state": "ON"}


@pytest.mark.parametrize(
    ("settings", "color"),
    [
        ({"sup_clrm": ["rgbw"]}, {"r": 255, "g": 0, "b": 0, "w": 0}),
        ({"sup_clrm": ["rgbww"]}, {"r": 255, "g": 0, "b": 0, "c": 0, "w": 0}),
        ({"sup_clrm": ["hs", "color_temp"]}, {"h": 0, "s": 100}),
        ({"sup_clrm": ["xy", "rgb"]}, {"r": 255, "g": 0, "b": 0}),
        ({"hs": True}, {"h": 0, "s": 100}),
        ({"rgb": True}, {"r": 255, "g": 0, "b": 0}),
        ({"sup_clrm": ["xy"]}, {"x": 0.64, "y": 0.33}),
    ],
)
def test_a_colour_is_told_in_a_way_that_it_has(settings: dict[str, object], color: dict[str, float]) -> None:
    assert told(light(**settings), ON, color="#ff0000") == {"state": "ON", "color": color}


@pytest.mark.parametrize("mode", ["rgb", "rgbw", "rgbww", "hs", "xy"])
@pytest.mark.parametrize("color", ["#ff0000", "#00ff80", "#ffd6aa", "#ffffff"])
@pytest.mark.parametrize("percent", [1, 50, 100])
def test_what_it_is_told_is_what_it_says_afterwards(mode: str, color: str, percent: int) -> None:
    entity = light(brightness=True, bri_scl=254, sup_clrm=[mode])
    [(_, payload)] = write(entity, ON, brightness=percent, color=color)
    echoed = json.loads(payload) | {"color_mode": mode}
    said = (read(entity, echoed) or "").split()
    assert said[:2] == ["on", f"{percent}%"]
    assert all(abs(_part(said[2], at) - _part(color, at)) <= 3 for at in (1, 3, 5))
    [(_, payload)] = write(entity, OFF)
    assert read(entity, payload) == "off"


def _part(color: str, at: int) -> int:
    return int(color[at : at + 2], 16)


def test_black_is_told_as_a_colour_all_the_same() -> None:
    assert told(light(sup_clrm=["xy"]), ON, color="#000000") == {"state": "ON", "color": {"x": 0.3127, "y": 0.329}}


def test_it_may_never_say_anything() -> None:
    entity = only("light", schema="json", cmd_t="c")
    assert entity.dialect.state_topics == ()
    assert entity.dialect.read("c", b'{"state":"ON"}') is None


def test_what_it_needs_is_asked_for() -> None:
    assert refusal("light", schema="json", stat_t="t") == "not supported: it has no command_topic"
    assert refusal("light", schema="json", cmd_t="t", brightness=True, bri_scl=0).startswith(
        "not supported: its brightn"
    )
    assert refusal("light", schema="yaml", cmd_t="t").startswith("not supported: its schema")
