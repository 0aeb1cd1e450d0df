"""Which button an event, or the triggers of a device, come to. Triggers of one button may be described one by one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.homeassistant.fields import Fields
from bridge.devices.dialects.homeassistant.presses import (
    ActionPresses,
    EventPresses,
    Trigger,
    TriggerPresses,
    any_word,
)
from bridge.devices.dialects.homeassistant.served import Served
from bridge.devices.entity import EntityKind
from bridge.errors import NotServed

ACTION: Final = "action"
"""The type of all triggers of Zigbee2MQTT: there the subtype is the press, and the device is the button."""

_ACTION_TEMPLATE: Final = re.compile(r"value_json\.(action\w{0,64})\s*\|\s*default\(''\)")
_LONGEST_KEY: Final = 100


def event(fields: Fields) -> Served:
    """Return an event as a button. That something moved is not a press: it is said to be a guess. Raises NotServed."""
    topic = fields.needed("state_topic").topic
    certain = fields.plain("device_class") != "motion"
    action = _action_of(fields)
    if action is not None:
        return Served(EntityKind.BUTTON, ActionPresses(topic, action), certain)
    presses = EventPresses(fields.needed("state_topic", "value_template"), fields.words("event_types"))
    return Served(EntityKind.BUTTON, presses, certain)


def _action_of(fields: Fields) -> str | None:
    """Return where the action stands that the template of Zigbee2MQTT picks apart with loops, None for any other."""
    text = fields.settings.get("value_template")
    if not isinstance(text, str) or "event_type" not in text:
        return None
    found = _ACTION_TEMPLATE.search(text)
    return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A trigger, and the button that it is of."""

    button: str
    trigger: Trigger


def read_trigger(fields: Fields) -> Pressed:
    """Return what a device automation describes. Raises NotServed."""
    if fields.word("automation_type", "trigger") != "trigger":
        raise NotServed("not supported: a device automation that is no trigger")
    kind, subtype = fields.word("type", "").strip(), fields.word("subtype", "").strip()
    button, press = (ACTION, subtype) if kind == ACTION else (subtype, kind)
    word = any_word(press)
    if not button.isprintable() or not button or len(button) > _LONGEST_KEY or word is None:
        raise NotServed("not supported: its type or subtype is not a word")
    said = fields.needed("topic", "value_template")
    return Pressed(button, Trigger(said, fields.word("payload", "") or None, word))


def buttons(pressed: Iterable[Pressed]) -> Iterator[tuple[str, TriggerPresses]]:
    """Return each button with all its triggers."""
    by_button: defaultdict[str, list[Trigger]] = defaultdict(list)
    for one in pressed:
        by_button[one.button].append(one.trigger)
    for button, triggers in by_button.items():
        known_first = sorted(dict.fromkeys(triggers), key=lambda trigger: trigger.payload is None)
        yield button, TriggerPresses(tuple(known_first))
