"""What Shellies since the second generation report."""

from typing import Any

import pytest

from bridge.devices.reading import PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import told
from tests.unit.devices.dialects.shelly_gen2.examples import NAME, answered, changed, full, home, pressed


@pytest.mark.parametrize(
    ("component", "described", "said", "meaning"),
    [
        ("switch:0", {"output": True}, {"output": False}, {"switch_0": StateReading("off")}),
        ("switch:0", {"output": True}, {"source": "timer"}, {}),
        ("switch:0", {"output": True}, {"output": None}, {}),
        (
            "switch:0",
            {"output": True, "aenergy": {}},
            {"aenergy": {"total": 1234.5}},
            {"switch_0.aenergy": StateReading("1.2345")},
        ),
        ("light:0", {"output": True, "brightness": 1}, {"brightness": 50}, {"light_0": StateReading(None, 50)}),
        ("light:0", {"output": True}, {"brightness": 50}, {}),
        (
            "rgb:0",
            {"output": True, "brightness": 1, "rgb": [0, 0, 0]},
            {"output": True, "brightness": 30, "rgb": [255, 136, 0]},
            {"rgb_0": StateReading("on", 30, color="#ff8800")},
        ),
        (
            "cct:0",
            {"output": True, "brightness": 1, "ct": 2700},
            {"output": False, "brightness": 0, "ct": 4000},
            {"cct_0": StateReading("off", color_temp=4000)},
        ),
        (
            "rgbcct:0",
            {"output": True, "rgb": [], "ct": 2700},
            {"output": True, "mode": "cct", "rgb": [255, 0, 0], "ct": 4000},
            {"rgbcct_0": StateReading("on", color_temp=4000)},
        ),
        ("cover:0", {"state": ""}, {"state": "opening", "current_pos": 10}, "opening-10"),
        ("cover:0", {"state": ""}, {"state": "stopped", "current_pos": None}, "stopped-"),
        ("cover:0", {"state": ""}, {"state": "calibrating"}, {}),
        ("cover:0", {"state": ""}, {"current_pos": 30}, "-30"),
        ("input:0", {"state": True}, {"state": True}, {"input_0": StateReading("open")}),
        ("input:0", {"state": True}, {"state": None}, {}),
        ("smoke:0", {"alarm": False}, {"alarm": True, "mute": False}, {"smoke_0": StateReading("on")}),
        ("flood:0", {"alarm": False}, {"alarm": False}, {"flood_0": StateReading("off")}),
        ("presence:0", {"num_objects": 0}, {"num_objects": 2}, {"presence_0": StateReading("on")}),
        ("temperature:0", {"tC": 1}, {"tC": 21.25, "tF": 70.2}, {"temperature_0.tc": StateReading("21.25")}),
        ("temperature:0", {"tC": 1}, {"tC": None}, {}),
        ("devicepower:0", {"battery": {}}, {"battery": {"V": 5.4, "percent": 88}}, {"battery": StateReading("88")}),
        ("devicepower:0", {"battery": {}}, {"battery": {"percent": None}, "external": {"present": True}}, {}),
        ("illuminance:0", {"lux": 1}, {"lux": 30, "illumination": "dark"}, {"illuminance_0.lux": StateReading("30")}),
    ],
)
def test_a_component_reports_wherever_its_status_is_told(
    component: str, described: dict[str, Any], said: dict[str, Any], meaning: dict[str, Reading] | str
) -> None:
    if isinstance(meaning, str):
        value, _, position = meaning.partition("-")
        meaning = {"cover_0": StateReading(value or None, position=int(position) if position else None)}
    household = home(full({component: described}))
    assert household.meaning(*changed({component: said})) == meaning
    assert household.meaning(*answered({component: said})) == meaning
    assert household.meaning(*told(f"{NAME}/status/{component}", said)) == meaning


def test_an_event_is_no_state_and_a_state_no_press() -> None:
    household = home(full({"input:0": {"state": None}, "input:1": {"state": True}}))
    assert household.meaning(*pressed({"component": "input:1", "event": "config_changed", "ts": 1.0})) == {}
    assert household.meaning(*changed({"input:0": {"state": None}})) == {}


@pytest.mark.parametrize("method", ["NotifyEvent", "Switch.Set", None, 5])
def test_only_notifications_of_a_status_are_states(method: object) -> None:
    household = home(full({"switch:0": {"output": True}}))
    body = {"src": NAME, "method": method, "params": {"switch:0": {"output": True}}}
    assert household.meaning(*told(f"{NAME}/events/rpc", body)) == {}


@pytest.mark.parametrize(
    ("word", "press"),
    [
        ("btn_down", "press"),
        ("btn_up", "release"),
        ("single_push", "single"),
        ("double_push", "double"),
        ("triple_push", "triple"),
        ("long_push", "long"),
    ],
)
def test_a_press_has_the_time_of_the_device(word: str, press: str) -> None:
    household = home(full({"input:0": {"state": None}}))
    event = {"component": "input:0", "id": 0, "event": word, "ts": 1691055957.32}
    reading = PressReading(press, device_time_ms=1691055957320, stamp=f"{press}@1691055957.320")
    assert household.meaning(*pressed(event)) == {"input_0.press": reading}


def test_a_clock_that_is_not_set_makes_no_two_presses_one() -> None:
    household = home(full({"input:0": {"state": None}}))
    event = {"component": "input:0", "event": "single_push", "ts": 12.5}
    assert household.meaning(*pressed(event)) == {"input_0.press": PressReading("single")}


def test_several_presses_in_one_message_go_to_their_buttons() -> None:
    household = home(full({"input:0": {"state": None}, "input:1": {"state": None}}))
    events = [
        {"component": "input:0", "event": "btn_up"},
        {"component": "input:1", "event": "long_push"},
        {"component": "input:0", "event": "single_push"},
    ]
    assert household.meaning(*pressed(*events)) == {
        "input_0.press": PressReading("single"),
        "input_1.press": PressReading("long"),
    }
