"""What can happen in a home. Plain words: knows neither where they come from nor who is told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

CONTACT_OPENED: Final = "contact.opened"
CONTACT_CLOSED: Final = "contact.closed"
LIGHT_TURNED_ON: Final = "light.turned_on"
LIGHT_TURNED_OFF: Final = "light.turned_off"
SWITCH_TURNED_ON: Final = "switch.turned_on"
SWITCH_TURNED_OFF: Final = "switch.turned_off"
MOTION_DETECTED: Final = "motion.detected"
MOTION_CLEARED: Final = "motion.cleared"
LOCK_LOCKED: Final = "lock.locked"
LOCK_UNLOCKED: Final = "lock.unlocked"
LOCK_JAMMED: Final = "lock.jammed"
COVER_OPENED: Final = "cover.opened"
COVER_CLOSED: Final = "cover.closed"
BATTERY_LOW: Final = "battery.low"
DEVICE_WENT_OFFLINE: Final = "device.went_offline"
DEVICE_CAME_ONLINE: Final = "device.came_online"

BUTTON: Final = "button"
"""The family of presses: the kind of one press is `button.` and its word."""

ALARM_RAISED: Final = "alarm.raised"
"""The family of alarms: the kind of one is `alarm.raised.` and its sort, such as leak."""

ALARM_CLEARED: Final = "alarm.cleared"
"""The family of alarms that are over, by their sort."""

FAMILIES: Final = (BUTTON, ALARM_RAISED, ALARM_CLEARED)
"""What a trigger may ask for whatever the variant is."""


_VARIED: Final = (*FAMILIES, "contact.left_open", "value.rose_above", "value.dropped_below")
"""Kinds that carry what somebody chose, or what there was to choose."""


def any_of(family: str) -> str:
    """Return what stands for every kind of a family in a question, such as `button.*`."""
    return f"{family}.*"


def family_of(kind: str) -> tuple[str, str]:
    """Return what a kind is a variant of, and the variant: `button.double` is the `double` of `button`."""
    for family in _VARIED:
        if kind.startswith(f"{family}."):
            return family, kind.removeprefix(f"{family}.")
    return kind, ""


def press_kind(word: str) -> str:
    """Return the kind of a press, such as `button.double`."""
    return f"{BUTTON}.{word}"


def alarm_kind(family: str, sort: str) -> str:
    """Return the kind of an alarm that is raised or cleared, such as `alarm.raised.leak`."""
    return f"{family}.{sort}"


def left_open_kind(minutes: str) -> str:
    """Return the kind of a contact that stood open for so many minutes, such as `contact.left_open.10`."""
    return f"contact.left_open.{minutes}"


def rose_above_kind(threshold: str) -> str:
    """Return the kind of a value that crossed a threshold upwards, such as `value.rose_above.25`."""
    return f"value.rose_above.{threshold}"


def dropped_below_kind(threshold: str) -> str:
    """Return the kind of a value that crossed a threshold downwards."""
    return f"value.dropped_below.{threshold}"


def custom_kind(slug: str) -> str:
    """Return the kind of an event that the configuration made up, such as `custom.parcel`."""
    return f"custom.{slug}"


class NotOffered(StrEnum):
    """Why an event stays in the timeline without ever being shown to a trigger."""

    LATE = "late"
    CHANGED_WHILE_AWAY = "changed while away"
    HIDDEN = "hidden"
    TOO_SHORT = "too short"
    TOO_SOON = "too soon"
    WITHIN_HYSTERESIS = "within hysteresis"
    REPLAYED = "replayed"


class Event(msgspec.Struct, frozen=True, gc=False):
    """Something that happened to one entity.

    `kind` carries its variant (`button.double`). `ingredients` is the snapshot of names and values at that moment.
    `reason` says why it is not offered to triggers; None means that it is. Decided once, never again. What happens to
    a device as a whole (its connection, its battery) has the device's id as its `entity`.
    """

    home: str
    device: str
    entity: str
    kind: str
    ingredients: Mapping[str, str]
    before: str | None = None
    after: str | None = None
    device_time_ms: int | None = None
    reason: NotOffered | None = None
