"""What Tasmota devices report."""

from typing import Any

import pytest

from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import told
from tests.unit.devices.dialects.tasmota.examples import config, home, sensors

IFAN: dict[str, Any] = {"if": 1}
ON, OFF = StateReading("on"), StateReading("off")


@pytest.mark.parametrize(
    ("topic", "body", "reading"),
    [
        ("stat/tasmota/RESULT", {"POWER": "ON"}, ON),
        ("stat/tasmota/RESULT", {"POWER1": "OFF"}, OFF),
        ("tele/tasmota/STATE", {"Time": "x", "POWER": "ON"}, ON),
        ("stat/tasmota/STATUS11", {"StatusSTS": {"POWER": "ON"}}, ON),
        ("stat/tasmota/STATE", {"POWER": "OFF"}, OFF),
    ],
)
def test_a_relay_reports_on_every_topic(topic: str, body: dict[str, Any], reading: Reading) -> None:
    assert home(config(rl=[1])).meaning(*told(topic, body)) == {"relay_1": reading}


def test_the_words_of_states_are_those_of_the_device() -> None:
    household = home(config(rl=[1], state=["AUS", "AN", "UM", "HALT"], onln="Da", ofln="Weg", swc=[5]))
    assert household.meaning("stat/tasmota/POWER", b"AN") == {"relay_1": ON}
    assert household.meaning("stat/tasmota/POWER", b"ON") == {"relay_1": "not one of the described words"}
    assert household.meaning("tele/tasmota/LWT", b"Weg") == {"availability": AvailabilityReading(0, online=False)}
    pressed = told("stat/tasmota/RESULT", {"Switch1": {"Action": "HALT"}})
    assert household.meaning(*pressed) == {"switch_1.press": PressReading("long")}


def test_a_state_that_is_not_known_is_none() -> None:
    household = home(config(rl=[1]))
    assert household.meaning(*told("stat/tasmota/RESULT", {"POWER1": None})) == {}
    assert household.meaning("stat/tasmota/POWER1", b"") == {}


def test_the_second_of_several_relays_hears_only_its_own() -> None:
    household = home(config(rl=[1, 1]))
    assert household.meaning(*told("stat/tasmota/RESULT", {"POWER2": "ON"})) == {"relay_2": ON}
    assert household.meaning("stat/tasmota/POWER2", b"OFF") == {"relay_2": OFF}


def test_answers_among_the_results_are_not_listened_for_elsewhere() -> None:
    household = home(config(rl=[2], lt_st=1, btn=[1], so={"73": 1}))
    assert household.meaning(*told("stat/tasmota/DIMMER", {"POWER": "ON", "Dimmer": 40})) == {}
    assert household.meaning(*told("stat/tasmota/BUTTON1", {"Button1": {"Action": "SINGLE"}})) == {}


def test_answers_apart_from_results_are_heard_too() -> None:
    household = home(config(rl=[2], lt_st=1, btn=[1], swc=[1], so={"4": 1, "73": 1}))
    dimmed = told("stat/tasmota/DIMMER", {"POWER": "ON", "Dimmer": 40})
    assert household.meaning(*dimmed) == {"relay_1": StateReading("on", brightness=40)}
    assert household.meaning(*told("stat/tasmota/POWER1", {"POWER1": "ON"})) == {"relay_1": ON}
    assert household.meaning("stat/tasmota/POWER1", b"ON") == {"relay_1": ON}
    pressed = told("stat/tasmota/BUTTON1", {"Button1": {"Action": "SINGLE"}})
    assert household.meaning(*pressed) == {"button_1": PressReading("single")}
    switched = told("stat/tasmota/SWITCH1", {"Switch1": {"Action": "ON"}})
    assert household.meaning(*switched) == {"switch_1": StateReading("open")}


@pytest.mark.parametrize(
    ("body", "reading"),
    [
        ({"POWER": "ON", "Dimmer": 100, "Color": "FF880000", "HSBColor": "32,100,100"}, ("on", 100, "#ff8800", None)),
        ({"POWER": "ON", "Dimmer": 10, "Color": "190D0000", "HSBColor": "32,100,10"}, ("on", 10, "#ff8800", None)),
        ({"POWER": "ON", "Dimmer": 100, "Color": "255,136,0,0,0"}, ("on", 100, "#ff8800", None)),
        ({"Dimmer": 50, "Color": "800000"}, (None, 50, "#ff0000", None)),
        ({"POWER": "ON", "Color": "000000FF00", "HSBColor": "0,0,0", "CT": 250}, ("on", None, None, 4000)),
        ({"POWER": "ON", "Color": "FF88000000", "CT": 250}, ("on", None, "#ff8800", None)),
        ({"POWER": "OFF", "Dimmer": 0}, ("off", None, None, None)),
        ({"POWER": "ON", "Color": "orange", "CT": None}, ("on", None, None, None)),
        ({"POWER": "ON", "Dimmer": 101, "CT": 1, "HSBColor": "400,1,1"}, ("on", None, None, None)),
    ],
)
def test_a_light_says_how_it_shines(
    body: dict[str, Any], reading: tuple[str | None, int | None, str | None, int | None]
) -> None:
    value, brightness, color, color_temp = reading
    household = home(config(rl=[2], lt_st=5))
    expected = StateReading(value, brightness, color=color, color_temp=color_temp)
    assert household.meaning(*told("tele/tasmota/STATE", body)) == {"relay_1": expected}


