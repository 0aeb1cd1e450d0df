"""What Shellies of the first generation report."""

from typing import Any

import pytest

from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.interpretation import Circumstances, interpret
from bridge.devices.last_known import NOTHING_KNOWN
from bridge.devices.reading import PressReading, Reading, StateReading
from tests.unit.devices.dialects.hearing import entity_of, only_device, told
from tests.unit.devices.dialects.shelly_gen1.examples import OLD, announced, home, of
from tests.unit.devices.examples import button

SHELLY = ShellyGen1()


@pytest.mark.parametrize(
    ("identity", "below", "payload", "meaning"),
    [
        ("shellyplug-s-1", "relay/0/power", b"12.50", {"relay_0.power": StateReading("12.5")}),
        ("shellyplug-s-1", "relay/0/energy", b"90000", {"relay_0.energy": StateReading("1.5")}),
        ("shellyplug-s-1", "relay/0/energy", b"-1", {}),
        ("shellyplug-s-1", "temperature", b"31.5", {"temperature": StateReading("31.5")}),
        ("shellyem3-1", "emeter/2/total", b"12345.6", {"emeter_2.total": StateReading("12.3456")}),
        ("shellyem-1", "emeter/0/voltage", b"229.9", {"emeter_0.voltage": StateReading("229.9")}),
        ("shellyht-1", "sensor/temperature", b"-1", {"temperature": StateReading("-1")}),
        ("shellyht-1", "sensor/temperature", b"999.0", {}),
        ("shellyht-1", "sensor/humidity", b"999.0", {}),
        ("shellyht-1", "sensor/battery", b"-1", {}),
        ("shellydw-1", "sensor/state", b"unknown", {}),
        ("shellydw-1", "sensor/state", b"ajar", {"state": "not one of the known words"}),
        ("shellydw-1", "sensor/tilt", b"-1", {}),
        ("shellydw-1", "sensor/vibration", b"1", {"vibration": StateReading("on")}),
        ("shellydw-1", "sensor/vibration", b"-1", {}),
        ("shellysmoke-1", "sensor/smoke", b"false", {"smoke": StateReading("off")}),
        ("shellysense-1", "sensor/motion", b"true", {"motion": StateReading("on")}),
        ("shellygas-1", "sensor/gas", b"none", {"gas": StateReading("off")}),
        ("shellygas-1", "sensor/gas", b"mild", {"gas": StateReading("on")}),
        ("shellygas-1", "sensor/gas", b"heavy", {"gas": StateReading("on")}),
        ("shellygas-1", "sensor/gas", b"test", {}),
        ("shellyuni-1", "adc/0", b"12.01", {"adc_0": StateReading("12.01")}),
        ("shelly1-1", "input/0", b"", {}),
        ("shelly1-1", "relay/0", b"perhaps", {"relay_0": "not one of the known words"}),
    ],
)
def test_a_word_or_a_number_means(identity: str, below: str, payload: bytes, meaning: dict[str, Reading | str]) -> None:
    assert of(identity).meaning(f"shellies/{identity}/{below}", payload) == meaning


@pytest.mark.parametrize("below", ["roller/0/power", "relay/power"])
def test_a_roller_is_metered_where_its_firmware_says_so(below: str) -> None:
    household = of("shellyswitch25-1", "roller/0")
    assert household.meaning(f"shellies/shellyswitch25-1/{below}", b"120") == {"roller_0.power": StateReading("120")}


def test_a_motion_sensor_says_everything_in_one_object() -> None:
    status = {"motion": True, "timestamp": 1, "vibration": False, "lux": 118, "bat": 93, "tmp": {"value": 21.5}}
    assert of("shellymotion2-1").meaning(*told("shellies/shellymotion2-1/status", status)) == {
        "motion": StateReading("on"),
        "vibration": StateReading("off"),
        "lux": StateReading("118"),
        "battery": StateReading("93"),
        "temperature": StateReading("21.5"),
    }


def test_a_valve_says_its_temperature_and_battery() -> None:
    info = {"thermostats": [{"tmp": {"value": 19.2}}], "bat": {"value": 77}}
    assert of("shellytrv-1").meaning(*told("shellies/shellytrv-1/info", info)) == {
        "temperature": StateReading("19.2"),
        "battery": StateReading("77"),
    }


