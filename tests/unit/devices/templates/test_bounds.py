"""No template takes more than its share of time and memory, whatever it tries and whatever message it is given.

Time is bounded by what an evaluation may touch: each part of a template is worked out once, and pays for the rest.
"""

import tracemalloc

import pytest

from bridge.devices.templates.reading import LONGEST_TEMPLATE
from bridge.devices.templates.template import parse_template
from bridge.devices.templates.values import LONGEST_TEXT, MOST_ITEMS, MOST_WORK, Run
from bridge.errors import UnreadableMessage

A_MEGABYTE = 1024 * 1024
LARGE = b"a" * LONGEST_TEXT

DOUBLED_TEXT = "{% set a = value %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}"
DOUBLED_LIST = "{% set a = [value] %}" + "{% set a = [a, a] %}" * 60
SUMMED = "{% set a = value %}" + "{% set a = a + a %}" * 60 + "{{ a }}"
CUBED = "{{ value.split('a') | join(value) }}"


@pytest.mark.parametrize(
    "text",
    [
        DOUBLED_TEXT,
        SUMMED,
        CUBED,
        DOUBLED_LIST + "{{ a }}",
        DOUBLED_LIST + "{{ a | tojson }}",
        DOUBLED_LIST + "{{ a == a }}",
        DOUBLED_LIST + "{{ 1 in a }}",
        DOUBLED_LIST + "{{ a | join }}",
        "{{ value | replace('', value) }}",
        "{{ value | replace('a', 'bbbbbbbbbbbb') }}",
        "{% set a = value %}" + "{% set a = a | replace('a', 'aa') %}" * 60,
        "{{ (value ~ 'b') in (value[:9] ~ 'c' ~ value) }}",
        "{{ " + " or ".join(["value | upper == 'x'"] * 20) + " }}",
        "{{ " + "[value, " * 20 + "1" + "]" * 20 + " }}",
    ],
)
def test_what_would_grow_without_end_is_given_up(text: str) -> None:
    template = parse_template(text)
    with pytest.raises(UnreadableMessage):
        template.render(LARGE)


MANY = MOST_ITEMS // 2 - 2
WORST = [
    ("{{ value_json }}", b"[" + b"[]," * MANY + b"0]"),
    ("{{ value_json | length }}", b"[" + b'{"":0},' * MANY + b"0]"),
    ("{{ value_json | tojson | length }}", b"[" + b"0," * 2 * MANY + b"0]"),
    ("{{ value | from_json | length }}", b"[" + b"[]," * MANY + b"0]"),
    ("{{ value | upper | length }}", "\N{LATIN SMALL LETTER SHARP S}".encode() * (LONGEST_TEXT // 2)),
    ("{{ value.split() | length }}", b"a " * (LONGEST_TEXT // 2)),
    (DOUBLED_TEXT, b"\xf0\x9f\x94\x94" * 16),
    ("{{ (value ~ value) | replace('a', 'b') | length }}", b"a" * 10_000),
]


@pytest.mark.parametrize(("text", "payload"), WORST)
def test_no_template_takes_a_megabyte(text: str, payload: bytes) -> None:
    template = parse_template(text)
    assert len(text) <= LONGEST_TEMPLATE
    tracemalloc.start()
    try:
        template.render(payload)
    except UnreadableMessage:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < A_MEGABYTE


def test_an_evaluation_that_has_done_its_share_ends() -> None:
    run = Run({})
    run.spend(MOST_WORK)
    with pytest.raises(UnreadableMessage, match="too much work"):
        run.spend(1)


def test_a_message_of_very_many_values_is_not_taken_apart() -> None:
    with pytest.raises(UnreadableMessage, match="too many values"):
        parse_template("{{ value_json.a }}").render(b"[" + b"0," * MOST_ITEMS + b"0]")
    assert parse_template("{{ value[1] }}").render(b"[" + b"0," * MOST_ITEMS + b"0]") == "0"
