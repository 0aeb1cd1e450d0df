"""The one declaration of what the service offers. Routes, checks, options, samples and tests derive from it.

Slugs never change once an Applet uses them. Knows neither HTTP nor SQL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.commands import Wish
from bridge.devices.entity import EntityKind
from bridge.events import (
    CONTACT_CLOSED,
    CONTACT_OPENED,
    LIGHT_TURNED_OFF,
    LIGHT_TURNED_ON,
    press_kind,
)
from bridge.ifttt.fields import ANY, Field, Source
from bridge.ifttt.ingredients import CREATED_AT, Ingredient
from bridge.timeline.entry import ANY_PRESS, TimelineKey


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that may happen. `kind_of` gives the kind of its timeline; `entity_field` names whose it is."""

    slug: str
    name: str
    description: str
    fields: tuple[Field, ...]
    ingredients: tuple[Ingredient, ...]
    entity_field: str
    kind_of: Callable[[Mapping[str, str]], str]

    def timeline(self, home: str, fields: Mapping[str, str]) -> TimelineKey:
        """Return the timeline that these fields ask for."""
        entity = fields[self.entity_field]
        return TimelineKey(home, None if entity == ANY else entity, self.kind_of(fields))


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be asked for."""

    slug: str
    name: str
    description: str
    fields: tuple[Field, ...]
    entity_field: str
    entity_kind: EntityKind
    wish: Wish


_DEVICE: Final = (
    Ingredient("device_name", "Device name", "Front door"),
    Ingredient("device_id", "Device id", "front-door"),
    Ingredient("room", "Room", "Hall"),
)
_PRESS: Final = Ingredient("press", "Press", "double")
_BRIGHTNESS: Final = Ingredient("brightness", "Brightness", "80")

_DOOR: Final = Field("door", "Door", EntityKind.CONTACT, any_label="Any door")
_BUTTON: Final = Field("button", "Button", EntityKind.BUTTON, any_label="Any button")
_PRESS_FIELD: Final = Field("press", "Press", Source.PRESSES, any_label="Any press")
_ANY_LIGHT: Final = Field("light", "Light", EntityKind.LIGHT, any_label="Any light")
_LIGHT: Final = Field("light", "Light", EntityKind.LIGHT)


def _fixed(kind: str) -> Callable[[Mapping[str, str]], str]:
    return lambda _fields: kind


def _press(fields: Mapping[str, str]) -> str:
    word = fields["press"]
    return ANY_PRESS if word == ANY else press_kind(word)


_ALL_TRIGGERS: Final = (
    Trigger(
        "door_opened",
        "Door opened",
        "This trigger fires every time a door or window is opened.",
        (_DOOR,),
        (CREATED_AT, *_DEVICE),
        "door",
        _fixed(CONTACT_OPENED),
    ),
    Trigger(
        "door_closed",
        "Door closed",
        "This trigger fires every time a door or window is closed.",
        (_DOOR,),
        (CREATED_AT, *_DEVICE),
        "door",
        _fixed(CONTACT_CLOSED),
    ),
    Trigger(
        "button_pressed",
        "Button pressed",
        "This trigger fires every time a button is pressed in the way you choose.",
        (_BUTTON, _PRESS_FIELD),
        (CREATED_AT, *_DEVICE, _PRESS),
        "button",
        _press,
    ),
    Trigger(
        "light_turned_on",
        "Light turned on",
        "This trigger fires every time a light is turned on.",
        (_ANY_LIGHT,),
        (CREATED_AT, *_DEVICE, _BRIGHTNESS),
        "light",
        _fixed(LIGHT_TURNED_ON),
    ),
    Trigger(
        "light_turned_off",
        "Light turned off",
        "This trigger fires every time a light is turned off.",
        (_ANY_LIGHT,),
        (CREATED_AT, *_DEVICE, _BRIGHTNESS),
        "light",
        _fixed(LIGHT_TURNED_OFF),
    ),
)

_ALL_ACTIONS: Final = (
    Action(
        "turn_on_light",
        "Turn on light",
        "This action turns a light on, with the brightness and the colour you choose where the light has them.",
        (
            _LIGHT,
            Field("brightness", "Brightness", required=False, help="0 to 100. Leave empty to keep it; 0 turns off."),
            Field("color", "Colour", required=False, help="A name such as red, or #rrggbb. Leave empty to keep it."),
        ),
        "light",
        EntityKind.LIGHT,
        Wish.TURN_ON,
    ),
    Action(
        "turn_off_light",
        "Turn off light",
        "This action turns a light off.",
        (_LIGHT,),
        "light",
        EntityKind.LIGHT,
        Wish.TURN_OFF,
    ),
    Action(
        "toggle_light",
        "Toggle light",
        "This action turns a light on if it is off, and off if it is on.",
        (_LIGHT,),
        "light",
        EntityKind.LIGHT,
        Wish.TOGGLE,
    ),
)

TRIGGERS: Final[Mapping[str, Trigger]] = {trigger.slug: trigger for trigger in _ALL_TRIGGERS}
ACTIONS: Final[Mapping[str, Action]] = {action.slug: action for action in _ALL_ACTIONS}


def timeline_of(home: str, trigger: str, fields: Mapping[str, str]) -> TimelineKey | None:
    """Return the timeline of a kept identity; None when its trigger or one of its fields is no longer declared."""
    declared = TRIGGERS.get(trigger)
    if declared is None or any(field.slug not in fields for field in declared.fields):
        return None
    return declared.timeline(home, fields)
