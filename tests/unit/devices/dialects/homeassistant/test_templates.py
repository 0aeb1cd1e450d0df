"""What is got out of messages: looked up or worked out, the result is the same."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.dialects.homeassistant.said import Said, said_at
from bridge.devices.templates.template import parse_template
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import announced, only, refusal

LOOKUPS = [
    ("{{ value_json.a }}", ("a",)),
    ("{{value_json.a.b}}", ("a", "b")),
    (' {{ value_json["a b"] }} ', ("a b",)),
    ("{{ value_json['a'].b['c d'] }}", ("a", "b", "c d")),
    ("{{ value_json.a | is_defined }}", ("a",)),
    ("{{ value_json.a|is_defined }}", ("a",)),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**65)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from([" x ", "None"])
)
keys = st.sampled_from(["a", "b", "a b", "c d"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3))


@pytest.mark.parametrize(("template", "path"), LOOKUPS)
def test_a_template_that_only_looks_up_is_looked_up(template: str, path: tuple[str, ...]) -> None:
    assert said_at("t", parse_template(template)).path == path


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json }}",
        "{{ value }}",
        "{{ value_json.a }}x",
        "{{ value_json.a }}{{ value_json.b }}",
        "{{ value_json[0] }}",
        "{{ value_json.a | int }}",
        "{{ value_json['a\\x41'] }}",
        "{{- value_json.a }}",
        "{{ value_json.a }}\n{# that is all #}",
    ],
)
def test_any_other_is_worked_out(template: str) -> None:
    assert said_at("t", parse_template(template)).path == ()


@pytest.mark.parametrize("template", [template for template, _ in LOOKUPS])
@given(value=values)
@example(value={})
@example(value={"a": {}})
@example(value={"a": None})
@example(value={"a": {"b": {"c d": True}}})
def test_what_is_looked_up_is_what_the_template_would_give(template: str, value: object) -> None:
    payload, parsed = json.dumps(value).encode(), parse_template(template)
    looked_up, worked_out = said_at("t", parsed), Said("t", parsed)
    assert looked_up.path
    assert _text(looked_up, payload) == _text(worked_out, payload)


def _text(said: Said, payload: bytes) -> str | None:
    try:
        return said.text(payload)
    except UnreadableMessage:
        return None


def test_a_look_up_reaches_into_messages_that_are_too_large_for_templates() -> None:
    said = said_at("t", parse_template("{{ value_json.a }}"))
    assert said.text(json.dumps({"a": 1, "b": "x" * 40_000}).encode()) == "1"


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in value_json %}{% endfor %}",
        "{{ 'a' * 10**10 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ states('sensor.x') }}",
        "{{ now() }}",
        "{{ value_json.a",
        "x" * 5000,
        5,
        ["a"],
    ],
)
def test_a_template_beyond_the_safe_ones_keeps_its_thing_out_and_that_is_said(template: object) -> None:
    assert refusal("sensor", stat_t="t", unit_of_meas="W", val_tpl=template).startswith(
        "not supported: its value_template "
    )


def test_a_device_may_have_only_so_much_of_templates() -> None:
    long = "{{ value_json.a }}" + "x" * 4000
    parts = {
        str(number): {"p": "sensor", "stat_t": "t", "unit_of_meas": "W", "val_tpl": f"{number}{long}"}
        for number in range(6)
    }
    parts["6"] = parts["0"] | {"name": "the same again"}
    [device] = announced("device", {"dev": {"ids": "d"}, "o": {"name": "m"}, "cmps": parts}).devices
    assert [entity.id for entity in device.entities] == [f"sensor/thing/one/{number}" for number in (0, 1, 2, 3, 6)]
    assert all("characters of other ones" in unserved.why for unserved in device.unserved)


def test_an_empty_template_is_none() -> None:
    assert only("sensor", stat_t="t", unit_of_meas="W", val_tpl="").kind == "sensor"


def test_orders_have_their_own_names() -> None:
    assert "does not know" in refusal("switch", cmd_t="c", cmd_tpl="{{ value_json.a }}")
