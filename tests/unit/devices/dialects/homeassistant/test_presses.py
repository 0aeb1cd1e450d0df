"""Buttons: events, triggers that are described one by one, and the action of Zigbee2MQTT."""

import json

import pytest

from bridge.devices.dialects.homeassistant.presses import type_word
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import Kept, in_words, only, read, refusal, short

Z2M_TEMPLATE = (
    "{% set action_value = value_json.action|default('') %}{% set ns = namespace(r=[('action', action_value)]) %}"
    "{% for p in patterns %}{% continue %}{% endfor %}{% set ns.r = ns.r + [('event_type', 1)] %}"
)


def trigger(kept: Kept, place: str, **settings: object) -> None:
    described = {"atype": "trigger", "t": "t", "dev": {"ids": "d", "name": "Remote"}} | settings
    kept.tell(f"homeassistant/device_automation/{place}/config", json.dumps(described).encode())


def buttons(kept: Kept) -> dict[str, str]:
    device = kept.devices().get("d")
    return {} if device is None else {entity.id: entity.name for entity in device.entities}


def pressed(kept: Kept, payload: str, topic: str = "t") -> dict[str, str]:
    heard = {entity.id: short(entity.dialect.read(topic, payload.encode())) for entity in kept.listening(topic)}
    return {identity: word for identity, word in heard.items() if word is not None}


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"event_type": "press"}, "pressed single"),
        ({"event_type": "single_click", "extra": 1}, "pressed single"),
        ({"event_type": "double_click"}, "pressed double"),
        ({"event_type": "long_press"}, "pressed long"),
        ({"event_type": "Rotate Left"}, "pressed rotate_left"),
        ({"event_type": None}, None),
        ({"event_type": ""}, None),
        ({"other": 1}, None),
        ("{}", None),
        ("None", None),
        ("", None),
    ],
)
def test_an_event_is_a_press_by_its_type(payload: object, said: str | None) -> None:
    types = ["press", "single_click", "double_click", "long_press", "Rotate Left"]
    entity = only("event", stat_t="t", evt_typ=types, dev_cla="button")
    assert (entity.kind, entity.certain) == (EntityKind.BUTTON, True)
    assert read(entity, payload) == said


@pytest.mark.parametrize("payload", [{"event_type": "triple"}, "press", "[]", {"event_type": "!?"}])
def test_a_type_that_is_not_described_is_no_press(payload: object) -> None:
    with pytest.raises(UnreadableMessage):
        read(only("event", stat_t="t", evt_typ=["press", "!?"]), payload)


def test_an_event_may_be_made_by_a_template() -> None:
    entity = only("event", stat_t="t", evt_typ=["press"], val_tpl='{"event_type": "{{ value_json.b }}"}')
    assert (read(entity, {"b": "press"}), read(entity, {})) == ("pressed single", None)


def test_that_something_moved_is_a_guess() -> None:
    assert not only("event", stat_t="t", evt_typ=["motion"], dev_cla="motion").certain


def test_the_event_of_zigbee2mqtt_is_its_action() -> None:
    entity = only("event", stat_t="t", evt_typ=["single"], val_tpl=Z2M_TEMPLATE)
    said = [read(entity, payload) for payload in ({"action": "single"}, {"action": "2_double"}, {"action": "hold"})]
    assert said == ["pressed single", "pressed 2_double", "pressed long"]
    assert [read(entity, payload) for payload in ({"action": ""}, {"action": None}, {"battery": 5}, "")] == [None] * 4


def test_the_action_of_one_of_several_endpoints_is_found_where_the_template_says() -> None:
    entity = only("event", stat_t="t", val_tpl=Z2M_TEMPLATE.replace("value_json.action", "value_json.action_left"))
    assert (read(entity, {"action_left": "single"}), read(entity, {"action": "single"})) == ("pressed single", None)


def test_another_template_with_loops_is_said_to_be_not_supported() -> None:
    template = "{% for a in value_json %}{{ a }}{% endfor %}"
    assert refusal("event", stat_t="t", val_tpl=template).startswith("not supported: its value_template uses {% for %}")


def test_the_triggers_of_one_button_come_to_one_button_however_they_are_described() -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="button_1", pl="short")
    trigger(kept, "n/b", type="button_double_press", stype="button_1", pl="double")
    trigger(kept, "c", type="button_long_press", stype="button_1", pl="1", t="elsewhere")
    trigger(kept, "d", type="button_short_press", stype="button_2", pl="2")
    assert buttons(kept) == {"button.button_1": "Button 1", "button.button_2": "Button 2"}
    assert pressed(kept, "short") == {"button.button_1": "pressed single"}
    assert pressed(kept, "double") == {"button.button_1": "pressed double"}
    assert pressed(kept, "1", "elsewhere") == {"button.button_1": "pressed long"}
    assert pressed(kept, "2") == {"button.button_2": "pressed single"}
    assert pressed(kept, "1") == {}


