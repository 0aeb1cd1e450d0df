"""Numbers in JSON objects have the one spelling that numbers have everywhere."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.dialects.json_numbers import at_path, float_in, number_reading, percent_in
from bridge.devices.dialects.written import number_word, read_number
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage


@given(st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14).filter(lambda value: abs(value) > 1e-9))
@example(-0.0)
@example(1e-7)
@example(0.1234565)
@example(100)
@example(10.0)
def test_a_number_is_spelled_as_if_it_were_plain_text(value: float) -> None:
    assert number_reading(value) == StateReading(number_word(read_number(str(value))))


@pytest.mark.parametrize(
    ("value", "limits", "word"),
    [(5, (0, 100), "5"), (101, (0, 100), None), ("5.50", None, "5.5"), ("-1", (0, 100), None), (None, None, None)],
)
def test_beyond_the_limits_nothing_is_known(value: object, limits: tuple[int, int] | None, word: str | None) -> None:
    assert number_reading(value, limits) == (None if word is None else StateReading(word))


@pytest.mark.parametrize("value", [True, "warm", 10**30, 1e300])
def test_what_is_no_number_is_unreadable(value: object) -> None:
    with pytest.raises(UnreadableMessage):
        number_reading(value)


def test_a_path_goes_through_objects_and_lists() -> None:
    value = {"a": [{"b": 1}, {"b": 2}]}
    assert at_path(value, ("a", 1, "b")) == 2
    assert at_path(value, ("a", 2, "b")) is None
    assert at_path(value, ("a", "b")) is None
    assert at_path(value, (0,)) is None


def test_a_brightness_is_a_percentage_above_nothing() -> None:
    assert [percent_in(value) for value in (0, 0.4, 50, 100, 101, True, None, "5")] == [None, 1, 50, 100, *[None] * 4]
    assert [float_in(value) for value in (True, "1", 10**400, 2)] == [None, None, None, 2.0]
