"""Zigbee devices that a Tasmota bridge hears."""

import itertools
from typing import Any

import pytest
from hypothesis import given

from bridge.commands import Command, Wish
from bridge.devices.dialects.tasmota.convention import Tasmota
from bridge.devices.reading import PressReading, Reading, StateReading
from tests.unit.devices.dialects.fuzzing import heard_without_harm, nearly
from tests.unit.devices.dialects.hearing import Household, Message, only_device, summary, told
from tests.unit.devices.dialects.tasmota.examples import config, home


def received(said: dict[str, Any], address: str = "0x1A2B") -> Message:
    """Return what a bridge says that it received of a device."""
    return told("tele/bridge/SENSOR", {"ZbReceived": {address: {"Device": address, "Endpoint": 1} | said}})


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ({"Temperature": 21.5}, {"temperature": StateReading("21.5")}),
        ({"Contact": 1}, {"contact": StateReading("open")}),
        ({"Contact": 0}, {"contact": StateReading("closed")}),
        ({"Occupancy": 1}, {"occupancy": StateReading("on")}),
        ({"Water": 0}, {"water": StateReading("off")}),
        ({"Fire": 1}, {"fire": StateReading("on")}),
        ({"BatteryPercentage": 80.5}, {"battery": StateReading("80.5")}),
        ({"BatteryPercentage": 255}, {}),
        ({"0006!02": "", "Power": 2}, {"action": PressReading("toggle")}),
        ({"0006!00": "", "Endpoint": 2}, {"action": PressReading("2_off")}),
        ({"0008!06": "0123"}, {"action": PressReading("0008-06")}),
        ({"Contact": None}, {}),
        ({"Contact": "open"}, {}),
    ],
)
def test_what_was_received_means(said: dict[str, Any], meaning: dict[str, Reading]) -> None:
    assert home(received(said)).meaning(*received(said)) == meaning


def test_a_device_grows_with_what_is_received_of_it_in_any_order() -> None:
    messages = [received({"Temperature": 1}), received({"Humidity": 1, "Name": "Hall"}), received({"Contact": 1})]
    homes = [Household(Tasmota()).hear(order).devices() for order in itertools.permutations(messages)]
    assert all(found == homes[0] for found in homes)
    (device,) = homes[0].values()
    assert (device.id, device.name) == ("tele.bridge.0x1A2B", "Hall")
    assert summary(device) == {"temperature": "sensor", "humidity": "sensor", "contact": "contact"}


def test_other_values_are_no_new_description() -> None:
    assert Tasmota().tell(*received({"Temperature": 1})) == Tasmota().tell(*received({"Temperature": 2}))


def test_devices_of_one_bridge_are_told_apart() -> None:
    household = home(received({"Contact": 1}), received({"Contact": 1}, "0x3C4D"))
    assert household.devices().keys() == {"tele.bridge.0x1A2B", "tele.bridge.0x3C4D"}
    only_one = [entity.dialect.read(*received({"Contact": 0})) for _, entity in household.entities()]
    assert only_one == [StateReading("closed"), None]


def test_a_bridge_is_listened_to_where_it_reports() -> None:
    (said,) = home(config(t="bridge")).announcements().values()
    assert said.topics == ("tele/bridge/SENSOR",)


def test_they_are_not_told_anything() -> None:
    device = only_device(Tasmota(), [received({"Contact": 1, "0006!02": ""})])
    assert all(entity.dialect.write(Command("home", "thing", Wish.TURN_ON)) == () for entity in device.entities)


@pytest.mark.parametrize(
    "message",
    [
        told("tele/bridge/SENSOR", {"Time": "x", "DS18B20": {"Temperature": 1}}),
        told("tele/bridge/RESULT", {"ZbReceived": {"0x1A2B": {"Device": "0x1A2B", "Contact": 1}}}),
        told("tele/bridge/SENSOR", {"ZbReceived": {"0x1A2B": {"Device": "#", "Contact": 1}}}),
        told("tele/bridge/SENSOR", {"ZbReceived": {"0x1A2B": {"Device": "0x1A2B", "Other": 1}}}),
        told("tele/bridge/SENSOR", {"ZbReceived": []}),
    ],
)
def test_other_reports_describe_nothing(message: Message) -> None:
    assert Tasmota().tell(*message) is None


@given(nearly({"ZbReceived": {"x": {"Device": "0x1A2B", "Name": "x", "0006!02": "", "Contact": 1, "Humidity": 5}}}))
def test_odd_reports_do_no_harm(report: bytes) -> None:
    sound = received({"0006!02": "", "Contact": 1, "Humidity": 5})
    heard_without_harm(Tasmota(), [sound, ("tele/bridge/SENSOR", report)])
