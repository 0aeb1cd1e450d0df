"""What a Homie property is to a person. The convention has no word for it, so this is guessed from what it is called.

A guess is never certain, but for numbers: a number is a number.
"""

from typing import Final

from bridge.commands import Wish
from bridge.devices.covers import CLOSED, CLOSING, OPEN, OPENING, STOPPED
from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.descriptions import entity_id
from bridge.devices.dialects.homie.model import Node, Property, words_of
from bridge.devices.dialects.homie.values import HomieCover, HomieNumber, HomiePress, HomieWord
from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.devices.entity import ALARMS, EntityKind

NUMBERS: Final = frozenset({"integer", "float"})
_SENSES: Final = (
    (EntityKind.LOCK, frozenset({"lock", "locked", "unlocked", "deadbolt"})),
    (
        EntityKind.CONTACT,
        frozenset({"contact", "door", "window", "open", "opened", "closed", "garage", "gate", "reed"}),
    ),
    (EntityKind.MOTION, frozenset({"motion", "occupancy", "occupied", "presence", "pir", "movement"})),
    (EntityKind.LEAK, frozenset({"leak", "water", "flood", "moisture", "wet"})),
    (EntityKind.SMOKE, frozenset({"smoke", "fire"})),
    (EntityKind.CO, frozenset({"co", "monoxide"})),
    (EntityKind.GAS, frozenset({"gas"})),
    (EntityKind.TAMPER, frozenset({"tamper", "tampered", "sabotage"})),
    (EntityKind.VIBRATION, frozenset({"vibration", "shock"})),
)
_ALARMS: Final = frozenset({EntityKind.MOTION, *ALARMS})
_PRESSED: Final = frozenset({"button", "action", "pressed", "pushed", "press", "click", "doorbell", "remote"})
_PRESSES: Final = frozenset({*STANDARD_PRESSES, "click", "hold", "short", "pressed"}) - {"press", "release"}
_INVERTED: Final = frozenset({"closed", "shut", "unlocked"})
_COVER_STATES: Final = {
    "open": OPEN,
    "opened": OPEN,
    "closed": CLOSED,
    "opening": OPENING,
    "closing": CLOSING,
    "stopped": STOPPED,
}
_COVER_ORDERS: Final = {
    "open": Wish.OPEN,
    "up": Wish.OPEN,
    "close": Wish.CLOSE,
    "closed": Wish.CLOSE,
    "down": Wish.CLOSE,
    "stop": Wish.STOP,
}
_LOCK_ORDERS: Final = {"lock": Wish.LOCK, "locked": Wish.LOCK, "unlock": Wish.UNLOCK, "unlocked": Wish.UNLOCK}
_LOCK_STATES: Final = {
    "locked": "locked",
    "unlocked": "unlocked",
    "jammed": "jammed",
    "lock": "locked",
    "unlock": "unlocked",
}
_ON_OFF: Final = {"on": "on", "off": "off"}
_SWITCHED: Final = {"on": Wish.TURN_ON, "off": Wish.TURN_OFF}


def entity_of(node: Node, found: Property) -> DescribedEntity | Unserved:
    """Describe a property that stands alone."""
    if found.datatype in NUMBERS and found.retained:
        return _number(node, found)
    if not found.retained:
        return _moment(node, found)
    if found.datatype == "boolean":
        return _boolean(node, found)
    if found.datatype == "enum":
        return _choice(node, found)
    return Unserved(label(node, found), f"not supported: a property of the type {found.datatype or '(none)'}")


def is_cover_word(found: Property) -> bool:
    """Tell whether a choice of words is that of a cover: what it does, or what it is told."""
    values = {value.lower() for value in found.values}
    return found.datatype == "enum" and "open" in values and bool(values & {"close", "closed"})


def cover_states(found: Property) -> HomieWord:
    """Return how a cover says what it does."""
    return HomieWord(found.topic, {value: _COVER_STATES.get(value.lower(), "") for value in found.values})


def cover_orders(found: Property) -> HomieWord:
    """Return how a cover is told what to do."""
    orders = {_COVER_ORDERS[value.lower()]: value for value in found.values if value.lower() in _COVER_ORDERS}
    return HomieWord(found.topic, dict.fromkeys(found.values, ""), orders)


def switched(found: Property) -> HomieWord | None:
    """Return how a property is switched on and off; None for one that is not."""
    if found.datatype == "boolean":
        words = {"true": "on", "false": "off"}
    else:
        words = {value: value.lower() for value in found.values}
        if found.datatype != "enum" or set(words.values()) != {"on", "off"}:
            return None
    orders = {_SWITCHED[meaning]: word for word, meaning in words.items()} if found.settable else {}
    return HomieWord(found.topic, words, orders)


def label(node: Node, found: Property) -> str:
    """Return what a person calls a property."""
    return " ".join(part for part in (node.name or node.id, found.name or found.id) if part)


def identity(node: Node, found: Property) -> str:
    """Return the id of a property's entity."""
    return entity_id(node.id, found.id)


def _number(node: Node, found: Property) -> DescribedEntity:
    is_level = "battery" in found.words | node.words and found.unit in ("", "%") and "voltage" not in found.words
    if is_level:
        level = HomieNumber(found.topic, (0, 100))
        return DescribedEntity("battery", EntityKind.BATTERY, level, label(node, found), "%")
    sensor = HomieNumber(found.topic)
    return DescribedEntity(identity(node, found), EntityKind.SENSOR, sensor, label(node, found), found.unit)


