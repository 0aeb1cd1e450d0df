"""What things are and do, in a person's words. Plain computation; knows neither pages nor where rows come from."""

from dataclasses import dataclass
from typing import Final

from bridge.desk.house_rows import HouseDevice, LatestRow, ThingRow

NOT_HEARD: Final = "Not heard yet"

KINDS: Final = {
    "contact": "Door or window",
    "button": "Button",
    "light": "Light",
    "switch": "Switch",
    "motion": "Motion sensor",
    "leak": "Leak alarm",
    "smoke": "Smoke alarm",
    "gas": "Gas alarm",
    "co": "Carbon monoxide alarm",
    "tamper": "Tamper alarm",
    "vibration": "Vibration alarm",
    "lock": "Lock",
    "cover": "Blind, shutter or gate",
    "sensor": "Measured value",
    "battery": "Battery",
    "availability": "Connection",
    "custom": "Event of your own",
}
"""What a person calls each kind."""

_WORDS: Final = {
    "contact": {"open": "Open", "closed": "Closed"},
    "light": {"on": "On", "off": "Off"},
    "switch": {"on": "On", "off": "Off"},
    "motion": {"on": "Motion", "off": "No motion"},
    "leak": {"on": "Leak!", "off": "Dry"},
    "smoke": {"on": "Smoke!", "off": "No smoke"},
    "gas": {"on": "Gas!", "off": "No gas"},
    "co": {"on": "Carbon monoxide!", "off": "No carbon monoxide"},
    "tamper": {"on": "Tampered with!", "off": "Not tampered with"},
    "vibration": {"on": "Vibration", "off": "Still"},
    "availability": {"online": "Online", "offline": "Offline"},
}
LIT: Final = {
    "contact": ("open",),
    "light": ("on",),
    "switch": ("on",),
    "motion": ("on",),
    "lock": ("unlocked", "jammed"),
    "cover": ("open", "opening", "closing"),
    "availability": ("offline",),
    **dict.fromkeys(("leak", "smoke", "gas", "co", "tamper", "vibration"), ("on",)),
}
"""The states of each kind that are worth a second look: those other than at rest."""

_ALARMING: Final = ("leak", "smoke", "gas", "co", "tamper")
_FIRST: Final = ("light", "lock", "cover", "contact", "switch", "button", "motion")
"""Which of several kinds says best what a device is."""

_HAPPENED: Final = {
    "contact.opened": "opened",
    "contact.closed": "closed",
    "light.turned_on": "turned on",
    "light.turned_off": "turned off",
    "switch.turned_on": "turned on",
    "switch.turned_off": "turned off",
    "motion.detected": "motion",
    "motion.cleared": "no more motion",
    "device.went_offline": "went offline",
    "device.came_online": "came back online",
    "battery.low": "battery low",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A state in words. `known` False: there is none yet. `lit`: not at rest; `alarming`: somebody should look now."""

    text: str
    known: bool = True
    lit: bool = False
    alarming: bool = False


def said_of(thing: ThingRow, latest: LatestRow | None = None) -> Said:
    """Return how a thing is. `latest`: what its device did last, which says of a button how it was pressed."""
    if thing.kind in ("button", "custom"):
        return _pressed(thing, latest)
    if thing.state is None:
        return Said(NOT_HEARD, known=False)
    lit = thing.state in LIT.get(thing.kind, ())
    return Said(_text(thing, thing.state), lit=lit, alarming=lit and thing.kind in _ALARMING)


def kind_of(device: HouseDevice) -> str:
    """Return the kind that says best what a device is."""
    kinds = [thing.kind for thing in device.things]
    first = next((kind for kind in _FIRST if kind in kinds), None)
    return first or (kinds[0] if kinds else "sensor")


def happened(kind: str) -> str:
    """Say what happened, such as `opened` or `double press`."""
    family, _, what = kind.partition(".")
    words = what.replace("_", " ").replace(".", " ", 1)
    if kind in _HAPPENED:
        return _HAPPENED[kind]
    match family:
        case "button":
            return f"{words} press" if words not in ("press", "release") else words
        case "alarm":
            word, _, sort = what.partition(".")
            return f"{sort} alarm" if word == "raised" else f"{sort} alarm over"
        case "contact":
            return f"left open for {what.rpartition('.')[2]} min"
        case "custom":
            return "happened"
        case _:
            return words


def number(text: str, unit: str) -> str:
    """Write a number with its unit."""
    return f"{text} {unit}" if unit else text


def _text(thing: ThingRow, state: str) -> str:
    match thing.kind:
        case "sensor":
            return number(state, thing.unit)
        case "light" if state == "on" and thing.brightness is not None:
            return f"On, {thing.brightness} %"
        case "cover" if state == "open" and thing.position is not None:
            return f"Open, {thing.position} %"
        case kind:
            return _WORDS.get(kind, {}).get(state, state.capitalize())


def _pressed(thing: ThingRow, latest: LatestRow | None) -> Said:
    """Return how a button was pressed, if that is what its device did last."""
    if latest is None or latest.thing != thing.id:
        return Said(KINDS[thing.kind], known=False)
    return Said(happened(latest.kind).capitalize())
