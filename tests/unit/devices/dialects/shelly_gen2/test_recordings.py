"""Recorded messages of Shellies since the second generation, each with its meaning stated by hand."""

import pytest

from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import Household, entity_of, only_device, recorded, summary
from tests.unit.devices.dialects.shelly_gen2.examples import answered, full, home

LINES = recorded("shelly-gen2")

PLUG = home(LINES[0])
MINI = home(
    LINES[1], answered({"switch:0": {"output": False, "apower": 0, "voltage": 230}}, "shelly1pmminig3-5432044edbc0")
)
DOUBLE = home(LINES[3])
SINGLE = home(LINES[4])
COVER = home(
    full(
        {"cover:0": {"state": "open", "pos_control": True, "apower": 0}, "input:0": {"id": 0, "state": None}},
        "shelly2pmg3-aabbccddeeff",
    )
)
PRO = home(full({"switch:0": {"output": True}}, "shellypro2pm-30c6f7850a64"))
PRESENCE = home(full({"illuminance:0": {"lux": 3}}, "shellypresence-aabbccddeeff00"))

MEANINGS: list[tuple[Household, dict[str, Reading | str]]] = [
    (
        PLUG,
        {
            "switch_0": StateReading("on"),
            "switch_0.apower": StateReading("0"),
            "switch_0.voltage": StateReading("229.1"),
            "switch_0.current": StateReading("0"),
            "switch_0.aenergy": StateReading("30.473355"),
            "switch_0.temperature": StateReading("34.8"),
        },
    ),
    (MINI, {"switch_0.apower": StateReading("11.5")}),  # nothing of on or off
    (
        MINI,
        {
            "switch_0": StateReading("on"),
            "switch_0.apower": StateReading("11.5"),
            "switch_0.voltage": StateReading("240.3"),
        },
    ),
    (
        DOUBLE,
        {"input_0.press": PressReading("press", device_time_ms=1691055957320, stamp="press@1691055957.320")},
    ),
    (SINGLE, {"input_0": StateReading("closed")}),
    (COVER, {"cover_0": StateReading("open", position=100), "cover_0.apower": StateReading("0")}),
    (COVER, {}),  # a button has no state
    (PRO, {"availability": AvailabilityReading(0, online=False)}),
    (PRO, {"availability": AvailabilityReading(0, online=True)}),
    (SINGLE, {}),  # somebody else's call
    (PRESENCE, {}),  # dark is no number
]


@pytest.mark.parametrize("line", range(len(MEANINGS)))
def test_a_recorded_message_means_what_is_said_here(line: int) -> None:
    household, expected = MEANINGS[line]
    assert household.meaning(*LINES[line]) == expected


def test_every_recorded_line_has_its_meaning() -> None:
    assert len(MEANINGS) == len(LINES)


def test_the_recorded_full_status_is_a_plug() -> None:
    device = only_device(ShellyGen2(), [LINES[0]])
    assert (device.id, device.model) == ("shellyplusplugs-80646fd031f8", "shellyplusplugs")
    assert device.hardware == {"80646fd031f8"}
    assert device.unserved == ()
    assert summary(device) == {
        "availability": "availability",
        "switch_0": "switch",
        **{f"switch_0.{what}": "sensor" for what in ("apower", "voltage", "current", "aenergy", "temperature")},
    }
    assert entity_of(device, "switch_0.temperature").minor
    assert entity_of(device, "switch_0.aenergy").unit == "kWh"


def test_a_recorded_change_shows_that_there_is_a_switch() -> None:
    assert summary(only_device(ShellyGen2(), [LINES[1]])) == {"availability": "availability", "switch_0": "switch"}
