"""The declaration says what the tables of the contract say."""

import pytest

from bridge.commands import Wish
from bridge.devices.entity import ALARMS, EntityKind
from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import Field, Source
from bridge.ifttt.ingredients import IngredientType
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS, timeline_of
from bridge.timeline.entry import TimelineKey

CONTACT, BUTTON, LIGHT, SWITCH = (EntityKind.CONTACT,), (EntityKind.BUTTON,), (EntityKind.LIGHT,), (EntityKind.SWITCH,)
DECLARED: list[Trigger | Action | Query] = [*TRIGGERS.values(), *ACTIONS.values(), *QUERIES.values()]
NAMES = ("created_at", "device_name", "device_id", "room")
VALUES = (*NAMES, "value", "previous_value", "unit", "threshold")
TRIGGER_TABLE: list[tuple[str, dict[str, object], tuple[str, ...]]] = [
    ("door_opened", {"door": (CONTACT, "any")}, NAMES),
    ("door_closed", {"door": (CONTACT, "any")}, NAMES),
    ("door_left_open", {"door": CONTACT, "minutes": "validated"}, (*NAMES, "opened_at", "minutes")),
    ("button_pressed", {"button": (BUTTON, "any"), "press": (Source.PRESSES, "any")}, (*NAMES, "press")),
    ("light_turned_on", {"light": (LIGHT, "any")}, (*NAMES, "brightness")),
    ("light_turned_off", {"light": (LIGHT, "any")}, (*NAMES, "brightness")),
    ("switch_turned_on", {"switch": (SWITCH, "any")}, NAMES),
    ("switch_turned_off", {"switch": (SWITCH, "any")}, NAMES),
    ("motion_detected", {"sensor": ((EntityKind.MOTION,), "any")}, NAMES),
    ("alarm_raised", {"sensor": (ALARMS, "any")}, (*NAMES, "alarm")),
    ("alarm_cleared", {"sensor": (ALARMS, "any")}, (*NAMES, "alarm")),
    ("value_rose_above", {"sensor": (EntityKind.SENSOR,), "threshold": "validated"}, VALUES),
    ("value_dropped_below", {"sensor": (EntityKind.SENSOR,), "threshold": "validated"}, VALUES),
    ("device_went_offline", {"device": (Source.REACHABLE_DEVICES, "any")}, NAMES),
    ("device_came_online", {"device": (Source.REACHABLE_DEVICES, "any")}, NAMES),
    ("battery_low", {"device": (Source.BATTERY_DEVICES, "any")}, (*NAMES, "level")),
    ("custom_event", {"event": (EntityKind.CUSTOM,)}, ("created_at", "name", "value1", "value2", "value3")),
]
ACTION_TABLE = [
    ("turn_on_light", {"light": True, "brightness": False, "color": False}, Wish.TURN_ON),
    ("turn_off_light", {"light": True}, Wish.TURN_OFF),
    ("toggle_light", {"light": True}, Wish.TOGGLE),
    ("turn_on_switch", {"switch": True}, Wish.TURN_ON),
    ("turn_off_switch", {"switch": True}, Wish.TURN_OFF),
    ("set_cover", {"cover": True, "position": True}, Wish.SET_POSITION),
    ("lock_door", {"lock": True}, Wish.LOCK),
    ("unlock_door", {"lock": True}, Wish.UNLOCK),
    ("publish_message", {"topic": True, "message": True}, Wish.PUBLISH),
]
QUERY_TABLE = [
    ("device_state", {"device": False}, ("device_name", "device_id", "entity", "state", "since", "online")),
    ("list_devices", {"kind": True}, ("device_name", "device_id", "kind", "room", "state", "online")),
    ("event_history", {"device": True}, ("created_at", "device_name", "device_id", "kind", "detail")),
]


