"""Twelve Applets to begin with, made of what is declared, as publishing a service asks for them. Values only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.errors import BadInput
from bridge.ifttt.fields import ANY, Field, Source
from bridge.ifttt.service import ACTIONS, TRIGGERS

ASKED: Final = "(asked of the person who switches the Applet on)"
"""A field that stays open."""

_INGREDIENT: Final = re.compile(r"\{\{(\w*)\}\}")


@dataclass(frozen=True, slots=True)
class AppletDraft:
    """An Applet to be made on IFTTT. The fields by slug; in a text, `{{slug}}` is an ingredient to be inserted."""

    title: str
    description: str
    trigger: str
    trigger_fields: dict[str, str]
    action: str
    action_fields: dict[str, str]


_PLAIN_LIGHT: Final = {"light": ASKED, "brightness": "", "color": ""}

DRAFTS: Final = (
    AppletDraft(
        "Turn on a light when a door opens",
        "Come home to a lit hall: when the door you choose is opened, the light you choose is turned on.",
        "door_opened",
        {"door": ASKED},
        "turn_on_light",
        _PLAIN_LIGHT,
    ),
    AppletDraft(
        "Turn off a light when a door is closed",
        "For a cupboard or a cellar: when its door is closed, its light is turned off.",
        "door_closed",
        {"door": ASKED},
        "turn_off_light",
        {"light": ASKED},
    ),
    AppletDraft(
        "Toggle a light with one press of a button",
        "Press a button once, and a light that was off is on, one that was on is off.",
        "button_pressed",
        {"button": ASKED, "press": "single"},
        "toggle_light",
        {"light": ASKED},
    ),
    AppletDraft(
        "Turn off a socket with a long press of a button",
        "Hold a button down to turn off whatever a switch supplies, such as a television on standby.",
        "button_pressed",
        {"button": ASKED, "press": "long"},
        "turn_off_switch",
        {"switch": ASKED},
    ),
    AppletDraft(
        "Light the way when somebody moves",
        "When a sensor detects motion, a light is turned on at a brightness that wakes nobody.",
        "motion_detected",
        {"sensor": ASKED},
        "turn_on_light",
        {"light": ASKED, "brightness": "20", "color": "warm white"},
    ),
    AppletDraft(
        "Turn a light red when there is an alarm",
        "A leak, smoke or gas anywhere at home: the light you choose turns red, as bright as it can.",
        "alarm_raised",
        {"sensor": ANY},
        "turn_on_light",
        {"light": ASKED, "brightness": "100", "color": "red"},
    ),
    AppletDraft(
        "Turn on a fan when it gets too warm",
        "When a sensor rises to the temperature you choose, a fan on a switch is turned on.",
        "value_rose_above",
        {"sensor": ASKED, "threshold": "26"},
        "turn_on_switch",
        {"switch": ASKED},
    ),
    AppletDraft(
        "Turn on a heater when it gets too cold",
        "When a sensor drops to the temperature you choose, a heater on a switch is turned on.",
        "value_dropped_below",
        {"sensor": ASKED, "threshold": "5"},
        "turn_on_switch",
        {"switch": ASKED},
    ),
    AppletDraft(
        "Close the blind when the sun heats a room",
        "When a sensor rises to the temperature you choose, a blind is closed.",
        "value_rose_above",
        {"sensor": ASKED, "threshold": "24"},
        "set_cover",
        {"cover": ASKED, "position": "closed"},
    ),
    AppletDraft(
        "Lock the door when it is closed",
        "When the front door is closed, its lock is locked.",
        "door_closed",
        {"door": ASKED},
        "lock_door",
        {"lock": ASKED},
    ),
    AppletDraft(
        "Announce a door that has been left open",
        "When a door has been open for ten minutes, a message is sent to what speaks or shows it at home.",
        "door_left_open",
        {"door": ASKED, "minutes": "10"},
        "publish_message",
        {"topic": ASKED, "message": "{{device_name}} has been open for {{minutes}} minutes"},
    ),
    AppletDraft(
        "Announce a battery that runs low",
        "When the battery of any device runs low, a message is sent to what speaks or shows it at home.",
        "battery_low",
        {"device": ANY},
        "publish_message",
        {"topic": ASKED, "message": "The battery of {{device_name}} is at {{level}} percent"},
    ),
)


def faults_of(draft: AppletDraft) -> list[str]:
    """Return what in a draft does not fit what is declared; nothing if it can be made as it is."""
    trigger, action = TRIGGERS.get(draft.trigger), ACTIONS.get(draft.action)
    if trigger is None or action is None:
        return [f"there is no trigger {draft.trigger} or no action {draft.action}"]
    known = {ingredient.slug for ingredient in trigger.ingredients}
    used = [slug for text in draft.action_fields.values() for slug in _INGREDIENT.findall(text)]
    return [
        *_field_faults(trigger.fields, draft.trigger_fields),
        *_field_faults(action.fields, draft.action_fields),
        *(f"{draft.trigger} has no ingredient {slug}" for slug in used if slug not in known),
    ]


def inserted(text: str) -> str:
    """Write ingredients as IFTTT does where it has inserted them: `{{device_name}}` as `{{DeviceName}}`."""
    return _INGREDIENT.sub(lambda found: "{{" + found[1].replace("_", " ").title().replace(" ", "") + "}}", text)


def _field_faults(declared: tuple[Field, ...], given: Mapping[str, str]) -> Iterator[str]:
    slugs = [field.slug for field in declared]
    if list(given) != slugs:
        yield f"the fields are {', '.join(slugs)}, not {', '.join(given)}"
        return
    for field in declared:
        value = given[field.slug]
        if not value and field.required:
            yield f"{field.slug} is required"
        elif value != ASKED and field.has_options and not _may_be_fixed(field, value):
            yield f"{field.slug} cannot be {value}: that is not a choice everywhere"
        elif value != ASKED and field.reads is not None:
            try:
                field.reads(value)
            except BadInput as error:
                yield f"{field.slug} cannot be {value}: {error}"


def _may_be_fixed(field: Field, value: str) -> bool:
    """Tell whether every home has a choice."""
    if value == ANY:
        return bool(field.any_label)
    return field.choices_from is Source.PRESSES and value in STANDARD_PRESSES
