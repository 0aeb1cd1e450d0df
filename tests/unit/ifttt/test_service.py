"""The declaration says what the tables of the contract say."""

import pytest

from bridge.commands import Wish
from bridge.devices.entity import EntityKind
from bridge.ifttt.fields import Field, Source
from bridge.ifttt.ingredients import IngredientType
from bridge.ifttt.service import ACTIONS, TRIGGERS, Action, Trigger, timeline_of
from bridge.timeline.entry import TimelineKey

NAMES = ("created_at", "device_name", "device_id", "room")
TRIGGER_TABLE = [
    ("door_opened", {"door": EntityKind.CONTACT}, NAMES),
    ("door_closed", {"door": EntityKind.CONTACT}, NAMES),
    ("button_pressed", {"button": EntityKind.BUTTON, "press": Source.PRESSES}, (*NAMES, "press")),
    ("light_turned_on", {"light": EntityKind.LIGHT}, (*NAMES, "brightness")),
    ("light_turned_off", {"light": EntityKind.LIGHT}, (*NAMES, "brightness")),
]
ACTION_TABLE = [
    ("turn_on_light", {"light": True, "brightness": False, "color": False}, Wish.TURN_ON),
    ("turn_off_light", {"light": True}, Wish.TURN_OFF),
    ("toggle_light", {"light": True}, Wish.TOGGLE),
]


def test_there_are_these_five_triggers_and_three_actions() -> None:
    assert list(TRIGGERS) == [slug for slug, _, _ in TRIGGER_TABLE]
    assert list(ACTIONS) == [slug for slug, _, _ in ACTION_TABLE]


@pytest.mark.parametrize(("slug", "fields", "ingredients"), TRIGGER_TABLE)
def test_a_trigger_has_the_fields_and_ingredients_of_the_contract(
    slug: str, fields: dict[str, EntityKind | Source], ingredients: tuple[str, ...]
) -> None:
    trigger = TRIGGERS[slug]
    assert {field.slug: field.choices_from for field in trigger.fields} == fields
    assert all(field.required and field.any_label and field.has_options for field in trigger.fields)
    assert tuple(ingredient.slug for ingredient in trigger.ingredients) == ingredients
    assert trigger.entity_field == next(iter(fields))


@pytest.mark.parametrize(("slug", "fields", "wish"), ACTION_TABLE)
def test_an_action_has_the_fields_of_the_contract(slug: str, fields: dict[str, bool], wish: Wish) -> None:
    action = ACTIONS[slug]
    assert {field.slug: field.required for field in action.fields} == fields
    assert (action.wish, action.entity_field, action.entity_kind) == (wish, "light", EntityKind.LIGHT)
    assert [field.slug for field in action.fields if field.has_options] == ["light"]
    assert not any(field.any_label for field in action.fields)


def test_everything_has_a_name_and_a_description_for_people() -> None:
    everything: list[Trigger | Action] = [*TRIGGERS.values(), *ACTIONS.values()]
    for declared in everything:
        assert declared.name
        assert declared.description.endswith(".")
        assert all(field.label for field in declared.fields)
        assert len({field.slug for field in declared.fields}) == len(declared.fields)


def test_every_ingredient_has_an_example_and_only_the_time_is_a_date() -> None:
    for trigger in TRIGGERS.values():
        for ingredient in trigger.ingredients:
            assert ingredient.name
            assert ingredient.example
            assert (ingredient.type is IngredientType.DATE_WITH_TIME) == (ingredient.slug == "created_at")


@pytest.mark.parametrize(
    ("slug", "fields", "key"),
    [
        ("door_opened", {"door": "front-door"}, TimelineKey("home", "front-door", "contact.opened")),
        ("door_opened", {"door": "any"}, TimelineKey("home", None, "contact.opened")),
        ("door_closed", {"door": "any"}, TimelineKey("home", None, "contact.closed")),
        ("light_turned_on", {"light": "lamp"}, TimelineKey("home", "lamp", "light.turned_on")),
        ("light_turned_off", {"light": "lamp"}, TimelineKey("home", "lamp", "light.turned_off")),
        ("button_pressed", {"button": "bell", "press": "double"}, TimelineKey("home", "bell", "button.double")),
        ("button_pressed", {"button": "bell", "press": "any"}, TimelineKey("home", "bell", "button.*")),
        ("button_pressed", {"button": "any", "press": "any"}, TimelineKey("home", None, "button.*")),
    ],
)
def test_fields_ask_for_one_timeline(slug: str, fields: dict[str, str], key: TimelineKey) -> None:
    assert TRIGGERS[slug].timeline("home", fields) == key
    assert timeline_of("home", slug, fields) == key


@pytest.mark.parametrize(
    ("slug", "fields"),
    [("window_opened", {"door": "any"}), ("door_opened", {}), ("button_pressed", {"button": "any"})],
)
def test_a_kept_identity_of_what_is_no_longer_declared_has_no_timeline(slug: str, fields: dict[str, str]) -> None:
    assert timeline_of("home", slug, fields) is None


def test_a_field_without_choices_is_free_text() -> None:
    assert not Field("message", "Message").has_options