def test_a_button_is_the_same_one_when_one_of_its_triggers_is_taken_away() -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="button_1", pl="short")
    trigger(kept, "b", type="button_double_press", stype="button_1", pl="double")
    kept.tell("homeassistant/device_automation/a/config", b"")
    assert buttons(kept) == {"button.button_1": "Button 1"}
    assert (pressed(kept, "short"), pressed(kept, "double")) == ({}, {"button.button_1": "pressed double"})


@pytest.mark.parametrize("settings", [{}, {"pl": None}, {"pl": ""}])
def test_a_trigger_without_a_payload_is_any_message(settings: dict[str, object]) -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="s", **settings)
    assert pressed(kept, "whatever") == {"button.s": "pressed single"}
    assert pressed(kept, "") == {}


def test_a_trigger_with_a_payload_counts_before_one_without() -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="s")
    trigger(kept, "b", type="button_double_press", stype="s", pl=2)
    assert (pressed(kept, "2"), pressed(kept, "3")) == ({"button.s": "pressed double"}, {"button.s": "pressed single"})


def test_the_payload_of_a_trigger_is_compared_with_what_its_template_makes() -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="s", pl=1, val_tpl="{{ value_json.key }}")
    assert (pressed(kept, '{"key": 1}'), pressed(kept, '{"key": 2}')) == ({"button.s": "pressed single"}, {})


def test_a_trigger_whose_template_fails_does_not_hide_another_one() -> None:
    kept = Kept()
    trigger(kept, "a", type="button_short_press", stype="s", pl="1", val_tpl="{{ value_json.a.b }}")
    trigger(kept, "b", type="button_double_press", stype="s", pl="2")
    assert pressed(kept, "2") == {"button.s": "pressed double"}
    [button] = kept.listening("t")
    with pytest.raises(UnreadableMessage):
        button.dialect.read("t", b"3")


def test_of_the_triggers_of_zigbee2mqtt_the_device_is_the_button_and_the_subtype_the_press() -> None:
    kept = Kept()
    for action in ("on", "2_double", "hold"):
        trigger(kept, f"d/action_{action}", type="action", stype=action, pl=action)
    assert buttons(kept) == {"button.action": ""}
    assert [pressed(kept, action) for action in ("on", "2_double", "hold")] == [
        {"button.action": "pressed on"},
        {"button.action": "pressed 2_double"},
        {"button.action": "pressed long"},
    ]


def test_a_button_whose_presses_are_told_on_the_topic_of_the_state_is_told_once() -> None:
    kept = Kept()
    event = {"stat_t": "z/remote", "val_tpl": Z2M_TEMPLATE, "uniq_id": "e", "dev": {"ids": "d", "name": "Remote"}}
    kept.tell("homeassistant/event/d/action/config", json.dumps(event).encode())
    trigger(kept, "d/action_on", type="action", stype="on", pl="on", t="z/remote/action")
    trigger(kept, "d/other", type="action", stype="on", pl="on", t="z/other")
    device = kept.devices()["d"]
    assert [in_words(entity) for entity in device.entities] == ["button e", "button button.action"]
    kept.tell("homeassistant/device_automation/d/other/config", b"")
    device = kept.devices()["d"]
    assert [in_words(entity) for entity in device.entities] == ["button e"]
    assert [unserved.what for unserved in device.unserved] == ["action"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"atype": "action", "type": "t", "stype": "s"}, "not supported: a device automation that is no trigger"),
        ({"type": "t"}, "not supported: its type or subtype is not a word"),
        ({"stype": "s"}, "not supported: its type or subtype is not a word"),
        ({"type": "!", "stype": "s"}, "not supported: its type or subtype is not a word"),
        ({"type": "t", "stype": "s" * 101}, "not supported: its type or subtype is not a word"),
        ({"type": "t", "stype": "a\nb"}, "not supported: its type or subtype is not a word"),
        ({"type": "t", "stype": "s", "t": None}, "not supported: it has no topic"),
    ],
)
def test_what_is_no_trigger_is_not_served(settings: dict[str, object], why: str) -> None:
    assert refusal("device_automation", **({"t": "t"} | settings)) == why


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("button_short_press", "single"),
        ("button_double_press", "double"),
        ("button_triple_press", "triple"),
        ("button_quadruple_press", "quad"),
        ("button_long_press", "long"),
        ("button_long_release", "long_release"),
        ("remote_button_short_press", "single"),
        ("Double Tap", "double"),
        ("single", "single"),
        ("short", "single"),
        ("button_short_release", None),
        ("2_double", None),
        ("hold", None),
        ("", None),
    ],
)
def test_types_have_standard_words(text: str, word: str | None) -> None:
    assert type_word(text) == word