def test_there_is_what_the_contract_lists_and_nothing_else() -> None:
    assert list(TRIGGERS) == [slug for slug, _, _ in TRIGGER_TABLE]
    assert list(ACTIONS) == [slug for slug, _, _ in ACTION_TABLE]
    assert list(QUERIES) == [slug for slug, _, _ in QUERY_TABLE]


@pytest.mark.parametrize(("slug", "fields", "ingredients"), TRIGGER_TABLE)
def test_a_trigger_has_the_fields_and_ingredients_of_the_contract(
    slug: str, fields: dict[str, object], ingredients: tuple[str, ...]
) -> None:
    trigger = TRIGGERS[slug]
    assert {field.slug: _shape(field) for field in trigger.fields} == fields
    assert all(field.required for field in trigger.fields)
    assert tuple(ingredient.slug for ingredient in trigger.ingredients) == ingredients
    assert trigger.entity_field == next(iter(fields))


def _shape(field: Field) -> object:
    if field.choices_from is None:
        return "validated" if field.validated else "text"
    return (field.choices_from, "any") if field.any_label else field.choices_from


@pytest.mark.parametrize(("slug", "fields", "wish"), ACTION_TABLE)
def test_an_action_has_the_fields_of_the_contract(slug: str, fields: dict[str, bool], wish: Wish) -> None:
    action = ACTIONS[slug]
    assert {field.slug: field.required for field in action.fields} == fields
    assert action.wish is wish
    assert (action.entity_field, action.entity_kind is None) == (
        (None, True) if slug == "publish_message" else (next(iter(fields)), False)
    )
    assert [field.slug for field in action.fields if field.has_options] == [
        field for field in fields if field == action.entity_field
    ]
    assert not any(field.any_label or field.validated for field in action.fields)
    assert action.if_allowed == (slug == "unlock_door")


@pytest.mark.parametrize(("slug", "fields", "ingredients"), QUERY_TABLE)
def test_a_query_has_the_fields_and_ingredients_of_the_contract(
    slug: str, fields: dict[str, bool], ingredients: tuple[str, ...]
) -> None:
    query = QUERIES[slug]
    assert {field.slug: bool(field.any_label) for field in query.fields} == fields
    assert all(field.required and field.has_options for field in query.fields)
    assert tuple(ingredient.slug for ingredient in query.ingredients) == ingredients


def test_everything_has_a_name_and_a_description_for_people() -> None:
    for declared in DECLARED:
        assert declared.name
        assert declared.description.endswith(".")
        assert all(field.label for field in declared.fields)
        assert len({field.slug for field in declared.fields}) == len(declared.fields)


def test_every_ingredient_has_an_example_and_only_times_are_dates() -> None:
    for declared in DECLARED:
        if isinstance(declared, Action):
            continue
        for ingredient in declared.ingredients:
            assert ingredient.name
            assert ingredient.example
            is_time = ingredient.slug in {"created_at", "opened_at", "since"}
            assert (ingredient.type is IngredientType.DATE_WITH_TIME) == is_time


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
        (
            "door_left_open",
            {"door": "gate", "minutes": " 010.0"},
            TimelineKey("home", "gate", "contact.left_open.10"),
        ),
        ("alarm_raised", {"sensor": "any"}, TimelineKey("home", None, "alarm.raised.*")),
        ("alarm_cleared", {"sensor": "sink"}, TimelineKey("home", "sink", "alarm.cleared.*")),
        (
            "value_rose_above",
            {"sensor": "attic", "threshold": "25,50"},
            TimelineKey("home", "attic", "value.rose_above.25.5"),
        ),
        (
            "value_dropped_below",
            {"sensor": "attic", "threshold": "-0"},
            TimelineKey("home", "attic", "value.dropped_below.0"),
        ),
        ("battery_low", {"device": "gate"}, TimelineKey("home", "gate", "battery.low")),
        ("custom_event", {"event": "custom.parcel"}, TimelineKey("home", "custom.parcel", "custom.parcel")),
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
