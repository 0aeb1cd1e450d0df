"""The fields of a request: what was given, and what may be chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.devices.entity import EntityKind
from bridge.errors import BadInput
from bridge.ifttt.fields import MAX_VALUE_CHARACTERS, Field, Source, read_fields
from bridge.ifttt.household import Choice
from tests.unit.ifttt.examples import household

DOOR = Field("door", "Door", (EntityKind.CONTACT,), any_label="Any door")
PRESS = Field("press", "Press", Source.PRESSES, any_label="Any press")
LIGHT = Field("light", "Light", (EntityKind.LIGHT,))
TEXT = Field("text", "Text", required=False)
DECLARED = (LIGHT, TEXT)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**5000, 10**5001) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["light", "text", "x"]), inner),
)


@pytest.mark.parametrize(
    ("given_fields", "values"),
    [
        ({"light": "hall-light"}, {"light": "hall-light", "text": ""}),
        ({"light": " hall-light \n", "text": None}, {"light": "hall-light", "text": ""}),
        ({"light": 5, "text": 2.5}, {"light": "5", "text": "2.5"}),
        ({"light": 0, "other": [1, 2]}, {"light": "0", "text": ""}),
        ({"light": "x", "text": "y" * MAX_VALUE_CHARACTERS}, {"light": "x", "text": "y" * MAX_VALUE_CHARACTERS}),
    ],
)
def test_each_declared_field_gets_its_text_and_others_are_ignored(given_fields: object, values: dict[str, str]) -> None:
    assert read_fields(DECLARED, given_fields) == values


@pytest.mark.parametrize(
    ("given_fields", "message"),
    [
        (None, "The fields are missing."),
        ([], "The fields are missing."),
        ("light", "The fields are missing."),
        (5, "The fields are missing."),
        ({}, "Light is missing."),
        ({"light": ""}, "Light is missing."),
        ({"light": " \t"}, "Light is missing."),
        ({"light": None}, "Light is missing."),
        ({"Light": "x"}, "Light is missing."),
        ({"light": True}, "Light must be text."),
        ({"light": []}, "Light is missing."),
        ({"light": {"value": True}}, "Light must be text."),
        ({"light": 10**5000}, "Light must be text."),
        ({"light": float("nan")}, "Light must be text."),
        ({"light": ["a", "b"]}, "Light: only one can be chosen."),
        ({"light": [["a"]]}, "Light: a choice must be text."),
        ({"light": {"label": "A"}}, "Light: a choice must have a value."),
        ({"light": "x" * (MAX_VALUE_CHARACTERS + 1)}, "Light is too long."),
        ({"light": "x", "text": False}, "Text must be text."),
    ],
)
def test_wrong_fields_are_refused_by_name_without_telling_ifttt_to_skip(given_fields: object, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_fields(DECLARED, given_fields)
    assert str(caught.value) == message
    assert not caught.value.skip


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        " x ",
        ["x"],
        {"label": "X", "value": "x"},
        [{"label": "X", "value": "x"}],
        '["x"]',
        '[{"value": "x"}]',
        ["x", ""],
    ],
)
def test_one_choice_is_understood_in_every_shape_that_checkboxes_may_have(sent: object) -> None:
    assert read_fields(DECLARED, {"light": sent})["light"] == "x"


@pytest.mark.parametrize("sent", ["a,b", "[", '{"x', "[x]", '["a", "b"]', "[[1]]", '{"a": 1}'])
def test_a_text_that_is_no_list_stays_one_choice(sent: str) -> None:
    assert read_fields(DECLARED, {"light": sent})["light"] == sent


def test_a_number_is_as_good_as_its_text() -> None:
    assert read_fields(DECLARED, {"light": 7, "text": 2.5}) == {"light": "7", "text": "2.5"}


@pytest.mark.parametrize(("sent", "skip"), [("", True), (" ", True), ("x" * 2000, True), (None, False), (["x"], False)])
def test_of_an_event_an_empty_or_endless_text_can_never_succeed(sent: object, *, skip: bool) -> None:
    text = Field("text", "Text")
    with pytest.raises(BadInput) as caught:
        read_fields((text,), {"text": sent}, of_event=True)
    assert caught.value.skip is skip


@given(anything)
def test_whatever_is_given_becomes_text_or_bad_input(given_fields: object) -> None:
    try:
        values = read_fields(DECLARED, given_fields)
    except BadInput:
        return
    assert set(values) == {"light", "text"}
    assert values["light"]
    assert all(len(text) <= MAX_VALUE_CHARACTERS for text in values.values())


def test_any_comes_first_and_then_the_things() -> None:
    assert DOOR.choices(household()) == [
        Choice("Any door", "any"),
        Choice("Back door", "back-door"),
        Choice("Front door", "front-door"),
    ]


def test_any_is_offered_only_where_the_field_says_so() -> None:
    assert LIGHT.choices(household()) == [Choice("Hall light", "hall-light")]
    assert not LIGHT.is_choice("any", household())


def test_presses_are_the_standard_words_and_then_the_homes_own() -> None:
    choices = PRESS.choices(household(spoken=("double", "rotate_left", "ring")))
    assert [choice.value for choice in choices] == ["any", *STANDARD_PRESSES, "ring", "rotate_left"]
    assert choices[6:10:3] == [Choice("Long release", "long_release"), Choice("Ring", "ring")]


def test_a_button_that_says_any_adds_no_second_choice_of_that_value() -> None:
    values = [choice.value for choice in PRESS.choices(household(spoken=("any", "ring")))]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize(
    ("field", "value", "may_be_chosen"),
    [
        (DOOR, "front-door", True),
        (DOOR, "any", True),
        (DOOR, "hall-light", False),
        (DOOR, "cabin-door", False),
        (DOOR, "gone-door", False),
        (DOOR, "Front door", False),
        (PRESS, "ring", True),
        (PRESS, "quad", True),
        (PRESS, "old", False),
        (TEXT, "anything at all", True),
    ],
)
def test_only_what_is_listed_may_be_chosen(field: Field, value: str, *, may_be_chosen: bool) -> None:
    assert field.is_choice(value, household()) == may_be_chosen
