"""The one declaration of what the service offers. Routes, checks, options, samples, sheet and tests derive from it.

Slugs never change once an Applet uses them. Knows neither HTTP nor SQL.
"""

from collections.abc import Mapping
from typing import Final

from bridge.commands import Wish
from bridge.devices.entity import ALARMS, EntityKind
from bridge.events import (
    ALARM_CLEARED,
    ALARM_RAISED,
    BATTERY_LOW,
    BUTTON,
    CONTACT_CLOSED,
    CONTACT_OPENED,
    DEVICE_CAME_ONLINE,
    DEVICE_WENT_OFFLINE,
    LIGHT_TURNED_OFF,
    LIGHT_TURNED_ON,
    MOTION_DETECTED,
    SWITCH_TURNED_OFF,
    SWITCH_TURNED_ON,
    any_of,
    dropped_below_kind,
    left_open_kind,
    press_kind,
    rose_above_kind,
)
from bridge.ifttt.declaring import Action, KindOf, Query, Trigger
from bridge.ifttt.fields import ANY, Field, Source
from bridge.ifttt.ingredients import CREATED_AT, Ingredient, IngredientType
from bridge.ifttt.numbers import read_minutes, read_threshold
from bridge.timeline.entry import TimelineKey

_DEVICE: Final = (
    Ingredient("device_name", "Device name", "Front door"),
    Ingredient("device_id", "Device id", "front-door"),
    Ingredient("room", "Room", "Hall"),
)
_ROOM: Final = _DEVICE[2]
_STATE: Final = Ingredient("state", "State", "open")
_ONLINE: Final = Ingredient("online", "Online", "true")
_KIND: Final = Ingredient("kind", "Kind", "contact")

_DOOR: Final = Field("door", "Door", (EntityKind.CONTACT,))
_ANY_DOOR: Final = Field("door", "Door", (EntityKind.CONTACT,), any_label="Any door")
_LIGHT: Final = Field("light", "Light", (EntityKind.LIGHT,))
_ANY_LIGHT: Final = Field("light", "Light", (EntityKind.LIGHT,), any_label="Any light")
_SWITCH: Final = Field("switch", "Switch", (EntityKind.SWITCH,))
_ANY_SWITCH: Final = Field("switch", "Switch", (EntityKind.SWITCH,), any_label="Any switch")
_ALARM: Final = Field("sensor", "Sensor", ALARMS, any_label="Any sensor")
_NUMBER: Final = Field("sensor", "Sensor", (EntityKind.SENSOR,))
_THRESHOLD: Final = Field("threshold", "Threshold", reads=read_threshold, help="A number, such as 25 or -3.5.")
_REACHABLE: Final = Field("device", "Device", Source.REACHABLE_DEVICES, any_label="Any device")


def _fixed(kind: str) -> KindOf:
    return lambda _fields: kind


def _press(fields: Mapping[str, str]) -> str:
    word = fields["press"]
    return any_of(BUTTON) if word == ANY else press_kind(word)


def _left_open(fields: Mapping[str, str]) -> str:
    return left_open_kind(read_minutes(fields["minutes"]))


def _rose_above(fields: Mapping[str, str]) -> str:
    return rose_above_kind(read_threshold(fields["threshold"]))


def _dropped_below(fields: Mapping[str, str]) -> str:
    return dropped_below_kind(read_threshold(fields["threshold"]))


def _custom(fields: Mapping[str, str]) -> str:
    return fields["event"]  # the id of such an entity is the kind of its events


def _trigger(
    slug: str, name: str, when: str, says: str, fields: tuple[Field, ...], kind_of: KindOf | str, *more: Ingredient
) -> Trigger:
    """Return a trigger about a device. The first field says whose timeline it is."""
    kind_of = _fixed(kind_of) if isinstance(kind_of, str) else kind_of
    description = f"This trigger fires every time {when}."
    return Trigger(slug, name, description, fields, (CREATED_AT, *_DEVICE, *more), fields[0].slug, kind_of, says)


_VALUES: Final = (
    Ingredient("value", "Value", "25.4"),
    Ingredient("previous_value", "Previous value", "24.8"),
    Ingredient("unit", "Unit", "°C"),
    Ingredient("threshold", "Threshold", "25"),
)
_BRIGHTNESS: Final = Ingredient("brightness", "Brightness", "80")
_ALARM_SORT: Final = Ingredient("alarm", "Alarm", "leak")

