"""The values of ingredients."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Event
from bridge.ifttt.ingredients import CREATED_AT, Ingredient, iso_time, values_of
from bridge.timeline.entry import Entry


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "1970-01-01T00:00:00Z"), (999, "1970-01-01T00:00:00Z"), (1_770_106_500_999, "2026-02-03T08:15:00Z")],
)
def test_a_time_is_in_utc_with_whole_seconds(at_ms: int, text: str) -> None:
    assert iso_time(at_ms) == text


@given(st.integers(0, 253_402_300_799_999))
def test_every_time_has_the_same_form(at_ms: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", iso_time(at_ms))


def test_values_are_those_of_the_moment_of_the_event() -> None:
    event = Event("home", "a", "a", "contact.opened", {"room": "Hall", "created_at": "not this"})
    values = values_of(
        (CREATED_AT, Ingredient("room", "Room", "x"), Ingredient("level", "Level", "x")), Entry(1, "i", 0, event)
    )
    assert values == {"created_at": "1970-01-01T00:00:00Z", "room": "Hall", "level": ""}
