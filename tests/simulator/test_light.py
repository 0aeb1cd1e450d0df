"""What a light makes of an order."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.simulator.light import Color, LightState, obey

OFF = LightState(is_on=False, brightness=100)
ON = LightState(is_on=True, brightness=100)

near_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["ON", "OFF", "TOGGLE", "on", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("rgbx"), inner, max_size=4),
    max_leaves=4,
)
near_orders = st.dictionaries(st.sampled_from(["state", "brightness", "color", "x"]), near_values).map(
    lambda said: json.dumps(said).encode()
)
lights = st.builds(LightState, is_on=st.booleans(), brightness=st.integers(0, 255))


@settings(deadline=None)
@given(light=lights, payload=st.binary() | near_orders)
def test_no_payload_breaks_the_light(light: LightState, payload: bytes) -> None:
    after = obey(light, payload)

    assert after is None or 0 <= after.brightness <= 255


@pytest.mark.parametrize("payload", [b"[" * 100_000, b"\xff\xfe", b"9" * 10_000, b"", b"\x00"])
def test_hostile_payloads_are_refused(payload: bytes) -> None:
    assert obey(OFF, payload) is None


@settings(deadline=None)
@given(before=st.booleans(), brightness=st.integers(1, 255), color=st.builds(Color, *[st.integers(0, 255)] * 3))
def test_a_light_obeys_every_good_order(*, before: bool, brightness: int, color: Color) -> None:
    order = {"state": "ON", "brightness": brightness, "color": {"r": color.r, "g": color.g, "b": color.b}}

    after = obey(LightState(is_on=before), json.dumps(order).encode())

    assert after == LightState(is_on=True, brightness=brightness, color=color)


@settings(deadline=None)
@given(light=lights)
def test_what_a_light_says_of_itself_is_an_order_that_leads_there(light: LightState) -> None:
    after = obey(LightState(is_on=not light.is_on), LightState(light.is_on, light.brightness or 1).payload().encode())

    assert after is not None
    assert after.is_on == light.is_on


@pytest.mark.parametrize(
    ("before", "payload", "after"),
    [
        (OFF, b"ON", ON),
        (ON, b"OFF", OFF),
        (OFF, b"TOGGLE", ON),
        (ON, b"TOGGLE", OFF),
        (OFF, b'{"state": "ON"}', ON),
        (ON, b'{"state": "OFF"}', OFF),
        (ON, b'{"state": "TOGGLE"}', OFF),
        (OFF, b'{"brightness": 7}', LightState(is_on=True, brightness=7)),
        (ON, b'{"brightness": 0}', OFF),
        (ON, b'{"state": "ON", "brightness": 0}', OFF),
        (ON, b'{"state": "OFF", "brightness": 9}', LightState(is_on=False, brightness=9)),
        (OFF, b'{"color": {"r": 1, "g": 2, "b": 3}}', LightState(is_on=False, brightness=100, color=Color(1, 2, 3))),
        (OFF, b'{"state": "ON", "transition": 2}', ON),
    ],
)
def test_an_order_changes_what_it_names(before: LightState, payload: bytes, after: LightState) -> None:
    assert obey(before, payload) == after


@pytest.mark.parametrize(
    "payload",
    [
        b"on",
        b"{}",
        b"[]",
        b'"ON"',
        b'{"state": "on"}',
        b'{"state": ["ON"]}',
        b'{"state": "ON", "brightness": 256}',
        b'{"state": "ON", "brightness": -1}',
        b'{"state": "ON", "brightness": true}',
        b'{"state": "ON", "brightness": "12"}',
        b'{"state": "ON", "color": "red"}',
        b'{"state": "ON", "color": {"r": 1, "g": 2}}',
        b'{"state": "ON", "color": {"r": 1, "g": 2, "b": 300}}',
    ],
)
def test_an_order_with_a_bad_part_is_refused_whole(payload: bytes) -> None:
    assert obey(OFF, payload) is None


def test_a_light_reports_color_only_when_it_has_one() -> None:
    assert json.loads(LightState(is_on=True, brightness=128).payload()) == {"state": "ON", "brightness": 128}
    assert json.loads(LightState(color=Color(1, 2, 3)).payload())["color"] == {"r": 1, "g": 2, "b": 3}
