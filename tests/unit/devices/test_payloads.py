"""Payloads are read strictly, once for all who hear a message, and nobody can change what another reads."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.payloads import MAX_DEPTH, parse_value
from bridge.errors import UnreadableMessage

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


def test_the_same_message_is_parsed_once_for_all_who_hear_it() -> None:
    payload = b'{"state":"ON"}'
    assert parse_value(payload) is parse_value(payload)


def test_a_message_that_is_no_json_is_so_for_everybody() -> None:
    for _ in range(2):
        with pytest.raises(UnreadableMessage, match="not JSON"):
            parse_value(b'{"state"')


@pytest.mark.parametrize("kind", [b'{"a":' * 20 + b"1" + b"}" * 20, b"[" * 20 + b"]" * 20])
def test_what_is_nested_too_deeply_is_refused(kind: bytes) -> None:
    with pytest.raises(UnreadableMessage, match="nested too deeply"):
        parse_value(kind)
    assert parse_value(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda parsed: parsed.update(a=1),
        lambda parsed: parsed.pop("list"),
        lambda parsed: parsed.setdefault("x", 1),
        lambda parsed: parsed.__setitem__("a", 1),
        lambda parsed: parsed["inner"].clear(),
        lambda parsed: parsed["list"].append(1),
        lambda parsed: parsed["list"].__setitem__(0, 9),
        lambda parsed: parsed["list"].sort(),
    ],
)
def test_what_one_reader_is_given_another_cannot_change(change: Callable[[Any], object]) -> None:
    payload = b'{"list":[2,1],"inner":{"k":1}}'
    with pytest.raises(TypeError):
        change(cast("dict[str, Any]", parse_value(payload)))
    assert parse_value(payload) == {"list": [2, 1], "inner": {"k": 1}}


@given(value=values)
def test_what_is_parsed_is_what_was_written_and_can_be_written_again(value: object) -> None:
    payload = msgspec.json.encode(value)
    assert parse_value(payload) == value
    assert msgspec.json.encode(parse_value(payload)) == payload
