"""Whatever Tasmota devices say of themselves, nothing worse than UnreadableMessage comes of it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.tasmota.convention import Tasmota
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.fuzzing import heard_without_harm, nearly
from tests.unit.devices.dialects.hearing import Household
from tests.unit.devices.dialects.tasmota.examples import MAC, config, sensors

RICH: dict[str, Any] = json.loads(
    config(
        rl=[2, 1, 3, 3, 1], lt_st=5, swc=[0, 1, 5, 13], swn=["Door"], btn=[1, 1], so={"4": 1, "11": 1, "73": 1}, bat=1
    )[1]
)
SAMPLE: dict[str, Any] = {
    "Time": "2026-01-01T00:00:00",
    "ENERGY": {"Power": [1, 2], "Total": 1.5},
    "TX23": {"Speed": {"Act": 1}, "Dir": {"Card": "W"}},
    "TempUnit": "C",
}
REPORT: dict[str, Any] = {
    "POWER1": "ON",
    "POWER2": "OFF",
    "Dimmer": 50,
    "Color": "FF880000",
    "HSBColor": "32,100,50",
    "CT": 300,
    "Shutter1": {"Position": 5, "Direction": 1},
    "Button1": {"Action": "SINGLE"},
    "Door": {"Action": "TOGGLE"},
    "Switch2": "ON",
    "BatteryPercentage": 5,
    **SAMPLE,
}
TOPIC = f"tasmota/discovery/{MAC}/config"


@given(nearly(RICH), nearly({"sn": SAMPLE}), nearly(REPORT), st.binary(max_size=32))
def test_odd_descriptions_and_reports_do_no_harm(config_: bytes, sample: bytes, report: bytes, bytes_: bytes) -> None:
    messages = [(TOPIC, config_), (f"tasmota/discovery/{MAC}/sensors", sample), ("x", report), ("x", bytes_)]
    heard_without_harm(Tasmota(), messages)


@given(nearly(REPORT), st.binary(max_size=32))
def test_odd_reports_of_a_sound_device_do_no_harm(report: bytes, bytes_: bytes) -> None:
    home = heard_without_harm(
        Tasmota(), [(TOPIC, json.dumps(RICH).encode()), sensors(SAMPLE), ("x", report), ("x", bytes_)]
    )
    assert home.devices()


@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_message_on_any_topic_is_told_or_unreadable(topic: str, payload: bytes) -> None:
    for where in (topic, f"tasmota/discovery/{topic}", f"tasmota/discovery/{MAC}/{topic}", TOPIC):
        try:
            Tasmota().tell(where, payload)
        except UnreadableMessage:
            continue


@given(st.dictionaries(st.sampled_from(["config", "sensors"]), st.binary(max_size=40)), nearly(RICH))
def test_damaged_parts_are_unreadable_or_nothing(parts: dict[str, bytes], config_: bytes) -> None:
    for kept in (parts, {"config": config_} | parts, parts | {"config": config_}):
        try:
            Tasmota().read(MAC.lower(), kept)
        except UnreadableMessage:
            continue


@given(nearly(RICH))
def test_what_was_kept_once_is_kept_the_same_again(config_: bytes) -> None:
    try:
        homes = [Household(Tasmota()).hear([(TOPIC, config_)] * times) for times in (1, 2)]
    except UnreadableMessage:
        return
    assert homes[0].groups == homes[1].groups
