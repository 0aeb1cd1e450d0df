"""What Tasmota devices are described as."""

import itertools
from typing import Any

import pytest

from bridge.commands import Publication
from bridge.devices.dialects.tasmota.convention import Tasmota
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, entity_of, only_device, summary, told
from tests.unit.devices.dialects.tasmota.examples import MAC, config, home, sensors


def described(**changes: Any) -> dict[str, str]:  # noqa: ANN401 -- whatever a config may hold
    """Return the kinds of what a config describes, but for what every device has."""
    kinds = summary(only_device(Tasmota(), [config(**changes)]))
    return {entity: kind for entity, kind in kinds.items() if entity != "availability"}


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"rl": [1, 1]}, {"relay_1": "switch", "relay_2": "switch"}),
        ({"rl": [0, 1]}, {"relay_2": "switch"}),
        ({"rl": [1], "so": {"30": 1}}, {"relay_1": "light"}),
        ({"rl": [2], "lt_st": 3}, {"relay_1": "light"}),
        ({"rl": [3, 3, 3, 3]}, {"shutter_1": "cover", "shutter_2": "cover"}),
        ({"rl": [1, 3, 3]}, {"relay_1": "switch", "shutter_1": "cover"}),
        ({"rl": [2, 1, 1, 1], "if": 1}, {"relay_1": "light", "fan": "switch"}),
        ({"rl": [1, None]}, {"relay_1": "switch"}),
        ({"rl": None}, {}),
        ({"swc": [1]}, {"switch_1": "contact?"}),
        ({"swc": [-1, 16]}, {"switch_2": "contact?"}),
        ({"swc": [0]}, {"switch_1.press": "button"}),
        ({"swc": [3]}, {"switch_1": "contact?", "switch_1.press": "button"}),
        ({"swc": [13]}, {"switch_1": "motion?"}),
        ({"swc": [17]}, {}),
        ({"btn": [1, 0, 1], "so": {"73": 1}}, {"button_1": "button", "button_3": "button"}),
        ({"btn": [1], "so": {"73": 0}}, {}),
        ({"bat": 1}, {"battery": "battery"}),
    ],
)
def test_a_config_describes(changes: dict[str, Any], kinds: dict[str, str]) -> None:
    assert described(**changes) == kinds


def test_a_device_that_sleeps_has_no_availability() -> None:
    assert described(dslp=1, bat=1) == {"battery": "battery"}
    assert summary(only_device(Tasmota(), [config(dslp=1)])) == {}


def test_a_relay_that_is_called_as_its_device_has_no_name_of_its_own() -> None:
    device = only_device(Tasmota(), [config(dn="Kettle", fn=["Kettle", None], rl=[1, 1])])
    assert [entity.name for entity in device.entities] == ["", "", "Relay 2"]


def test_half_a_shutter_is_said_to_be_one() -> None:
    device = only_device(Tasmota(), [config(rl=[3, 3, 3, 1])])
    assert summary(device).keys() == {"availability", "relay_4", "shutter_1"}
    assert [left.what for left in device.unserved] == ["Relay 3"]


def test_a_motion_switch_that_never_says_off_is_off_after_a_second() -> None:
    device = only_device(Tasmota(), [config(swc=[13, 1])])
    assert entity_of(device, "switch_1").off_after_s == 1
    assert entity_of(device, "switch_2").off_after_s is None


def test_a_name_given_to_a_switch_is_the_key_it_reports_with() -> None:
    household = home(config(swc=[1], swn=["Front door"]))
    assert entity_of(household.devices()[MAC.lower()], "switch_1").name == "Front door"
    assert household.meaning(*told("tele/tasmota/SENSOR", {"Front door": "ON"})).keys() == {"switch_1"}


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({"ft": "%prefix%/%topic%/"}, "tele/tasmota/LWT"),
        ({"ft": "%topic%/%prefix%"}, "tasmota/tele/LWT"),
        ({"ft": "home/%hostname%/%prefix%/%id%/"}, "home/tasmota-host/tele/49A3BC/LWT"),
        ({"tp": ["do", "said", "says"]}, "says/tasmota/LWT"),
    ],
)
def test_topics_follow_the_pattern_of_the_device(changes: dict[str, Any], topic: str) -> None:
    device = only_device(Tasmota(), [config(**changes)])
    assert entity_of(device, "availability").dialect.state_topics == (topic,)


