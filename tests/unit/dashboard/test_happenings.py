"""What happened, in people's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.happenings import FAMILIES, family_of, held_back, name_of, what_happened
from bridge.events import NotOffered


@pytest.mark.parametrize(
    ("kind", "ingredients", "said"),
    [
        ("contact.opened", {}, "opened"),
        ("contact.left_open.10", {}, "left open for 10 minutes"),
        ("contact.left_open.1", {}, "left open for 1 minute"),
        ("button.double", {}, "pressed: double"),
        ("button.arrow_left_hold", {}, "pressed: arrow left hold"),
        ("light.turned_on", {"brightness": "80"}, "turned on at 80 %"),
        ("light.turned_on", {}, "turned on"),
        ("alarm.raised.co", {}, "alarm: carbon monoxide"),
        ("alarm.cleared.leak", {}, "alarm over: leak"),
        ("value.rose_above.25", {"unit": "°C", "value": "25.4"}, "rose above 25 °C, now 25.4 °C"),
        ("value.dropped_below.-3.5", {}, "dropped below -3.5"),
        ("battery.low", {"level": "9"}, "battery low: 9 %"),
        ("device.came_online", {}, "came back online"),
        ("custom.parcel", {"value1": "62", "value2": "", "value3": "kg"}, "62, kg"),
        ("custom.parcel", {}, "happened"),
        ("cover.went_half_way", {}, "went half way"),
    ],
)
def test_what_happened_is_said_in_words(kind: str, ingredients: dict[str, str], said: str) -> None:
    assert what_happened(kind, ingredients) == said


@given(st.text(max_size=60))
def test_whatever_a_kind_is_there_are_words_and_a_family(kind: str) -> None:
    assert isinstance(what_happened(kind, {}), str)
    assert family_of(kind) in FAMILIES


@pytest.mark.parametrize("reason", NotOffered)
def test_each_reason_is_explained(reason: NotOffered) -> None:
    held = held_back(reason.value)
    assert held is not None
    assert held.meaning.endswith(".")


def test_what_is_offered_is_not_held_back_and_an_unknown_reason_is_told_as_it_is() -> None:
    assert held_back(None) is None
    assert held_back("something newer") == ("something newer", "")


def test_a_thing_is_called_as_it_was_called_then() -> None:
    assert name_of({"device_name": "Front door", "name": "x"}, "id") == "Front door"
    assert name_of({"name": "Parcel"}, "id") == "Parcel"
    assert name_of({}, "id") == "id"
