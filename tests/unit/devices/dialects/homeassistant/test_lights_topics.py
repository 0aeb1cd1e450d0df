"""Lights with a topic for each thing, and lights of templates."""

from typing import Any

import pytest

from bridge.commands import Wish
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import only, read, refusal, write

ON, OFF = Wish.TURN_ON, Wish.TURN_OFF
FULL = {
    "stat_t": "s",
    "cmd_t": "c",
    "bri_stat_t": "bs",
    "bri_cmd_t": "bc",
    "rgb_stat_t": "rs",
    "rgb_cmd_t": "rc",
    "clr_temp_stat_t": "ts",
}
TEMPLATES = {
    "schema": "template",
    "stat_t": "t",
    "cmd_t": "c",
    "cmd_on_tpl": "on{% if brightness is defined %},{{ brightness }}{% endif %}"
    "{% if red is defined %},{{ red }}-{{ green }}-{{ blue }},{{ hue }}-{{ sat }}{% endif %}",
    "cmd_off_tpl": "off",
    "stat_tpl": "{{ value.split(',')[0] }}",
    "bri_tpl": "{{ value.split(',')[1] }}",
    "r_tpl": "{{ value.split(',')[2].split('-')[0] }}",
    "g_tpl": "{{ value.split(',')[2].split('-')[1] }}",
    "b_tpl": "{{ value.split(',')[2].split('-')[2] }}",
}


def light(**settings: object) -> Any:  # noqa: ANN401 -- an entity
    return only("light", **settings)


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        ("s", "ON", "on"),
        ("s", "OFF", "off"),
        ("s", "None", None),
        ("bs", "128", "50%"),
        ("bs", "0", None),
        ("bs", "nan", None),
        ("rs", "255,0,16", "#ff0010"),
        ("rs", "None", None),
        ("ts", "250", "4000K"),
        ("ts", "unknown", None),
        ("other", "ON", None),
        ("s", "", None),
    ],
)
def test_it_says_one_thing_on_each_topic(topic: str, payload: str, said: str | None) -> None:
    assert read(light(**FULL), payload, topic) == said


@pytest.mark.parametrize(
    ("topic", "payload"), [("s", "on"), ("bs", "bright"), ("rs", "255,0"), ("rs", "a,b,c"), ("ts", "warm")]
)
def test_anything_else_is_not_understood(topic: str, payload: str) -> None:
    with pytest.raises(UnreadableMessage):
        read(light(**FULL), payload, topic)


def test_several_things_may_share_a_topic_and_one_may_be_missing() -> None:
    settings = {
        "stat_t": "t",
        "stat_val_tpl": "{{ value_json.state }}",
        "bri_stat_t": "t",
        "bri_val_tpl": "{{ value_json.dimmer.level }}",
        "bri_scl": 100,
        "hs_stat_t": "t",
        "hs_val_tpl": "{{ value_json.hs | join(',') }}",
        "cmd_t": "c",
    }
    entity = light(**settings)
    assert entity.dialect.state_topics == ("t",)
    assert read(entity, {"state": "ON", "dimmer": {"level": 40}, "hs": [120, 100]}) == "on 40% #00ff00"
    assert read(entity, {"state": "OFF"}) == "off"
    with pytest.raises(UnreadableMessage):
        read(entity, {"state": "off"})


@pytest.mark.parametrize(
    ("on_by", "plain", "wanted"),
    [
        (None, [("c", "ON")], [("rc", "255,0,16"), ("bc", "128"), ("c", "ON")]),
        ("last", [("c", "ON")], [("rc", "255,0,16"), ("bc", "128"), ("c", "ON")]),
        ("odd", [("c", "ON")], [("rc", "255,0,16"), ("bc", "128"), ("c", "ON")]),
        ("first", [("c", "ON")], [("c", "ON"), ("rc", "255,0,16"), ("bc", "128")]),
        ("brightness", [("bc", "255")], [("rc", "255,0,16"), ("bc", "128")]),
    ],
)
def test_it_is_turned_on_in_the_order_that_it_wants(
    on_by: str | None, plain: list[tuple[str, str]], wanted: list[tuple[str, str]]
) -> None:
    entity = light(**FULL, on_cmd_type=on_by)
    assert write(entity, ON) == plain
    assert write(entity, ON, brightness=50, color="#ff0010") == wanted
    assert write(entity, OFF) == write(entity, ON, brightness=0) == [("c", "OFF")]
    assert write(entity, Wish.STOP) == []


def test_one_that_is_turned_on_by_brightness_but_has_none_is_turned_on_by_its_word() -> None:
    assert write(light(cmd_t="c", on_cmd_type="brightness"), ON) == [("c", "ON")]


