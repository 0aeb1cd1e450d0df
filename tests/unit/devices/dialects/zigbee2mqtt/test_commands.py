"""What is asked of a device, as Zigbee2MQTT takes it; and a device that reports it back has done what was asked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Wish
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.color_spaces import from_rgb, rgb_of
from bridge.devices.reading import StateReading
from tests.unit.devices.dialects.zigbee2mqtt.network import Json, device_of, entity_of, sent, whole_network

DEVICES = {device.name: device for device in whole_network().devices().values()}
LIGHT = entity_of(DEVICES["bulb_color"], "light")
WHITE = entity_of(DEVICES["bulb_renamed"], "light")
GROUP = entity_of(DEVICES["switch_group"], "light")
CURTAIN = entity_of(DEVICES["upstairs/curtain"], "cover")


def feature(name: str, key: str = "", **more: object) -> Json:
    return {"name": name, "property": key or name, "access": 7, "type": "numeric", **more}


STATE = feature("state", type="binary", value_on="ON", value_off="OFF")
HUE = entity_of(
    device_of([{"type": "light", "features": [STATE, feature("color_hs", "color"), feature("color_xy", "color")]}]),
    "light",
)
LEFT = entity_of(
    device_of(
        [
            {
                "type": "light",
                "endpoint": "left",
                "features": [
                    STATE | {"property": "state_left"},
                    feature("brightness", "brightness_left", value_max=1000),
                    feature("color_xy", "color_left"),
                ],
            }
        ]
    ),
    "light_left",
)


@pytest.mark.parametrize(
    ("device", "identity", "wish", "more", "body"),
    [
        ("power_plug", "switch", Wish.TURN_ON, {}, {"state": "ON"}),
        ("power_plug", "switch", Wish.TURN_OFF, {}, {"state": "OFF"}),
        ("power_plug", "power_outage_memory", Wish.TURN_ON, {}, {"power_outage_memory": True}),
        ("wall_switch_double", "switch_left", Wish.TURN_ON, {}, {"state_left": "ON"}),
        ("3157100_thermostat", "fan", Wish.TURN_OFF, {}, {"fan_state": "OFF"}),
        ("bulb_color", "light", Wish.TURN_ON, {}, {"state": "ON"}),
        ("bulb_color", "light", Wish.TURN_ON, {"brightness": 100}, {"state": "ON", "brightness": 254}),
        ("bulb_color", "light", Wish.TURN_ON, {"brightness": 1}, {"state": "ON", "brightness": 3}),
        ("bulb_color", "light", Wish.TURN_ON, {"brightness": 0}, {"state": "OFF"}),
        ("bulb_color", "light", Wish.TURN_OFF, {"brightness": 50}, {"state": "OFF"}),
        ("bulb_color", "light", Wish.TURN_ON, {"color": "#ff0000"}, {"state": "ON", "color": {"x": 0.64, "y": 0.33}}),
        ("bulb_renamed", "light", Wish.TURN_ON, {"color": "#ff0000"}, {"state": "ON"}),
        ("switch_group", "light", Wish.TURN_OFF, {}, {"state": "OFF"}),
        ("switch_group", "light", Wish.TURN_ON, {"brightness": 100}, {"state": "ON", "brightness": 254}),
        ("back_lock", "lock", Wish.LOCK, {}, {"state": "LOCK"}),
        ("back_lock", "lock", Wish.UNLOCK, {}, {"state": "UNLOCK"}),
        ("bosch_radiator", "child_lock", Wish.LOCK, {}, {"child_lock": "LOCK"}),
        ("upstairs/curtain", "cover", Wish.OPEN, {}, {"state": "OPEN"}),
        ("upstairs/curtain", "cover", Wish.CLOSE, {}, {"state": "CLOSE"}),
        ("upstairs/curtain", "cover", Wish.STOP, {}, {"state": "STOP"}),
        ("upstairs/curtain", "cover", Wish.SET_POSITION, {"position": 40}, {"position": 40}),
        ("upstairs/curtain", "cover", Wish.SET_POSITION, {"position": 0}, {"state": "CLOSE"}),
        ("upstairs/curtain", "cover", Wish.SET_POSITION, {"position": 100}, {"state": "OPEN"}),
    ],
)
def test_a_wish_is_one_message(device: str, identity: str, wish: Wish, more: dict[str, Any], body: Json) -> None:
    assert sent(entity_of(DEVICES[device], identity), wish, **more) == [(f"zigbee2mqtt/{device}/set", body)]


def test_a_light_is_told_a_colour_as_it_exposes_it() -> None:
    assert sent(HUE, Wish.TURN_ON, color="#0000ff") == [
        ("zigbee2mqtt/thing/set", {"state": "ON", "color": {"hue": 240, "saturation": 100}})
    ]


def test_the_features_of_an_endpoint_are_told_by_its_own_properties() -> None:
    assert sent(LEFT, Wish.TURN_ON, brightness=50, color="#00ff00") == [
        (
            "zigbee2mqtt/thing/set",
            {"state_left": "ON", "brightness_left": 500, "color_left": {"x": 0.3, "y": 0.6}},
        )
    ]


@pytest.mark.parametrize(
    ("device", "identity", "wish"),
    [
        ("front_door", "contact", Wish.TURN_ON),
        ("hall_smoke", "smoke", Wish.TURN_OFF),
        ("weather_sensor", "temperature", Wish.TURN_ON),
        ("button", "button", Wish.TURN_ON),
        ("front_door", "availability", Wish.TURN_ON),
        ("bosch_radiator", "window_open", Wish.TURN_ON),
        ("back_lock", "lock", Wish.OPEN),
        ("upstairs/curtain", "cover", Wish.TURN_ON),
        ("bulb_color", "light", Wish.LOCK),
        ("power_plug", "switch", Wish.OPEN),
    ],
)
def test_what_a_thing_cannot_do_is_not_asked_of_it(device: str, identity: str, wish: Wish) -> None:
    assert sent(entity_of(DEVICES[device], identity), wish) == []


def test_a_cover_without_positions_is_moved_to_its_ends_alone() -> None:
    ends = entity_of(device_of([{"type": "cover", "features": [feature("state", type="enum")]}]), "cover")
    assert sent(ends, Wish.SET_POSITION, position=100) == [("zigbee2mqtt/thing/set", {"state": "OPEN"})]
    assert sent(ends, Wish.SET_POSITION, position=40) == []


def test_what_may_only_be_read_takes_no_orders() -> None:
    only_told = [
        {"type": "switch", "features": [STATE | {"access": 1}]},
        {"type": "light", "endpoint": "l1", "features": [STATE | {"access": 1}]},
        {"type": "lock", "features": [STATE | {"access": 1}]},
        {"type": "cover", "features": [feature("state", access=1), feature("position")]},
    ]
    device = device_of(only_told)
    wishes = (Wish.TURN_ON, Wish.LOCK, Wish.OPEN, Wish.SET_POSITION)
    assert len(device.entities) == 5
    assert [sent(each, wish, position=50) for each in device.entities for wish in wishes] == [[]] * 20


def echoed(entity: DescribedEntity, wish: Wish, **more: Any) -> StateReading:  # noqa: ANN401 -- of a command
    """Return how a device that did what it was asked for reports it."""
    [(topic, body)] = sent(entity, wish, **more)
    reading = entity.dialect.read(topic.removesuffix("/set"), json.dumps(body).encode())
    assert isinstance(reading, StateReading)
    return reading


@given(percent=st.integers(1, 100), light=st.sampled_from([LIGHT, WHITE, GROUP, LEFT]))
def test_a_brightness_that_is_reported_back_is_the_one_asked_for(percent: int, light: DescribedEntity) -> None:
    assert echoed(light, Wish.TURN_ON, brightness=percent) == StateReading("on", percent)


@given(rgb=st.tuples(*[st.integers(0, 255)] * 3).filter(any), light=st.sampled_from([LIGHT, GROUP, HUE, LEFT]))
def test_a_colour_that_is_reported_back_is_nearly_the_one_asked_for(
    rgb: tuple[int, int, int], light: DescribedEntity
) -> None:
    color = from_rgb(rgb)
    assert color is not None
    reading = echoed(light, Wish.TURN_ON, color=color)
    assert reading.value == "on"
    assert reading.color is not None
    assert all(abs(one - other) <= 6 for one, other in zip(rgb_of(reading.color), rgb_of(color), strict=True))


@pytest.mark.parametrize(
    ("device", "identity", "wish", "value"),
    [
        ("power_plug", "switch", Wish.TURN_ON, "on"),
        ("power_plug", "power_outage_memory", Wish.TURN_OFF, "off"),
        ("wall_switch_double", "switch_right", Wish.TURN_OFF, "off"),
        ("bulb_color", "light", Wish.TURN_OFF, "off"),
        ("back_lock", "lock", Wish.LOCK, "locked"),
        ("back_lock", "lock", Wish.UNLOCK, "unlocked"),
        ("upstairs/curtain", "cover", Wish.OPEN, "open"),
        ("upstairs/curtain", "cover", Wish.CLOSE, "closed"),
    ],
)
def test_a_state_that_is_reported_back_is_the_one_asked_for(device: str, identity: str, wish: Wish, value: str) -> None:
    assert echoed(entity_of(DEVICES[device], identity), wish).value == value


@given(percent=st.integers(0, 100))
def test_a_position_that_is_reported_back_is_the_one_asked_for(percent: int) -> None:
    reading = echoed(CURTAIN, Wish.SET_POSITION, position=percent)
    assert reading.value == ("open" if percent else "closed")
    assert reading.position in (percent, None)