@pytest.mark.parametrize(
    "changes",
    [
        {"ft": "%topic%/"},
        {"ft": None},
        {"ft": "$SYS/%prefix%/"},
        {"ft": "%prefix%/#/"},
        {"ft": "%prefix%/+/%topic%/"},
        {"ft": "tasmota/discovery/%prefix%/"},
        {"tp": ["cmnd", "stat"]},
        {"tp": ["a", "a", "a"]},
        {"tp": ["cmnd", "stat", "$tele"]},
        {"t": ""},
        {"t": "x" * 2000 + "#"},
    ],
)
def test_a_device_on_topics_that_are_none_is_refused(changes: dict[str, Any]) -> None:
    said = Tasmota().tell(*config(**changes))
    assert said is not None
    with pytest.raises(UnreadableMessage):
        Tasmota().read(said.group, said.parts)


def test_the_address_inside_must_be_that_of_the_topic() -> None:
    with pytest.raises(UnreadableMessage):
        Tasmota().tell(f"tasmota/discovery/{MAC}/config", config(mac="AABBCCDDEEFF")[1])


def test_a_new_address_on_the_network_or_firmware_is_no_new_description() -> None:
    assert Tasmota().tell(*config()) == Tasmota().tell(*config(ip="10.0.0.1", sw="15.0.0"))


def test_new_values_in_a_sample_are_no_new_description() -> None:
    first = {"Time": "2020-01-01T00:00:00", "DHT11": {"Temperature": None, "Humidity": 40}, "TempUnit": "C"}
    later = {"Time": "2026-01-01T00:00:00", "DHT11": {"Temperature": 20.5, "Humidity": 41}, "TempUnit": "C"}
    assert Tasmota().tell(*sensors(first)) == Tasmota().tell(*sensors(later))


def test_any_order_of_descriptions_gives_the_same_device() -> None:
    messages = [config(rl=[1]), sensors({"AM2301": {"Humidity": 1}}), config("AABBCCDDEEFF"), config(rl=[1])]
    homes = [Household(Tasmota()).hear(order).devices() for order in itertools.permutations(messages)]
    assert all(found == homes[0] for found in homes)
    assert len(homes[0]) == 2


def test_sensors_alone_are_no_device_yet() -> None:
    assert home(sensors({"AM2301": {"Humidity": 1}})).devices() == {}


@pytest.mark.parametrize(
    ("sample", "units"),
    [
        ({"AM2301": {"Temperature": 1, "Humidity": 2, "DewPoint": 1}, "TempUnit": "F"}, ["°F", "%", "°F"]),
        ({"BMP280": {"Pressure": 1000}, "PressureUnit": "hPa"}, ["hPa"]),
        ({"ENERGY": {"Power": [1, 2], "Today": 1, "Factor": 0.5}}, ["", "W", "W", "kWh"]),
        ({"TX23": {"Speed": {"Act": 1, "Avg": 2}}, "SpeedUnit": "km/h"}, ["km/h", "km/h"]),
        ({"Range": 5, "ANALOG": {"A0": 100}}, ["", ""]),
    ],
)
def test_numbers_have_the_units_that_the_device_means(sample: dict[str, Any], units: list[str]) -> None:
    device = only_device(Tasmota(), [config(), sensors(sample)])
    assert [entity.unit for entity in device.entities if entity.kind is EntityKind.SENSOR] == units


def test_the_temperature_of_the_chip_is_minor() -> None:
    device = only_device(Tasmota(), [config(), sensors({"ESP32": {"Temperature": 50}, "X": {"Temperature": 1}})])
    assert entity_of(device, "esp32.temperature").minor
    assert not entity_of(device, "x.temperature").minor


def test_a_sensor_that_calls_itself_battery_is_not_that_of_the_device() -> None:
    device = only_device(Tasmota(), [config(bat=1), sensors({"Battery": 5, "Availability": 1})])
    kinds = {"availability": "availability", "battery": "battery", "battery_": "sensor", "availability_": "sensor"}
    assert summary(device) == kinds


def test_texts_in_a_sample_are_told_to_be_no_numbers() -> None:
    device = only_device(Tasmota(), [config(), sensors({"TX23": {"Dir": {"Card": "WSW", "Deg": 247}}})])
    assert [left.what for left in device.unserved] == ["TX23 Dir Card"]
    assert "tx23.dir.deg" in summary(device)


def test_a_sample_without_end_is_cut_off_and_said_to_be() -> None:
    sample = {f"s{number}": {"Temperature": 1, "Humidity": 1} for number in range(200)}
    device = only_device(Tasmota(), [config(), sensors(sample)])
    assert len(device.entities) == 256
    assert device.unserved[-1].what == "everything further"


def test_a_device_is_asked_how_it_is_and_never_told_anything_by_that() -> None:
    (said,) = home(config()).announcements().values()
    assert said.questions == (Publication("cmnd/tasmota/STATUS", b"10"), Publication("cmnd/tasmota/STATUS", b"11"))