def test_colours_and_white_are_two_lights_where_the_device_parts_them() -> None:
    household = home(config(rl=[2, 2], lt_st=5, lk=0))
    body = {"POWER1": "ON", "POWER2": "OFF", "Dimmer1": 40, "Dimmer2": 70, "Color": "66000000FF", "CT": 500}
    assert household.meaning(*told("tele/tasmota/STATE", body)) == {
        "relay_1": StateReading("on", 40, color="#ff0000"),
        "relay_2": StateReading("off", 70, color_temp=2000),
    }


def test_channels_are_lights_each_where_the_device_parts_them() -> None:
    household = home(config(rl=[2, 2], lt_st=2, so={"68": 1}))
    body = {"POWER1": "ON", "Channel1": 12, "POWER2": "ON", "Channel2": 99}
    assert household.meaning(*told("tele/tasmota/STATE", body)) == {
        "relay_1": StateReading("on", 12),
        "relay_2": StateReading("on", 99),
    }


def test_an_inverted_shutter_is_turned_round() -> None:
    household = home(config(rl=[3, 3], sho=[1]))
    moving = told("tele/tasmota/SENSOR", {"Shutter1": {"Position": 30, "Direction": 1}})
    assert household.meaning(*moving) == {"shutter_1": StateReading("closing", position=70)}


def test_a_shutter_that_does_not_know_where_it_is_says_only_what_it_does() -> None:
    household = home(config(rl=[3, 3]))
    lost = told("stat/tasmota/STATUS10", {"StatusSNS": {"Shutter1": {"Position": -1, "Direction": -1}}})
    assert household.meaning(*lost) == {"shutter_1": StateReading("closing")}


def test_a_fan_is_on_at_any_speed() -> None:
    household = home(config(rl=[2, 1, 1, 1], **IFAN))
    assert household.meaning(*told("stat/tasmota/RESULT", {"FanSpeed": 2})) == {"fan": ON}
    assert household.meaning(*told("tele/tasmota/STATE", {"POWER1": "ON", "FanSpeed": 0})) == {
        "relay_1": ON,
        "fan": OFF,
    }


@pytest.mark.parametrize(
    ("mode", "action", "meaning"),
    [
        (0, "TOGGLE", {"switch_1.press": PressReading("single")}),
        (0, "HOLD", {}),
        (1, "ON", {"switch_1": StateReading("open")}),
        (1, "TOGGLE", {}),
        (3, "TOGGLE", {"switch_1.press": PressReading("single")}),
        (5, "HOLD", {"switch_1.press": PressReading("long")}),
        (6, "HOLD", {"switch_1.press": PressReading("long")}),
        (7, "HOLD", {}),
        (8, "HOLD", {"switch_1.press": PressReading("double")}),
        (10, "HOLD", {"switch_1.press": PressReading("double")}),
        (12, "TOGGLE", {"switch_1.press": PressReading("single")}),
        (9, "HOLD", {"switch_1.press": PressReading("double")}),
        (9, "OFF", {"switch_1": StateReading("closed")}),
        (11, "INC_DEC", {}),
        (13, "ON", {"switch_1": ON}),
    ],
)
def test_an_action_of_a_switch_is_what_its_mode_makes_of_it(
    mode: int, action: str, meaning: dict[str, Reading]
) -> None:
    household = home(config(swc=[mode]))
    assert household.meaning(*told("stat/tasmota/RESULT", {"Switch1": {"Action": action}})) == meaning


def test_a_switch_that_is_pushed_on_is_not_asked_for_its_state() -> None:
    assert home(config(swc=[13])).meaning(*told("tele/tasmota/SENSOR", {"Switch1": "ON"})) == {}


@pytest.mark.parametrize(
    ("options", "said", "press"),
    [
        ({"73": 1}, "PENTA", "penta"),
        ({"73": 1, "11": 1}, "SINGLE", "double"),
        ({"73": 1, "11": 1}, "DOUBLE", "single"),
        ({"73": 1, "11": 1}, "TRIPLE", "triple"),
        ({"73": 1, "11": 1, "13": 1}, "SINGLE", "single"),
    ],
)
def test_a_button_says_its_words(options: dict[str, int], said: str, press: str) -> None:
    household = home(config(btn=[1], so=options))
    message = told("stat/tasmota/RESULT", {"Button1": {"Action": said}})
    assert household.meaning(*message) == {"button_1": PressReading(press)}


def test_a_sensor_that_is_not_read_yet_says_nothing() -> None:
    household = home(config(), sensors({"AM2301": {"Temperature": 1}}))
    assert household.meaning(*told("tele/tasmota/SENSOR", {"AM2301": {"Temperature": None}})) == {}
    assert household.meaning(*told("tele/tasmota/SENSOR", {"AM2301": "gone"})) == {}


def test_fewer_phases_than_described_are_read_all_the_same() -> None:
    household = home(config(), sensors({"ENERGY": {"Power": [1, 2, 3]}}))
    assert household.meaning(*told("tele/tasmota/SENSOR", {"ENERGY": {"Power": 5}})) == {
        "energy.power.1": StateReading("5")
    }


def test_a_battery_is_read_in_percent() -> None:
    household = home(config(bat=1))
    assert household.meaning(*told("tele/tasmota/STATE", {"BatteryPercentage": 60})) == {"battery": StateReading("60")}
    assert household.meaning(*told("tele/tasmota/STATE", {"BatteryPercentage": 600})) == {}
