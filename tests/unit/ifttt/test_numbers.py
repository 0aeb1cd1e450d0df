"""Numbers as people type them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadInput
from bridge.ifttt.numbers import MOST_MINUTES, read_minutes, read_threshold


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("25", "25"),
        ("+25", "25"),
        ("25.0", "25"),
        ("025.50", "25.5"),
        ("25,5", "25.5"),
        ("1 000", "1000"),
        (" -3.5 ", "-3.5"),
        ("\N{MINUS SIGN}3.5", "-3.5"),
        (".5", "0.5"),
        ("100", "100"),
        ("-0.0", "0"),
    ],
)
def test_a_threshold_has_one_spelling(typed: str, spelling: str) -> None:
    assert read_threshold(typed) == spelling


@pytest.mark.parametrize(
    "typed", ["", "warm", "1e3", "nan", "inf", "1.2.3", "--1", "0x10", "1" * 16, "1.1234567", "\u0663"]
)
def test_what_is_no_number_is_no_threshold(typed: str) -> None:
    with pytest.raises(BadInput):
        read_threshold(typed)


@given(st.decimals(-(10**14), 10**14, places=6))
def test_a_spelling_is_the_same_number_and_stays_as_it_is(number: Decimal) -> None:
    spelling = read_threshold(f"{number:f}")
    assert Decimal(spelling) == number
    assert read_threshold(spelling) == spelling


@given(st.text(max_size=30))
def test_no_text_raises_anything_else(text: str) -> None:
    for read in (read_threshold, read_minutes):
        with suppress(BadInput):
            assert read(text)


@pytest.mark.parametrize(("typed", "spelling"), [("1", "1"), ("010", "10"), ("5.0", "5"), (str(MOST_MINUTES), "10080")])
def test_minutes_have_one_spelling(typed: str, spelling: str) -> None:
    assert read_minutes(typed) == spelling


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "10081", "soon", ""])
def test_minutes_are_whole_and_within_a_week(typed: str) -> None:
    with pytest.raises(BadInput):
        read_minutes(typed)