_ALL_TRIGGERS: Final = (
    _trigger("door_opened", "Door opened", "a door or window is opened", "{door} opens", (_ANY_DOOR,), CONTACT_OPENED),
    _trigger("door_closed", "Door closed", "a door or window is closed", "{door} closes", (_ANY_DOOR,), CONTACT_CLOSED),
    _trigger(
        "door_left_open",
        "Door left open",
        "a door or window has been open for as long as you choose",
        "{door} has been open for {minutes} minutes",
        (_DOOR, Field("minutes", "Minutes", reads=read_minutes, help="A whole number from 1 to 10080, a week.")),
        _left_open,
        Ingredient("opened_at", "Opened at", "2026-01-31T16:54:05Z", IngredientType.DATE_WITH_TIME),
        Ingredient("minutes", "Minutes", "10"),
    ),
    _trigger(
        "button_pressed",
        "Button pressed",
        "a button is pressed in the way you choose",
        "{button} is pressed ({press})",
        (
            Field("button", "Button", (EntityKind.BUTTON,), any_label="Any button"),
            Field("press", "Press", Source.PRESSES, any_label="Any press"),
        ),
        _press,
        Ingredient("press", "Press", "double"),
    ),
    _trigger(
        "light_turned_on",
        "Light turned on",
        "a light is turned on",
        "{light} is turned on",
        (_ANY_LIGHT,),
        LIGHT_TURNED_ON,
        _BRIGHTNESS,
    ),
    _trigger(
        "light_turned_off",
        "Light turned off",
        "a light is turned off",
        "{light} is turned off",
        (_ANY_LIGHT,),
        LIGHT_TURNED_OFF,
        _BRIGHTNESS,
    ),
    _trigger(
        "switch_turned_on",
        "Switch turned on",
        "a switch is turned on",
        "{switch} is turned on",
        (_ANY_SWITCH,),
        SWITCH_TURNED_ON,
    ),
    _trigger(
        "switch_turned_off",
        "Switch turned off",
        "a switch is turned off",
        "{switch} is turned off",
        (_ANY_SWITCH,),
        SWITCH_TURNED_OFF,
    ),
    _trigger(
        "motion_detected",
        "Motion detected",
        "a sensor detects motion",
        "{sensor} detects motion",
        (Field("sensor", "Sensor", (EntityKind.MOTION,), any_label="Any sensor"),),
        MOTION_DETECTED,
    ),
    _trigger(
        "alarm_raised",
        "Alarm raised",
        "a sensor raises an alarm, such as a leak or smoke",
        "{sensor} raises an alarm",
        (_ALARM,),
        any_of(ALARM_RAISED),
        _ALARM_SORT,
    ),
    _trigger(
        "alarm_cleared",
        "Alarm cleared",
        "the alarm of a sensor is over",
        "the alarm of {sensor} is over",
        (_ALARM,),
        any_of(ALARM_CLEARED),
        _ALARM_SORT,
    ),
    _trigger(
        "value_rose_above",
        "Value rose above",
        "the value of a sensor rises to the threshold you choose, or above it",
        "{sensor} rises to {threshold} or above",
        (_NUMBER, _THRESHOLD),
        _rose_above,
        *_VALUES,
    ),
    _trigger(
        "value_dropped_below",
        "Value dropped below",
        "the value of a sensor drops to the threshold you choose, or below it",
        "{sensor} drops to {threshold} or below",
        (_NUMBER, _THRESHOLD),
        _dropped_below,
        *_VALUES,
    ),
    _trigger(
        "device_went_offline",
        "Device went offline",
        "a device can no longer be reached",
        "{device} can no longer be reached",
        (_REACHABLE,),
        DEVICE_WENT_OFFLINE,
    ),
    _trigger(
        "device_came_online",
        "Device came online",
        "a device can be reached again",
        "{device} can be reached again",
        (_REACHABLE,),
        DEVICE_CAME_ONLINE,
    ),
    _trigger(
        "battery_low",
        "Battery low",
        "the battery of a device runs low",
        "the battery of {device} runs low",
        (Field("device", "Device", Source.BATTERY_DEVICES, any_label="Any device"),),
        BATTERY_LOW,
        Ingredient("level", "Level", "12"),
    ),
    Trigger(
        "custom_event",
        "Custom event",
        "This trigger fires every time an event happens that you have defined in the configuration of your home.",
        (Field("event", "Event", (EntityKind.CUSTOM,)),),
        (
            CREATED_AT,
            Ingredient("name", "Name", "Parcel in the box"),
            Ingredient("value1", "Value 1", "62"),
            Ingredient("value2", "Value 2", "kg"),
            Ingredient("value3", "Value 3", "mailbox"),
        ),
        "event",
        _custom,
        "{event} happens",
    ),
)


