"""Answering a trigger: its fields, its limit, its items."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadInput
from bridge.events import Event
from bridge.ifttt.service import TRIGGERS
from bridge.ifttt.triggers import MAX_ITEMS, check_fields, items_of, read_limit
from bridge.timeline.entry import Entry
from tests.unit.ifttt.examples import household

DOOR_OPENED, BUTTON_PRESSED = TRIGGERS["door_opened"], TRIGGERS["button_pressed"]
NAMES = {"device_name": "Bell", "device_id": "bell", "room": "Porch"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**5000, 10**5001) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["button", "press", "x"]), inner),
)


@pytest.mark.parametrize("door", ["front-door", "back-door", "any"])
def test_a_thing_that_is_there_or_any_is_taken(door: str) -> None:
    assert check_fields(DOOR_OPENED, {"door": door}, household(), known=None) == {"door": door}


def test_a_thing_that_has_gone_keeps_its_timeline() -> None:
    assert check_fields(DOOR_OPENED, {"door": "gone-door"}, household(), known=None) == {"door": "gone-door"}


@pytest.mark.parametrize("door", ["never-was", "cabin-door", "ANY", "Front door", "\0", "sample-door"])
def test_a_thing_that_never_was_in_this_home_is_an_error(door: str) -> None:
    with pytest.raises(BadInput, match="Door: there is no such choice"):
        check_fields(DOOR_OPENED, {"door": door}, household(), known=None)


def test_an_identity_seen_before_keeps_its_fields_whatever_has_become_of_them() -> None:
    fields = {"button": "never-was", "press": "forgotten"}
    assert check_fields(BUTTON_PRESSED, fields, household(), known=fields) == fields


def test_other_fields_of_an_identity_seen_before_are_checked_anew() -> None:
    with pytest.raises(BadInput):
        check_fields(DOOR_OPENED, {"door": "never-was"}, household(), known={"door": "front-door"})


@pytest.mark.parametrize("press", ["single", "quad", "ring", "any"])
def test_a_standard_press_or_one_that_was_heard_is_taken(press: str) -> None:
    fields = {"button": "bell", "press": press}
    assert check_fields(BUTTON_PRESSED, fields, household(), known=None) == fields


@pytest.mark.parametrize("press", ["never_heard", "secret_knock", "gone-door", "*"])
def test_a_press_that_was_never_heard_in_this_home_is_an_error(press: str) -> None:
    with pytest.raises(BadInput, match="Press: there is no such choice"):
        check_fields(BUTTON_PRESSED, {"button": "bell", "press": press}, household(), known=None)


@pytest.mark.parametrize("given_fields", [None, [], {}, {"button": "bell"}, {"button": "bell", "press": ""}])
def test_missing_fields_are_an_error_for_a_known_identity_too(given_fields: object) -> None:
    for known in (None, {"button": "bell", "press": "single"}):
        with pytest.raises(BadInput):
            check_fields(BUTTON_PRESSED, given_fields, household(), known=known)


@given(anything)
def test_whatever_the_fields_are_nothing_but_bad_input_comes_of_it(given_fields: object) -> None:
    try:
        fields = check_fields(BUTTON_PRESSED, given_fields, household(), known=None)
    except BadInput:
        return
    assert set(fields) == {"button", "press"}


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (None, 50),
        (0, 0),
        (1, 1),
        (50, 50),
        (51, 50),
        (10**400, None),
        (-1, 0),
        (2.9, 2),
        ("3", 3),
        (" 3 ", 3),
        ("2.0", 2),
        ("-5", 0),
        ("", None),
        ("three", None),
        ("nan", None),
        ("inf", None),
        ("9" * 5000, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ([5], None),
        ({}, None),
    ],
)
def test_a_limit_is_read_leniently_or_refused(limit: object, wanted: int | None) -> None:
    if wanted is None:
        with pytest.raises(BadInput, match="limit must be a number"):
            read_limit(limit)
    else:
        assert read_limit(limit) == wanted


@given(anything)
def test_whatever_the_limit_is_it_becomes_0_to_50_or_bad_input(limit: object) -> None:
    try:
        wanted = read_limit(limit)
    except BadInput:
        return
    assert 0 <= wanted <= MAX_ITEMS


def test_an_item_has_every_ingredient_as_text_and_its_meta() -> None:
    event = Event("home", "bell", "bell", "button.double", NAMES | {"press": "double", "other": "x"})
    entry = Entry(7, "the-id", 1_770_106_500_999, event)
    assert items_of(BUTTON_PRESSED, [entry]) == [
        {
            **NAMES,
            "press": "double",
            "created_at": "2026-02-03T08:15:00Z",
            "meta": {"id": "the-id", "timestamp": 1_770_106_500},
        }
    ]


def test_an_ingredient_that_the_event_does_not_have_is_empty_text() -> None:
    (item,) = items_of(TRIGGERS["light_turned_on"], [Entry(1, "id", 0, Event("home", "a", "a", "light.turned_on", {}))])
    assert [item[slug] for slug in ("device_name", "device_id", "room", "brightness")] == [""] * 4


def test_items_keep_their_order_and_their_seconds_never_rise() -> None:
    event = Event("home", "a", "a", "contact.opened", {})
    entries = [Entry(9, "c", 5_000, event), Entry(8, "b", 9_000, event), Entry(7, "a", 1_000, event)]
    metas = [item["meta"] for item in items_of(DOOR_OPENED, entries)]
    assert metas == [{"id": "c", "timestamp": 5}, {"id": "b", "timestamp": 5}, {"id": "a", "timestamp": 1}]


def test_no_entries_are_no_items() -> None:
    assert items_of(DOOR_OPENED, []) == []