@pytest.mark.parametrize(
    ("settings", "payload"),
    [
        ({"rgb_cmd_t": "x", "rgb_cmd_tpl": "{{ red }}/{{ green }}/{{ blue }}/{{ value }}"}, "255/0/16/255,0,16"),
        ({"hs_cmd_t": "x"}, "356,100"),
        ({"hs_cmd_t": "x", "hs_cmd_tpl": "{{ hue }} {{ sat }}"}, "356 100"),
        ({"xy_cmd_t": "x", "xy_cmd_tpl": "{{ x }} {{ y }}"}, "0.6353 0.3274"),
    ],
)
def test_a_colour_is_told_in_a_way_that_it_has(settings: dict[str, object], payload: str) -> None:
    messages = write(light(cmd_t="c", **settings), ON, color="#ff0010")
    assert messages == [("x", payload), ("c", "ON")]


def test_brightness_is_in_the_scale_of_the_light_both_ways() -> None:
    entity = light(stat_t="s", cmd_t="c", bri_stat_t="t", bri_cmd_t="b", bri_scl=99, bri_cmd_tpl="{{ value }}")
    for percent in (1, 33, 100):
        [(topic, payload), _] = write(entity, ON, brightness=percent)
        assert (topic, read(entity, payload)) == ("b", f"{percent}%")


def test_the_light_of_a_z_wave_gateway_speaks_as_it_was_described() -> None:
    entity = light(
        cmd_t="api/set",
        bri_cmd_t="38/set",
        bri_stat_t="38",
        pl_on='{ "args":[21,37,1,0,true]}',
        pl_off='{ "args":[21,37,1,0,false]}',
        stat_t="37",
        bri_scl=99,
        on_cmd_type="first",
    )
    assert write(entity, ON, brightness=100) == [("api/set", '{ "args":[21,37,1,0,true]}'), ("38/set", "99")]
    assert (read(entity, "99", "38"), read(entity, '{ "args":[21,37,1,0,true]}', "37")) == ("100%", "on")


def test_without_a_place_for_orders_it_is_not_served() -> None:
    assert refusal("light", stat_t="t") == "not supported: it has no command_topic"


def test_a_light_of_templates_is_told_what_they_make() -> None:
    entity = light(**TEMPLATES)
    assert write(entity, ON) == [("c", "on")]
    assert write(entity, OFF) == write(entity, ON, brightness=0) == [("c", "off")]
    assert write(entity, ON, brightness=50) == [("c", "on,128")]
    assert write(entity, ON, brightness=50, color="#ff0010") == [("c", "on,128,255-0-16,356-100")]
    assert write(entity, Wish.LOCK) == []


def test_what_a_light_of_templates_is_told_is_what_it_says_afterwards() -> None:
    entity = light(**TEMPLATES)
    [(_, payload)] = write(entity, ON, brightness=50, color="#ff0010")
    assert read(entity, payload) == "on 50% #ff0010"


def test_a_light_of_templates_says_only_what_it_has_templates_for() -> None:
    entity = light(**{key: value for key, value in TEMPLATES.items() if key not in ("bri_tpl", "b_tpl")})
    assert (read(entity, "on,128,1-2-3"), read(entity, "None"), read(entity, "")) == ("on", None, None)
    assert write(entity, ON, brightness=50, color="#ff0010") == [("c", "on")]
    with pytest.raises(UnreadableMessage):
        read(entity, "bright")


def test_a_light_of_templates_may_say_its_colour_temperature() -> None:
    settings = {"schema": "template", "stat_t": "t", "cmd_t": "c", "cmd_on_tpl": "on", "cmd_off_tpl": "off"}
    entity = light(**settings, clr_temp_tpl="{{ value_json.ct }}")
    assert (read(entity, {"ct": 250}), read(entity, {"ct": None})) == ("4000K", None)


def test_a_light_of_templates_needs_both_orders_and_templates_that_can_be_read() -> None:
    assert "no command_on_template" in refusal("light", schema="template", cmd_t="c", cmd_off_tpl="off")
    for_loop = {"cmd_on_tpl": "{% for a in b %}{% endfor %}", "cmd_off_tpl": "off"}
    assert "its command_on_template uses {% for %}" in refusal("light", schema="template", cmd_t="c", **for_loop)


def test_an_order_whose_template_fails_cannot_be_given() -> None:
    settings = {"schema": "template", "cmd_t": "c", "cmd_on_tpl": "{{ 1 / 0 }}", "cmd_off_tpl": "off"}
    assert write(light(**settings), ON) == []
