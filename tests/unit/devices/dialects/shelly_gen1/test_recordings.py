"""Recorded messages of the first generation of Shellies, each with its meaning stated by hand."""

import pytest

from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.interpretation import Circumstances, interpret
from bridge.devices.last_known import NOTHING_KNOWN
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import Household, entity_of, only_device, recorded, summary
from tests.unit.devices.dialects.shelly_gen1.examples import home, of
from tests.unit.devices.examples import button

LINES = recorded("shelly-gen1")

DIMMER = home(LINES[1])
I3 = of("shellyix3-10521CF2C2C2")
SHELLY_1 = of("shelly1-10521C454394")
RELAYS = of("shellyswitch25-C45BBE798F0F", "relay/0")
ROLLER = of("shellyswitch25-C45BBE798F0F", "roller/0")
DOOR = of("shellydw2-483FDA825476")
FLOOD = of("shellyflood-EC64C9C1DA9A")

MEANINGS: list[tuple[Household, dict[str, Reading | str]] | None] = [
    None,  # two announcements, see below
    None,
    (DIMMER, {"light_0": StateReading("off", brightness=100)}),
    (I3, {"input_0.press": PressReading("triple", stamp="4", counted=True)}),
    (I3, {"input_0.press": PressReading("triple", stamp="4", counted=True)}),  # the same press, said again
    (SHELLY_1, {"input_0.press": PressReading("long", stamp="849", counted=True)}),
    (RELAYS, {"availability": AvailabilityReading(0, online=False)}),
    (RELAYS, {"availability": AvailabilityReading(0, online=True)}),
    (RELAYS, {"relay_0": StateReading("on")}),
    (RELAYS, {"relay_0": StateReading("off")}),
    (RELAYS, {"relay_0": StateReading("off")}),  # it was overloaded, and has switched itself off
    (RELAYS, {"input_0": StateReading("open")}),
    (RELAYS, {}),  # a firmware that tells of long presses on topics of their own counts none: see below
    (ROLLER, {"roller_0": StateReading("opening")}),
    (ROLLER, {"roller_0": StateReading("stopped", position=100)}),
    (DOOR, {"state": StateReading("open")}),
    (DOOR, {"state": StateReading("closed")}),
    (DOOR, {"battery": StateReading("99")}),
    (FLOOD, {"flood": StateReading("on")}),
]


@pytest.mark.parametrize("line", [number for number, meaning in enumerate(MEANINGS) if meaning is not None])
def test_a_recorded_report_means_what_is_said_here(line: int) -> None:
    meaning = MEANINGS[line]
    assert meaning is not None
    household, expected = meaning
    assert household.meaning(*LINES[line]) == expected


def test_every_recorded_line_has_its_meaning() -> None:
    assert len(MEANINGS) == len(LINES)


def test_a_recorded_announcement_without_a_model_is_a_button_by_its_id() -> None:
    device = only_device(ShellyGen1(), [LINES[0]])
    assert (device.id, device.model) == ("shellybutton1-A4CF12F45174", "Shelly Button1")
    assert device.hardware == {"a4cf12f45174"}
    assert summary(device) == {"input_0.press": "button", "battery": "battery"}


def test_a_recorded_announcement_with_a_model_is_a_dimmer() -> None:
    device = only_device(ShellyGen1(), [LINES[1]])
    assert (device.id, device.model, device.hardware) == ("shellydimmer2-XXX", "Shelly Dimmer 2", frozenset())
    assert summary(device).keys() == {
        *("availability", "light_0", "light_0.power", "light_0.energy", "temperature"),
        *("input_0", "input_0.press", "input_1", "input_1.press"),
    }


def test_the_recorded_repetition_of_a_press_is_one_press() -> None:
    dialect = entity_of(next(iter(I3.devices().values())), "input_0.press").dialect
    before = dialect.read(LINES[3][0], b'{"event":"S","event_cnt":3}')
    state, pressed = NOTHING_KNOWN, []
    for reading in (before, dialect.read(*LINES[3]), dialect.read(*LINES[4])):
        assert reading is not None
        result = interpret(button(), state, reading, Circumstances(now_ms=0))
        state = result.state
        pressed.append(result.event.ingredients["press"] if result.event else None)
    assert pressed == [None, "triple", None]  # the first count is only where counting begins
