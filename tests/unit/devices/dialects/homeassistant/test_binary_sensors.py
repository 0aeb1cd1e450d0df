"""Binary sensors: their kinds, their words, and what they say of time."""

import pytest

from bridge.commands import Command, Wish
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import only, only_device, read, refusal


@pytest.mark.parametrize(
    ("device_class", "kind", "on", "off"),
    [
        ("door", EntityKind.CONTACT, "open", "closed"),
        ("window", EntityKind.CONTACT, "open", "closed"),
        ("garage_door", EntityKind.CONTACT, "open", "closed"),
        ("opening", EntityKind.CONTACT, "open", "closed"),
        ("lock", EntityKind.LOCK, "unlocked", "locked"),
        ("motion", EntityKind.MOTION, "on", "off"),
        ("occupancy", EntityKind.MOTION, "on", "off"),
        ("presence", EntityKind.MOTION, "on", "off"),
        ("moving", EntityKind.MOTION, "on", "off"),
        ("moisture", EntityKind.LEAK, "on", "off"),
        ("smoke", EntityKind.SMOKE, "on", "off"),
        ("gas", EntityKind.GAS, "on", "off"),
        ("carbon_monoxide", EntityKind.CO, "on", "off"),
        ("tamper", EntityKind.TAMPER, "on", "off"),
        ("vibration", EntityKind.VIBRATION, "on", "off"),
        ("battery", EntityKind.BATTERY, "0", "100"),
    ],
)
def test_a_class_decides_the_kind_and_what_on_means(device_class: str, kind: EntityKind, on: str, off: str) -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla=device_class)
    assert (entity.kind, entity.certain) == (kind, True)
    assert (read(entity, "ON"), read(entity, "OFF")) == (on, off)


@pytest.mark.parametrize("device_class", [None, "none", "", "frobnicator", 5, ["door"], {"a": 1}, "x" * 5000])
def test_without_a_class_that_is_one_it_is_a_contact_and_that_is_a_guess(device_class: object) -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla=device_class)
    assert (entity.kind, entity.certain) == (EntityKind.CONTACT, False)
    assert (read(entity, "ON"), read(entity, "OFF")) == ("open", "closed")


@pytest.mark.parametrize(
    ("device_class", "kind"),
    [
        ("heat", EntityKind.SMOKE),
        ("problem", EntityKind.TAMPER),
        ("safety", EntityKind.TAMPER),
        ("sound", EntityKind.MOTION),
        ("running", EntityKind.SWITCH),
        ("power", EntityKind.SWITCH),
        ("plug", EntityKind.SWITCH),
        ("light", EntityKind.SWITCH),
    ],
)
def test_a_class_that_is_only_near_a_kind_is_a_guess(device_class: str, kind: EntityKind) -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla=device_class)
    assert (entity.kind, entity.certain, read(entity, "ON")) == (kind, False, "on")


@pytest.mark.parametrize("device_class", ["connectivity", "battery_charging", "update", "cold"])
def test_a_class_that_is_near_no_kind_is_said_to_be_not_served(device_class: str) -> None:
    why = refusal("binary_sensor", stat_t="t", dev_cla=device_class)
    assert why == f"not supported: a binary sensor of class {device_class}"


@pytest.mark.parametrize(
    ("settings", "payload", "said"),
    [
        ({}, "ON", "open"),
        ({}, "", None),
        ({}, "None", None),
        ({}, "unknown", None),
        ({}, "unavailable", None),
        ({"pl_on": "1", "pl_off": "0"}, "1", "open"),
        ({"pl_on": 1, "pl_off": 0}, "0", "closed"),
        ({"pl_on": True, "pl_off": False, "val_tpl": "{{ value_json.x }}"}, {"x": True}, "open"),
        ({"pl_on": False, "pl_off": True, "val_tpl": "{{ value_json.x }}"}, {"x": True}, "closed"),
        ({"pl_on": True, "pl_off": False, "val_tpl": "{{ value_json.x }}"}, {"x": None}, None),
        ({"pl_on": True, "pl_off": False, "val_tpl": "{{ value_json.x }}"}, {"y": 1}, None),
        ({"val_tpl": "{% if value_json.x > 3 %} ON {% else %} OFF {% endif %}"}, {"x": 4}, "open"),
        ({"val_tpl": "{{ value_json.x | is_defined }}"}, {"y": 4}, None),
        ({"val_tpl": "{{ value_json.x.y | is_defined }}"}, {"x": {}}, None),
        ({"val_tpl": "{{ (value_json.x | is_defined) == 4 }}", "pl_on": "True"}, {"y": 4}, None),
        ({"pl_on": "unknown", "pl_off": "known"}, "unknown", "open"),
    ],
)
def test_its_words_are_compared_as_text(settings: dict[str, object], payload: object, said: str | None) -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla="door", **settings)
    assert read(entity, payload) == said


@pytest.mark.parametrize(
    ("settings", "payload"),
    [
        ({}, "on"),
        ({}, " ON"),
        ({"val_tpl": "{{ value_json.x }}"}, "ON"),
        ({"val_tpl": "{{ value_json.x.y }}"}, {"y": 1}),
        ({"val_tpl": "{{ value_json.x }}"}, {"x": "on"}),
        ({"pl_on": True, "pl_off": False, "val_tpl": "{{ value_json.x }}"}, {"x": "true"}),
    ],
)
def test_any_other_word_is_not_understood(settings: dict[str, object], payload: object) -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla="door", **settings)
    with pytest.raises(UnreadableMessage):
        read(entity, payload)


def test_it_says_after_how_long_it_is_off_and_after_how_long_nothing_is_known() -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla="motion", off_dly=30, exp_aft="3600")
    assert (entity.off_after_s, entity.expires_after_s) == (30, 3600)
    entity = only("binary_sensor", stat_t="t", dev_cla="motion", off_dly=0, exp_aft=None)
    assert (entity.off_after_s, entity.expires_after_s) == (None, None)


@pytest.mark.parametrize(
    ("settings", "minor"),
    [
        ({}, False),
        ({"ent_cat": "config"}, True),
        ({"ent_cat": "diagnostic"}, True),
        ({"ent_cat": "else"}, False),
        ({"ent_cat": None}, False),
        ({"en": False}, True),
        ({"en": "false"}, True),
        ({"en": True}, False),
    ],
)
def test_settings_and_diagnoses_and_what_is_not_enabled_are_minor(settings: dict[str, object], *, minor: bool) -> None:
    assert only("binary_sensor", stat_t="t", dev_cla="door", **settings).minor is minor


def test_it_takes_no_orders() -> None:
    entity = only("binary_sensor", stat_t="t", dev_cla="lock", cmd_t="c")
    assert not any(entity.dialect.write(Command("home", entity.id, wish)) for wish in Wish)


@pytest.mark.parametrize("encoding", ["", "utf-16", 5])
def test_what_is_not_text_is_not_served(encoding: object) -> None:
    assert refusal("binary_sensor", stat_t="t", e=encoding).startswith("not supported: ")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", None])
def test_text_is(encoding: object) -> None:
    assert only_device("binary_sensor", stat_t="t", e=encoding).entities


def test_without_a_topic_it_is_not_served() -> None:
    assert refusal("binary_sensor", dev_cla="door") == "not supported: it has no state_topic"
