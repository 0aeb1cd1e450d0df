"""Sensors of numbers, batteries, and numbers that can be set."""

import json

import pytest

from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import Kept, in_words, only, only_device, read, refusal


@pytest.mark.parametrize(
    "settings",
    [
        {"unit_of_meas": "W"},
        {"stat_cla": "measurement"},
        {"dev_cla": "temperature"},
        {"sug_dsp_prc": 1},
    ],
)
def test_a_unit_or_a_class_makes_it_one_of_numbers(settings: dict[str, object]) -> None:
    entity = only("sensor", stat_t="t", **settings)
    assert (entity.kind, entity.unit) == (EntityKind.SENSOR, settings.get("unit_of_meas", ""))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"unit_of_meas": None},
        {"dev_cla": "enum", "ops": ["a", "b"]},
        {"dev_cla": "timestamp"},
        {"dev_cla": "date"},
        {"ops": ["a"], "unit_of_meas": "W"},
    ],
)
def test_without_either_it_is_one_of_texts_and_not_served(settings: dict[str, object]) -> None:
    assert refusal("sensor", stat_t="t", **settings).startswith("not supported: a sensor of texts")


@pytest.mark.parametrize(
    ("template", "payload", "said"),
    [
        ("", "21.50", "21.5"),
        ("", " 21 ", "21"),
        ("", "-0", "0"),
        ("", "nan", None),
        ("", "", None),
        ("{{ value_json.x }}", {"x": 23.20}, "23.2"),
        ("{{ value_json.x }}", {"x": 20.0}, "20"),
        ("{{ value_json.x }}", {"x": None}, None),
        ("{{ value_json.x }}", {}, None),
        ('{{ value_json["a b"]["c"] }}', {"a b": {"c": "7"}}, "7"),
        ("{{ value_json.x | float / 10 }}", {"x": "215"}, "21.5"),
        ("{{ value | float | round(1) }}", "21.4321", "21.4"),
        ("{{ value_json.x | default('') }}", {}, None),
    ],
)
def test_it_says_a_number_in_its_one_spelling_or_nothing(template: str, payload: object, said: str | None) -> None:
    assert read(only("sensor", stat_t="t", unit_of_meas="W", val_tpl=template), payload) == said


@pytest.mark.parametrize(
    ("template", "payload"),
    [("", "-nan"), ("", "on"), ("", "1e999"), ("{{ value_json.x }}", {"x": True}), ("{{ value_json.x }}", {"x": [1]})],
)
def test_anything_else_is_not_understood(template: str, payload: object) -> None:
    with pytest.raises(UnreadableMessage):
        read(only("sensor", stat_t="t", unit_of_meas="W", val_tpl=template), payload)


def test_a_battery_is_of_the_device_and_not_minor_though_all_call_it_a_diagnosis() -> None:
    entity = only("sensor", stat_t="t", dev_cla="battery", unit_of_meas="%", uniq_id="u", ent_cat="diagnostic")
    assert in_words(entity) == "battery battery 'Battery' %"
    assert (read(entity, "97"), read(entity, "101"), read(entity, "-1")) == ("97", None, None)


def test_a_battery_in_volts_is_a_number() -> None:
    assert only("sensor", stat_t="t", dev_cla="battery", unit_of_meas="V", uniq_id="u").kind is EntityKind.SENSOR


def test_of_several_batteries_one_that_tells_its_level_is_the_one_of_the_device() -> None:
    kept = Kept()
    described = {
        "binary_sensor/d/low": {"dev_cla": "battery", "uniq_id": "low"},
        "sensor/d/first": {"dev_cla": "battery", "uniq_id": "first"},
        "sensor/d/second": {"dev_cla": "battery", "uniq_id": "second", "unit_of_meas": "%"},
    }
    for place, settings in described.items():
        payload = json.dumps({"stat_t": place, "dev": {"ids": "d"}} | settings).encode()
        kept.tell(f"homeassistant/{place}/config", payload)
    device = kept.devices()["d"]
    assert [in_words(entity) for entity in device.entities] == [
        "battery battery 'Battery' %",
        "sensor second 'Battery' %",
    ]
    assert device.entities[0].dialect.state_topics == ("sensor/d/first",)
    assert [unserved.what for unserved in device.unserved] == ["binary_sensor low"]


def test_a_number_that_can_be_set_is_what_it_says() -> None:
    entity = only("number", stat_t="t", cmd_t="c", unit_of_meas="%")
    assert (entity.kind, read(entity, "5")) == (EntityKind.SENSOR, "5")
    assert refusal("number", cmd_t="c") == "not supported: a number that takes orders only"


@pytest.mark.parametrize(
    ("component", "why"),
    [
        ("button", "takes orders only"),
        ("scene", "takes orders only"),
        ("select", "a choice between texts"),
        ("alarm_control_panel", "alarm panels"),
        ("climate", "the component climate"),
        ("update", "the component update"),
    ],
)
def test_other_components_are_said_to_be_not_served(component: str, why: str) -> None:
    device = only_device(component, stat_t="t", cmd_t="c", name="A name")
    [unserved] = device.unserved
    assert unserved.what == f"{component} A name"
    assert why in unserved.why
