"""Strict JSON: what is refused, what is forgiven, and how a value may be written in a configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.json_values import (
    MAX_DEPTH,
    MAX_PAYLOAD_BYTES,
    is_unknown,
    parse_object,
    parse_text,
    spellings,
    value_at,
)
from bridge.errors import UnreadableMessage


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not JSON"),
        (b"open", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b'{"a":1} {"a":2}', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":NaN}', "not JSON"),
        (b'{"a":Infinity}', "not JSON"),
        (b'{"a":-Infinity}', "not JSON"),
        (b'{"a":1e999}', "not JSON"),
        (b'{"a":-1e999}', "not JSON"),
        (b'{"a":"\xff"}', "not JSON"),
        (b'{"\xff":1}', "not JSON"),
        (b'{"a":"\\ud800"}', "not JSON"),
        (b'{"a":"\xed\xa0\x80"}', "not JSON"),
        (b'{"a":1' + b"0" * 5000 + b"}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"[]", "JSON, but not an object"),
        (b"null", "JSON, but not an object"),
        (b"true", "JSON, but not an object"),
        (b"21.5", "JSON, but not an object"),
        (b'"open"', "JSON, but not an object"),
        (nested(MAX_DEPTH + 1), "JSON nested too deeply"),
        (b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "JSON nested too deeply"),
        (b'{"a":"' + b"x" * MAX_PAYLOAD_BYTES + b'"}', "larger than 1 MiB"),
    ],
)
def test_what_is_no_sound_json_object_is_refused_with_a_fixed_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        parse_object(payload)
    assert caught.value.reason == reason


def test_a_byte_order_mark_and_white_space_are_forgiven() -> None:
    assert parse_object(b'\xef\xbb\xbf \r\n\t{"a": 1}\n ') == {"a": 1}


def test_the_last_of_equal_keys_counts() -> None:
    assert parse_object(b'{"a":1,"a":2}') == {"a": 2}


def test_sixteen_levels_are_not_too_deep() -> None:
    assert value_at(parse_object(nested(MAX_DEPTH)), ("a",) * MAX_DEPTH) == 1


def test_a_payload_of_exactly_a_megabyte_is_read() -> None:
    frame = b'{"a":""}'
    payload = frame[:-2] + b"x" * (MAX_PAYLOAD_BYTES - len(frame)) + frame[-2:]
    assert len(payload) == MAX_PAYLOAD_BYTES
    assert len(str(parse_object(payload)["a"])) == MAX_PAYLOAD_BYTES - len(frame)


@pytest.mark.parametrize("payload", [b"\xff", b"caf\xe9", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_bytes_that_are_not_utf8_are_no_text(payload: bytes) -> None:
    with pytest.raises(UnreadableMessage, match="not UTF-8"):
        parse_text(payload)


def test_a_text_larger_than_a_megabyte_is_refused() -> None:
    assert len(parse_text(b"x" * MAX_PAYLOAD_BYTES)) == MAX_PAYLOAD_BYTES
    with pytest.raises(UnreadableMessage, match="larger than 1 MiB"):
        parse_text(b"x" * (MAX_PAYLOAD_BYTES + 1))


@given(st.text())
def test_every_text_comes_back_as_it_was_written(text: str) -> None:
    assert parse_text(text.encode()) == text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("a",), {"b": {"c": 1}, "n": None}),
        (("a", "b", "c"), 1),
        (("a", "n"), None),
        (("a", "n", "x"), None),
        (("missing",), None),
        (("a", "b", "c", "d"), None),
        (("list", "0"), None),
        ((), {"a": {"b": {"c": 1}, "n": None}, "list": [1]}),
    ],
)
def test_a_path_leads_to_its_value_and_a_missing_key_to_nothing(path: tuple[str, ...], value: object) -> None:
    assert value_at({"a": {"b": {"c": 1}, "n": None}, "list": [1]}, path) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, {"true", "True"}),
        (False, {"false", "False"}),
        (1, {"1"}),
        (-7, {"-7"}),
        (1_234_567, {"1234567"}),
        (1.0, {"1.0", "1"}),
        (0.5, {"0.5"}),
        (0.9999999, {"0.9999999"}),
        (10**400, {str(10**400)}),
        ("ON", {"ON"}),
        (" on ", {" on "}),
        (None, set()),
        ("", set()),
        ("unknown", set()),
        ("unavailable", set()),
        ("None", set()),
        ("nan", set()),
        ([1], set()),
        ({"a": 1}, set()),
    ],
)
def test_a_json_value_may_be_written_so_in_a_configuration(value: object, written: set[str]) -> None:
    assert set(spellings(value)) == written


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_every_spelling_of_a_number_is_that_number(number: float) -> None:
    assert all(type(number)(text) == number for text in spellings(number))


@pytest.mark.parametrize("text", ["", "unknown", "unavailable", "None", "null", "nan", "NaN"])
def test_a_word_for_no_value_is_unknown(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize("text", ["open", "0", "false", "none of them", "off"])
def test_other_words_are_values(text: str) -> None:
    assert not is_unknown(text)