def _moment(node: Node, found: Property) -> DescribedEntity | Unserved:
    """Describe what is said once and not kept: a press, unless it is an order."""
    if found.settable:
        return Unserved(label(node, found), "not supported: it takes orders and has no state")
    if found.datatype not in ("enum", "string", "boolean", "integer"):
        return Unserved(label(node, found), f"not supported: a moment of the type {found.datatype or '(none)'}")
    return _press(node, found)


def _press(node: Node, found: Property) -> DescribedEntity:
    press = HomiePress(found.topic, boolean=found.datatype == "boolean")
    return DescribedEntity(identity(node, found), EntityKind.BUTTON, press, label(node, found), certain=False)


def _boolean(node: Node, found: Property) -> DescribedEntity | Unserved:
    if "battery" in found.words | node.words:
        return Unserved(label(node, found), "not supported: it says that the battery is low, not how full it is")
    sense = _sense(node, found)
    if found.settable:
        if sense is EntityKind.LOCK:
            words = _two(found, "locked", "unlocked")
            orders = {_LOCK_ORDERS[meaning]: word for word, meaning in words.items()}
            return _guess(node, found, sense, HomieWord(found.topic, words, orders))
        return _guess(node, found, EntityKind.SWITCH, switched(found) or HomieWord(found.topic, {}))
    if found.words & _PRESSED:
        return _press(node, found)
    return _sensed(node, found, sense)


def _sensed(node: Node, found: Property, sense: EntityKind | None) -> DescribedEntity:
    """Describe what only says true or false. What nothing is known of is minor: a person may make a contact of it."""
    match sense:
        case EntityKind.LOCK:
            return _guess(node, found, sense, HomieWord(found.topic, _two(found, "locked", "unlocked")))
        case kind if kind in _ALARMS:
            return _guess(node, found, kind, HomieWord(found.topic, _two(found, "on", "off")))
        case _:
            word = HomieWord(found.topic, _two(found, "open", "closed"))
            return _guess(node, found, EntityKind.CONTACT, word, minor=sense is None)


def _choice(node: Node, found: Property) -> DescribedEntity | Unserved:
    values = {value.lower() for value in found.values}
    if {"locked", "unlocked"} <= values or {"lock", "unlock"} <= values:
        words = {value: _LOCK_STATES.get(value.lower(), "") for value in found.values}
        orders = {_LOCK_ORDERS[value.lower()]: value for value in found.values if value.lower() in _LOCK_ORDERS}
        return _guess(node, found, EntityKind.LOCK, HomieWord(found.topic, words, orders if found.settable else {}))
    if is_cover_word(found):
        return _opening(node, found, values)
    on_off = switched(found)
    if on_off is not None:
        return _on_off(node, found, on_off)
    if not found.settable and (found.words & _PRESSED or values & _PRESSES):
        return _press(node, found)
    return Unserved(label(node, found), "not supported: a choice of words")


def _on_off(node: Node, found: Property, word: HomieWord) -> DescribedEntity:
    """Describe a choice of on and off: a switch if it can be told to; else an alarm, or a contact that is a guess."""
    if found.settable:
        return _guess(node, found, EntityKind.SWITCH, word)
    kind = _sense(node, found)
    if kind in _ALARMS:
        return _guess(node, found, kind, word)
    meanings = {written: "open" if meaning == "on" else "closed" for written, meaning in word.meanings.items()}
    return _guess(node, found, EntityKind.CONTACT, HomieWord(found.topic, meanings), minor=True)


def _opening(node: Node, found: Property, values: set[str]) -> DescribedEntity:
    """Describe what opens and closes: a cover if it can be told to, or is on its way in between; else a contact."""
    if not found.settable and not values & {"opening", "closing", "stopped"}:
        words = {value: _COVER_STATES.get(value.lower(), "") for value in found.values}
        return _guess(node, found, EntityKind.CONTACT, HomieWord(found.topic, words))
    cover = HomieCover(cover_states(found), orders=cover_orders(found) if found.settable else None)
    return DescribedEntity(identity(node, found), EntityKind.COVER, cover, label(node, found), certain=False)


def _guess(
    node: Node, found: Property, kind: EntityKind, dialect: HomieWord, *, minor: bool = False
) -> DescribedEntity:
    return DescribedEntity(identity(node, found), kind, dialect, label(node, found), minor=minor, certain=False)


def _sense(node: Node, found: Property) -> EntityKind | None:
    """Return what it is called after: the property first, then the node."""
    for words in (found.words | words_of(found.format), node.words):
        for kind, names in _SENSES:
            if words & names:
                return kind
    return None


def _two(found: Property, positive: str, negative: str) -> dict[str, str]:
    """Return what true and false mean. A format names both, false first; a name may be the wrong way round."""
    labels = [words_of(value) for value in found.values]
    if len(labels) == 2:  # noqa: PLR2004 -- false and true
        turned = bool(labels[1] & _INVERTED) or bool(labels[0] & {"open", "locked"})
    else:
        turned = bool(found.words & _INVERTED)
    return {"true": negative, "false": positive} if turned else {"true": positive, "false": negative}
