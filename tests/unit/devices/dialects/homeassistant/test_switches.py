"""Switches, and what is served as one: fans, sirens, valves."""

import json

import pytest

from bridge.commands import Wish
from bridge.devices.described import DescribedEntity
from bridge.devices.entity import EntityKind
from tests.unit.devices.dialects.homeassistant.kept import only, read, refusal, write

ON, OFF = Wish.TURN_ON, Wish.TURN_OFF


def orders(entity: DescribedEntity) -> list[str]:
    return [payload for wish in (ON, OFF) for _, payload in write(entity, wish)]


def test_a_switch_is_told_its_words_and_says_them() -> None:
    entity = only("switch", stat_t="t", cmd_t="c")
    assert entity.kind is EntityKind.SWITCH
    assert (write(entity, ON), write(entity, OFF)) == ([("c", "ON")], [("c", "OFF")])
    assert (read(entity, "ON"), read(entity, "OFF"), read(entity, "None")) == ("on", "off", None)
    assert write(entity, Wish.OPEN) == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"pl_on": "1", "pl_off": "0"},
        {"pl_on": 1, "pl_off": 0},
        {"pl_on": True, "pl_off": False},
        {"pl_on": '{"on":true}', "pl_off": '{"on":false}', "val_tpl": "{{ value }}"},
    ],
)
def test_what_a_switch_is_told_is_what_it_says_afterwards(settings: dict[str, object]) -> None:
    entity = only("switch", stat_t="t", cmd_t="c", **settings)
    assert [read(entity, payload) for payload in orders(entity)] == ["on", "off"]


def test_a_switch_may_say_other_words_than_it_is_told() -> None:
    entity = only(
        "switch",
        stat_t="t",
        cmd_t="c",
        pl_on='{"time":254}',
        stat_on="true",
        stat_off="false",
        val_tpl="{{ value_json.p | lower }}",
    )
    assert (read(entity, {"p": True}), read(entity, {"p": False})) == ("on", "off")
    assert orders(entity) == ['{"time":254}', "OFF"]


def test_a_template_puts_an_order_into_a_message() -> None:
    entity = only("switch", cmd_t="c", cmd_tpl='{"state": "{{ value | lower }}"}')
    assert orders(entity) == ['{"state": "on"}', '{"state": "off"}']


def test_a_switch_that_never_tells_is_served_all_the_same() -> None:
    assert only("switch", cmd_t="c").dialect.state_topics == ()


@pytest.mark.parametrize("component", ["switch", "fan", "siren", "valve", "lock"])
def test_what_takes_no_orders_is_no(component: str) -> None:
    assert refusal(component, stat_t="t") == "not supported: it has no command_topic"


def test_a_fan_is_turned_on_and_off() -> None:
    entity = only("fan", stat_t="t", stat_val_tpl="{{ value_json.fan }}", cmd_t="c", pct_cmd_t="p")
    assert (entity.kind, entity.certain, read(entity, {"fan": "ON"})) == (EntityKind.SWITCH, True, "on")
    assert orders(entity) == ["ON", "OFF"]


def test_a_siren_without_a_template_is_told_in_json_and_answers_so() -> None:
    entity = only("siren", stat_t="t", cmd_t="c", pl_on='say "on"')
    assert [json.loads(payload) for payload in orders(entity)] == [{"state": 'say "on"'}, {"state": "OFF"}]
    assert [read(entity, payload) for payload in orders(entity)] == ["on", "off"]
    assert (read(entity, "OFF"), read(entity, {"tone": "x"}), read(entity, "{}")) == ("off", None, None)


def test_a_siren_with_templates_is_told_what_they_make() -> None:
    entity = only(
        "siren",
        cmd_t="c",
        cmd_tpl='{"tone": "{{ tone | default("none") }}", "for": {{ duration | default(10) }}, "is": "{{ state }}"}',
        cmd_off_tpl='{"mode": "stop"}',
    )
    assert orders(entity) == ['{"tone": "none", "for": 10, "is": "ON"}', '{"mode": "stop"}']


def test_a_valve_is_on_when_it_is_open() -> None:
    entity = only("valve", stat_t="t", cmd_t="c")
    assert [read(entity, word) for word in ("open", "closed", "opening", "closing")] == ["on", "off", None, None]
    assert read(entity, {"state": "open"}) == "on"
    assert orders(entity) == ["OPEN", "CLOSE"]


def test_a_valve_that_tells_its_position_is_on_when_it_is_not_closed() -> None:
    entity = only("valve", stat_t="t", cmd_t="c", pos=True, pos_open=255, pos_clsd=5)
    assert [read(entity, word) for word in ("5", "6", "255", "opening", "None", "0")] == [
        "off",
        "on",
        "on",
        None,
        None,
        None,
    ]
    assert (read(entity, {"position": 40, "state": "opening"}), orders(entity)) == ("on", ["255", "5"])
    assert [read(entity, payload) for payload in orders(entity)] == ["on", "off"]
    by_template = only(
        "valve", cmd_t="c", pos=True, pos_open=255, cmd_tpl="{{ value }} {{ position }} {{ position_open }}"
    )
    assert orders(by_template) == ["255 100 255", "0 0 255"]


@pytest.mark.parametrize(("key", "wish"), [("pl_open", ON), ("pl_cls", OFF)])
def test_an_order_that_is_null_cannot_be_given(key: str, wish: Wish) -> None:
    assert write(only("valve", stat_t="t", cmd_t="c", **{key: None}), wish) == []


def test_an_order_whose_template_fails_cannot_be_given() -> None:
    assert write(only("switch", cmd_t="c", cmd_tpl="{{ 1 / 0 }}"), ON) == []
