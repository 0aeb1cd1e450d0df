"""What happened, in words that people use: of a kind with its variant, and of what is known with it.

Plain text. Knows neither pages nor how anything is kept.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bridge.devices.entity import EntityKind
from bridge.events import (
    BATTERY_LOW,
    CONTACT_CLOSED,
    CONTACT_OPENED,
    COVER_CLOSED,
    COVER_OPENED,
    DEVICE_CAME_ONLINE,
    DEVICE_WENT_OFFLINE,
    LIGHT_TURNED_OFF,
    LIGHT_TURNED_ON,
    LOCK_JAMMED,
    LOCK_LOCKED,
    LOCK_UNLOCKED,
    MOTION_CLEARED,
    MOTION_DETECTED,
    SWITCH_TURNED_OFF,
    SWITCH_TURNED_ON,
    NotOffered,
)

FAMILIES: Final = {
    "contact": "Doors and windows",
    "button": "Buttons",
    "light": "Lights",
    "switch": "Switches",
    "motion": "Motion",
    "alarm": "Alarms",
    "lock": "Locks",
    "cover": "Blinds and shutters",
    "value": "Values",
    "battery": "Batteries",
    "device": "Online and offline",
    "custom": "Custom events",
}
"""How kinds begin, and what people call all of them."""

_PLAIN: Final = {
    CONTACT_OPENED: "opened",
    CONTACT_CLOSED: "closed",
    LIGHT_TURNED_ON: "turned on",
    LIGHT_TURNED_OFF: "turned off",
    SWITCH_TURNED_ON: "turned on",
    SWITCH_TURNED_OFF: "turned off",
    MOTION_DETECTED: "detected motion",
    MOTION_CLEARED: "no more motion",
    LOCK_LOCKED: "locked",
    LOCK_UNLOCKED: "unlocked",
    LOCK_JAMMED: "jammed",
    COVER_OPENED: "opened",
    COVER_CLOSED: "closed",
    BATTERY_LOW: "battery low",
    DEVICE_WENT_OFFLINE: "went offline",
    DEVICE_CAME_ONLINE: "came back online",
}
_ALARMS: Final = {EntityKind.CO.value: "carbon monoxide", EntityKind.TAMPER.value: "tampering"}
_VALUES: Final = ("value1", "value2", "value3")


class HeldBack(NamedTuple):
    """Why an event is offered to no Applet: in two or three words, and what there is to know about that."""

    short: str
    meaning: str


_HELD_BACK: Final[Mapping[str, HeldBack]] = {
    NotOffered.LATE: HeldBack("came late", "A press is a wish of the moment: one that is long past starts nothing."),
    NotOffered.CHANGED_WHILE_AWAY: HeldBack(
        "while away", "With changed_while_away = “fire” in the configuration such changes start Applets, too."
    ),
    NotOffered.HIDDEN: HeldBack("hidden", "Once it is shown again, IFTTT is told of what happens from then on."),
    NotOffered.TOO_SHORT: HeldBack("too short", "Only what lasts as long as the debounce of a device counts."),
    NotOffered.TOO_SOON: HeldBack("too soon", "At most one event of a device in its min_interval reaches IFTTT."),
    NotOffered.WITHIN_HYSTERESIS: HeldBack(
        "within hysteresis", "So a number that trembles about a threshold passes it once."
    ),
    NotOffered.REPLAYED: HeldBack("repeated", "What was pressed once starts an Applet once."),
}


def what_happened(kind: str, ingredients: Mapping[str, str]) -> str:
    """Return what a thing did, to stand behind its name."""
    plain = _PLAIN.get(kind)
    if plain is not None:
        return f"{plain}{_detail(kind, ingredients)}"
    family, _, rest = kind.partition(".")
    word, _, variant = rest.replace("_", " ").partition(".")
    match family, word:
        case "button", _:
            said = f"pressed: {rest.replace('_', ' ')}"
        case "contact", "left open":
            said = f"left open for {variant} minute{'' if variant == '1' else 's'}"
        case "value", "rose above" | "dropped below":
            said = _crossing(word, variant, ingredients)
        case "alarm", "raised" | "cleared":
            said = f"alarm{'' if word == 'raised' else ' over'}: {_ALARMS.get(variant, variant)}"
        case "custom", _:
            said = ", ".join(filter(None, map(ingredients.get, _VALUES))) or "happened"
        case _:
            said = f"{word} {variant}".strip()
    return said


def family_of(kind: str) -> str:
    """Return the family of a kind, "custom" for what has none of its own."""
    family = kind.partition(".")[0]
    return family if family in FAMILIES else "custom"


def name_of(ingredients: Mapping[str, str], otherwise: str) -> str:
    """Return what a thing was called when it happened."""
    return ingredients.get("device_name") or ingredients.get("name") or otherwise


def held_back(reason: str | None) -> HeldBack | None:
    """Return why an event is offered to nobody, None if it is offered."""
    return None if reason is None else _HELD_BACK.get(reason, HeldBack(reason, ""))


def _detail(kind: str, ingredients: Mapping[str, str]) -> str:
    match kind:
        case "light.turned_on" if ingredients.get("brightness"):
            return f" at {ingredients['brightness']} %"
        case "battery.low" if ingredients.get("level"):
            return f": {ingredients['level']} %"
    return ""


def _crossing(word: str, threshold: str, ingredients: Mapping[str, str]) -> str:
    unit = f" {ingredients['unit']}" if ingredients.get("unit") else ""
    value = f", now {ingredients['value']}{unit}" if ingredients.get("value") else ""
    return f"{word} {threshold}{unit}{value}"
