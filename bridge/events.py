"""What can happen in a home. Plain words: knows neither where they come from nor who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CONTACT_OPENED: Final = "contact.opened"
CONTACT_CLOSED: Final = "contact.closed"
LIGHT_TURNED_ON: Final = "light.turned_on"
LIGHT_TURNED_OFF: Final = "light.turned_off"
SWITCH_TURNED_ON: Final = "switch.turned_on"
SWITCH_TURNED_OFF: Final = "switch.turned_off"
BUTTON: Final = "button"
"""The family of presses: the kind of one press is `button.` and its word."""


def press_kind(word: str) -> str:
    """Return the kind of a press, such as `button.double`."""
    return f"{BUTTON}.{word}"


class NotOffered(StrEnum):
    """Why an event stays in the timeline without ever being shown to a trigger."""

    LATE = "late"
    CHANGED_WHILE_AWAY = "changed while away"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one entity.

    `kind` carries its variant (`button.double`). `ingredients` is the snapshot of names and values at that moment.
    `reason` says why it is not offered to triggers; None means that it is. Decided once, never again.
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
