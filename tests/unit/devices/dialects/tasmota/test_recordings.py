"""Recorded messages of Tasmota, each with its meaning stated by hand."""

import pytest

from bridge.devices.dialects.tasmota.convention import Tasmota
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import Household, entity_of, only_device, recorded, summary
from tests.unit.devices.dialects.tasmota.examples import config, home, sensors

LINES = recorded("tasmota")

DHT22 = home(config(t="tasmota1_dht22", rl=[1]))
MASKED = home(config(t="tasmota_XXXXXX"))
SWITCH = home(config(t="tasmota_switch", rl=[1]))
DOCUMENTED = home(
    config(t="tasmota", rl=[3, 3], btn=[1], swc=[1], so={"73": 1}),
    sensors(
        {
            "Time": "2021-01-01T00:00:00",
            "Switch1": "OFF",
            "DS18B20": {"Temperature": 20.0},
            "MJ_HT_V1-3108be": {"Temperature": None, "Humidity": 50},
            "TempUnit": "C",
        }
    ),
)
I34 = home(config(t="ShellyI34", btn=[1, 1, 1], so={"73": 1}))
DIMMER = home(config(t="GD-30W", rl=[1, 1, 1, 1, 2], lt_st=1))
POW = home(config(t="pow1", rl=[1]), sensors({"ENERGY": {"Total": 1.5, "Power": 10, "Voltage": 230}}))
ZIGBEE = home(config(t="zbbridge"), *LINES[29:31])
RADIO = home(config(t="rf-bridge", rl=[0]))
SECRETIVE = home(config(t="tasmota_4B3316", rl=[1]))

ON, OFF = StateReading("on"), StateReading("off")
NOTHING: dict[str, Reading | str] = {}
MEANINGS: list[tuple[Household, dict[str, Reading | str]] | None] = [
    None,  # four descriptions, see below
    None,
    None,
    None,
    (DHT22, {"availability": AvailabilityReading(0, online=True)}),
    (DHT22, NOTHING),  # a question of the device's own
    (DHT22, NOTHING),  # which firmware
    (MASKED, {"availability": AvailabilityReading(0, online=True)}),
    (SWITCH, {"relay_1": OFF}),
    (SWITCH, {"relay_1": OFF}),  # the same change a second time
    (SWITCH, {"relay_1": ON}),
    (SWITCH, {"relay_1": ON}),
    (DOCUMENTED, {"ds18b20.temperature": StateReading("20.6")}),
    (DOCUMENTED, NOTHING),  # the supply is low, which says nothing of a relay
    (DOCUMENTED, {"button_1": PressReading("single")}),
    (DOCUMENTED, {"button_1": PressReading("double")}),
    (DOCUMENTED, {"button_1": PressReading("long")}),
    (DOCUMENTED, {"button_1": PressReading("long_release")}),
    (DOCUMENTED, {"switch_1": StateReading("open")}),
    (DOCUMENTED, {"switch_1": StateReading("closed")}),
    (DOCUMENTED, {"switch_1": StateReading("open")}),
    (I34, {"button_1": PressReading("triple")}),
    (DIMMER, {"relay_1": ON}),
    (
        DIMMER,
        {"relay_1": ON, "relay_2": OFF, "relay_3": ON, "relay_4": OFF, "relay_5": StateReading("on", brightness=100)},
    ),
    (
        POW,
        {
            "energy.total": StateReading("6.404"),
            "energy.power": StateReading("2629"),
            "energy.voltage": StateReading("226"),
        },
    ),
    (
        DOCUMENTED,
        {"mj_ht_v1-3108be.temperature": StateReading("22.3"), "mj_ht_v1-3108be.humidity": StateReading("56.1")},
    ),
    (DOCUMENTED, {"shutter_1": StateReading("opening", position=0)}),
    (DOCUMENTED, {"shutter_1": StateReading("opening", position=57)}),
    (DOCUMENTED, {"shutter_1": StateReading("stopped", position=100)}),
    (ZIGBEE, NOTHING),  # a plug is on, and cannot be told anything: see below
    (ZIGBEE, {"action": PressReading("toggle")}),
    (RADIO, NOTHING),  # a code: only a person knows what it means
    (SECRETIVE, NOTHING),  # a password: read by nobody
]


@pytest.mark.parametrize("line", [number for number, meaning in enumerate(MEANINGS) if meaning is not None])
def test_a_recorded_report_means_what_is_said_here(line: int) -> None:
    meaning = MEANINGS[line]
    assert meaning is not None
    household, expected = meaning
    assert household.meaning(*LINES[line]) == expected


def test_every_recorded_line_has_its_meaning() -> None:
    assert len(MEANINGS) == len(LINES)


def test_a_recorded_description_is_a_device_with_a_relay() -> None:
    device = only_device(Tasmota(), [LINES[0]])
    assert (device.id, device.name, device.model) == ("00000049a3bc", "Tasmota", "Sonoff Basic")
    assert device.hardware == {"00000049a3bc"}
    assert summary(device) == {"availability": "availability", "relay_1": "switch"}
    assert entity_of(device, "relay_1").name == "Test"
    assert entity_of(device, "availability").dialect.state_topics == ("tasmota_49A3BC/tele/LWT",)


def test_the_form_of_an_old_firmware_is_a_device_all_the_same() -> None:
    device = only_device(Tasmota(), [LINES[1]])
    assert summary(device) == {"availability": "availability"}


def test_a_recorded_sample_adds_its_sensors() -> None:
    device = only_device(Tasmota(), [LINES[2], LINES[0]])
    temperature = entity_of(device, "dht11.temperature")
    assert (temperature.kind, temperature.name, temperature.unit) == ("sensor", "DHT11 Temperature", "°C")


def test_the_recorded_removal_takes_the_device_away() -> None:
    household = Household(Tasmota()).hear([LINES[0], LINES[2], LINES[3]])
    assert household.devices() == {}


def test_the_recorded_zigbee_devices_are_a_plug_that_is_not_served_and_a_remote() -> None:
    devices = ZIGBEE.devices()
    plug, remote = devices["tele.zbbridge.0x7120"], devices["tele.zbbridge.0xF72F"]
    assert (plug.name, summary(plug)) == ("SHP15", {})
    assert [left.what for left in plug.unserved] == ["Power"]
    assert (remote.name, summary(remote)) == ("IKEA_remote", {"action": "button"})
