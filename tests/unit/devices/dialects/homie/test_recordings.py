"""Recorded messages of Homie, each with its meaning stated by hand."""

import pytest

from bridge.devices.dialects.homie.convention import Homie
from bridge.devices.reading import AvailabilityReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import Household, entity_of, only_device, recorded, summary
from tests.unit.devices.dialects.homie.examples import home, version4, version5

LINES = recorded("homie")
LIGHT = {"properties": {"power": {"datatype": "boolean", "settable": True}}}
DIMMED = {"properties": LIGHT["properties"] | {"brightness": {"datatype": "integer", "settable": True}}}

CAR_4 = home(*LINES[:14])
KITCHEN_4 = home(*version4({"light": {"power": {"$datatype": "boolean", "$settable": "true"}}}, "kitchen-light"))
CAR_5 = home(*LINES[17:19])
KITCHEN_5 = home(*version5({"light": DIMMED}, "kitchen-light"))
OTHER_5 = home(*version5({"light": LIGHT}, "mydevid"), *version5({"light": LIGHT}, "my-device"))

NOTHING: dict[str, Reading | str] = {}
MEANINGS: list[tuple[Household, dict[str, Reading | str]]] = [
    *[(CAR_4, NOTHING)] * 4,  # descriptions, see below
    (CAR_4, {"availability": AvailabilityReading(0, online=True)}),
    *[(CAR_4, NOTHING)] * 8,
    (CAR_4, {"engine.temperature": StateReading("21.5")}),
    (KITCHEN_4, NOTHING),  # somebody else's order
    (KITCHEN_4, {"light.power": StateReading("on")}),
    (KITCHEN_4, NOTHING),  # a word to everybody
    (CAR_5, NOTHING),  # it is on its way
    (CAR_5, NOTHING),
    (CAR_5, {"availability": AvailabilityReading(0, online=True)}),
    (CAR_5, {"engine.temperature": StateReading("21.5")}),
    (CAR_5, {"availability": AvailabilityReading(0, online=False)}),
    (KITCHEN_5, NOTHING),  # somebody else's order
    (KITCHEN_5, {"light.power": StateReading("on")}),
    (KITCHEN_5, NOTHING),  # where it is going
    (KITCHEN_5, {"light.power": StateReading(None, 20)}),
    (KITCHEN_5, {"light.power": StateReading(None, 100)}),
    (OTHER_5, NOTHING),  # an alert for people
    (OTHER_5, NOTHING),  # a line of its log
    (CAR_5, NOTHING),  # its removal is no state
]


@pytest.mark.parametrize("line", range(len(MEANINGS)))
def test_a_recorded_message_means_what_is_said_here(line: int) -> None:
    household, expected = MEANINGS[line]
    assert household.meaning(*LINES[line]) == expected


def test_every_recorded_line_has_its_meaning() -> None:
    assert len(MEANINGS) == len(LINES)


@pytest.mark.parametrize(
    ("lines", "identity", "name"),
    [(slice(14), "homie.super-car", "Super car"), (slice(17, 20), "homie.5.super-car", "Supercar")],
)
def test_the_recorded_car_is_a_device_with_a_thermometer(lines: slice, identity: str, name: str) -> None:
    device = only_device(Homie(), LINES[lines])
    assert (device.id, device.name) == (identity, name)
    assert summary(device) == {"availability": "availability", "engine.temperature": "sensor"}
    temperature = entity_of(device, "engine.temperature")
    assert (temperature.name, temperature.unit) == ("Car engine Engine temperature", "°C")


def test_the_recorded_removal_takes_the_device_away() -> None:
    household = home(*LINES[17:20])
    assert household.devices()
    household.hear([LINES[29]])
    assert household.devices() == {}
    assert household.groups == {}