@pytest.mark.parametrize(
    ("identity", "where", "body", "reading"),
    [
        ("shellybulbduo-1", "light/0", {"ison": True, "brightness": 40, "temp": 2700}, ("on", 40, None, 2700)),
        (
            "shellybulb-1",
            "color/0",
            {"ison": True, "mode": "color", "red": 255, "green": 0, "blue": 0, "gain": 30, "brightness": 90},
            ("on", 30, "#ff0000", None),
        ),
        (
            "shellybulb-1",
            "color/0",
            {
                "ison": True,
                "mode": "white",
                "red": 255,
                "green": 0,
                "blue": 0,
                "gain": 30,
                "brightness": 90,
                "temp": 3000,
            },
            ("on", 90, None, 3000),
        ),
        ("shellydimmer-1", "light/0", {"ison": False, "brightness": 0}, ("off", None, None, None)),
        ("shellydimmer-1", "light/0", {"brightness": "much"}, None),
        ("shellydimmer-1", "light/0", {"ison": "yes", "brightness": 1000}, None),
    ],
)
def test_a_light_says_how_it_shines(
    identity: str, where: str, body: dict[str, Any], reading: tuple[str, int | None, str | None, int | None] | None
) -> None:
    meaning = of(identity).meaning(*told(f"shellies/{identity}/{where}/status", body))
    expected = (
        None if reading is None else StateReading(reading[0], reading[1], color=reading[2], color_temp=reading[3])
    )
    assert meaning == ({} if expected is None else {where.replace("/", "_"): expected})


def test_channels_of_white_are_lights_each() -> None:
    household = of("shellyrgbw2-1", "white/0/status")
    meaning = household.meaning(*told("shellies/shellyrgbw2-1/white/2/status", {"ison": True, "brightness": 7}))
    assert meaning == {"white_2": StateReading("on", 7)}
    assert household.meaning("shellies/shellyrgbw2-1/white/2", b"off") == {"white_2": StateReading("off")}


@pytest.mark.parametrize(
    ("below", "payload", "reading"),
    [
        ("roller/0", b"open", StateReading("opening")),
        ("roller/0", b"close", StateReading("closing")),
        ("roller/0", b"stop", StateReading("stopped")),
        ("roller/0/pos", b"0", StateReading("stopped", position=0)),
        ("roller/0/pos", b"-1", None),
        ("roller/0", b"wobble", "not one of the known words"),
    ],
)
def test_a_roller_says_what_it_does_and_where_it_is(below: str, payload: bytes, reading: Reading | str | None) -> None:
    meaning = of("shellyswitch25-1", "roller/0").meaning(f"shellies/shellyswitch25-1/{below}", payload)
    assert meaning == ({} if reading is None else {"roller_0": reading})


@pytest.mark.parametrize(
    ("body", "reading"),
    [
        ({"event": "S", "event_cnt": 1}, PressReading("single", stamp="1", counted=True)),
        ({"event": "SS", "event_cnt": 2}, PressReading("double", stamp="2", counted=True)),
        ({"event": "SL", "event_cnt": 3}, PressReading("sl", stamp="3", counted=True)),
        ({"event": "LS", "event_cnt": 4}, PressReading("ls", stamp="4", counted=True)),
        ({"event": "", "event_cnt": 5}, PressReading("", stamp="5", counted=True)),
        ({"event": "S", "event_cnt": 0}, PressReading("", stamp="0", counted=True)),
        ({"event": "S"}, "a press without a count"),
        ({"event": "S", "event_cnt": True}, "a press without a count"),
        ({"event": "S", "event_cnt": -1}, "a press without a count"),
    ],
)
def test_a_press_has_its_count(body: dict[str, Any], reading: Reading | str) -> None:
    meaning = of("shellybutton1-1").meaning(*told("shellies/shellybutton1-1/input_event/0", body))
    assert meaning == {"input_0.press": reading}


@pytest.mark.parametrize(
    ("counts", "pressed"),
    [
        ([4, 4, 5], [5]),
        ([4, 5, 5, 6], [5, 6]),
        ([4, 0, 1], [1]),
        ([4, 2], [2]),
        ([0, 1], [1]),
    ],
)
def test_a_change_of_the_count_is_a_press(counts: list[int], pressed: list[int]) -> None:
    device = only_device(SHELLY, [announced("shellyix3-1")])
    assert presses(device_press(device), [told("", {"event": "S", "event_cnt": count}) for count in counts]) == pressed


def test_a_long_push_of_an_old_firmware_is_pressed_when_it_begins() -> None:
    device = only_device(SHELLY, [announced("shellyswitch25-1", fw_ver=OLD, mode="relay")])
    said = [("", word) for word in (b"0", b"1", b"1", b"0", b"0", b"1")]
    assert presses(device_press(device), said) == [1, 1]
    household = home(announced("shellyswitch25-1", fw_ver=OLD, mode="relay"))
    assert household.meaning("shellies/shellyswitch25-1/longpush/0", b"2") == {
        "input_0.press": "not one of the known words"
    }


def device_press(device: Any) -> Any:  # noqa: ANN401 -- the dialect of presses
    return entity_of(device, "input_0.press").dialect


def presses(dialect: Any, messages: list[tuple[str, bytes]]) -> list[int]:  # noqa: ANN401 -- a dialect
    """Return the counts at which something was pressed."""
    state, found = NOTHING_KNOWN, []
    for _, payload in messages:
        reading = dialect.read("", payload)
        result = interpret(button(), state, reading, Circumstances(now_ms=0))
        state = result.state
        if result.event is not None:
            found.append(int(reading.stamp))
    return found