def _action(slug: str, name: str, does: str, fields: tuple[Field, ...], kind: EntityKind, wish: Wish) -> Action:
    """Return an action on one thing. The first field says which."""
    return Action(slug, name, f"This action {does}.", fields, fields[0].slug, kind, wish, wish is Wish.UNLOCK)


_ALL_ACTIONS: Final = (
    _action(
        "turn_on_light",
        "Turn on light",
        "turns a light on, with the brightness and the colour you choose where the light has them",
        (
            _LIGHT,
            Field("brightness", "Brightness", required=False, help="0 to 100. Leave empty to keep it; 0 turns off."),
            Field("color", "Colour", required=False, help="A name such as red, or #rrggbb. Leave empty to keep it."),
        ),
        EntityKind.LIGHT,
        Wish.TURN_ON,
    ),
    _action("turn_off_light", "Turn off light", "turns a light off", (_LIGHT,), EntityKind.LIGHT, Wish.TURN_OFF),
    _action(
        "toggle_light",
        "Toggle light",
        "turns a light on if it is off, and off if it is on",
        (_LIGHT,),
        EntityKind.LIGHT,
        Wish.TOGGLE,
    ),
    _action("turn_on_switch", "Turn on switch", "turns a switch on", (_SWITCH,), EntityKind.SWITCH, Wish.TURN_ON),
    _action("turn_off_switch", "Turn off switch", "turns a switch off", (_SWITCH,), EntityKind.SWITCH, Wish.TURN_OFF),
    _action(
        "set_cover",
        "Set cover",
        "opens, closes or stops a blind, shutter or garage door, or moves it to a position",
        (
            Field("cover", "Cover", (EntityKind.COVER,)),
            Field("position", "Position", help="open, closed, stop, or 0 (closed) to 100 (open)."),
        ),
        EntityKind.COVER,
        Wish.SET_POSITION,
    ),
    _action(
        "lock_door",
        "Lock door",
        "locks a door",
        (Field("lock", "Lock", (EntityKind.LOCK,)),),
        EntityKind.LOCK,
        Wish.LOCK,
    ),
    _action(
        "unlock_door",
        "Unlock door",
        "unlocks a door, where the configuration of your home allows that",
        (Field("lock", "Lock", Source.UNLOCKABLE),),
        EntityKind.LOCK,
        Wish.UNLOCK,
    ),
    Action(
        "publish_message",
        "Publish message",
        "This action publishes a message to a topic that the configuration of your home allows.",
        (
            Field("topic", "Topic", help="One that your home allows, such as home/announce/kitchen."),
            Field("message", "Message", help="Any text.", most_characters=4096),
        ),
        None,
        None,
        Wish.PUBLISH,
    ),
)

_ALL_QUERIES: Final = (
    Query(
        "device_state",
        "State of a device",
        "This query returns what a device does now, with a row for each of its abilities.",
        (Field("device", "Device", Source.DEVICES),),
        (
            *_DEVICE[:2],
            Ingredient("entity", "Entity", "front-door"),
            _STATE,
            Ingredient("since", "Since", "2026-01-31T17:04:05Z", IngredientType.DATE_WITH_TIME),
            _ONLINE,
        ),
    ),
    Query(
        "list_devices",
        "List of devices",
        "This query returns the devices of your home, with a row for each ability of the kind you choose.",
        (Field("kind", "Kind", Source.KINDS, any_label="Any kind"),),
        (*_DEVICE[:2], _KIND, _ROOM, _STATE, _ONLINE),
    ),
    Query(
        "event_history",
        "History of events",
        "This query returns what happened at home, newest first.",
        (Field("device", "Device", Source.DEVICES, any_label="Any device"),),
        (CREATED_AT, *_DEVICE[:2], _KIND, Ingredient("detail", "Detail", "opened")),
    ),
)

TRIGGERS: Final[Mapping[str, Trigger]] = {trigger.slug: trigger for trigger in _ALL_TRIGGERS}
ACTIONS: Final[Mapping[str, Action]] = {action.slug: action for action in _ALL_ACTIONS}
QUERIES: Final[Mapping[str, Query]] = {query.slug: query for query in _ALL_QUERIES}


def timeline_of(home: str, trigger: str, fields: Mapping[str, str]) -> TimelineKey | None:
    """Return the timeline of a kept identity; None when its trigger or one of its fields is no longer declared."""
    declared = TRIGGERS.get(trigger)
    if declared is None or any(field.slug not in fields for field in declared.fields):
        return None
    return declared.timeline(home, fields)
