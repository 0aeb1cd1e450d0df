"""What IFTTT will be able to do once it is connected, in words for the person who decides that. Knows no HTTP."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Wish
from bridge.devices.entity import ALARMS, EntityKind
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.service import ACTIONS

_HEARD: Final = (
    ((EntityKind.CONTACT,), "doors and windows"),
    ((EntityKind.BUTTON,), "buttons"),
    ((EntityKind.LIGHT,), "lights"),
    ((EntityKind.SWITCH,), "switches"),
    ((EntityKind.MOTION,), "motion"),
    (ALARMS, "alarms"),
    ((EntityKind.SENSOR,), "measured values"),
    ((EntityKind.AVAILABILITY,), "devices that go offline or come back"),
    ((EntityKind.BATTERY,), "batteries that run low"),
    ((EntityKind.CUSTOM,), "events of your own"),
)
_DONE: Final = {
    EntityKind.LIGHT: "turn lights on and off, with their brightness and colour",
    EntityKind.SWITCH: "turn switches on and off",
    EntityKind.COVER: "open, close and move blinds, shutters and garage doors",
    EntityKind.LOCK: "lock doors",
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a connection gives. `hears`: of what IFTTT is told; `does`: what it may order; `unlocks`: which locks by
    name; `publishes`: to which topics (filters); `devices`: by name, all that the user sees.
    """  # noqa: D205 -- one sentence

    hears: tuple[str, ...]
    does: tuple[str, ...]
    unlocks: tuple[str, ...]
    publishes: tuple[str, ...]
    devices: tuple[str, ...]


def abilities_of(household: RealHousehold) -> Abilities:
    """Return what a connection to what one user sees gives."""
    orders = [action for action in ACTIONS.values() if action.wish is not Wish.UNLOCK]
    commanded = dict.fromkeys(action.entity_kind for action in orders if action.entity_kind is not None)
    return Abilities(
        hears=tuple(words for kinds, words in _HEARD if household.things(tuple(kinds))),
        does=tuple(_DONE[kind] for kind in commanded if household.things((kind,))),
        unlocks=tuple(choice.label for choice in household.unlockable()),
        publishes=household.publish_topics,
        devices=tuple(choice.label for choice in household.devices()),
    )
