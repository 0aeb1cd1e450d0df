"""Understanding an action: which command do these fields ask for? Knows no HTTP."""

import re
from collections.abc import Mapping
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.entity import EntityKind
from bridge.errors import BadInput
from bridge.ifttt.declaring import Action
from bridge.ifttt.fields import read_fields
from bridge.ifttt.household import Household

COLORS: Final = {
    "red": "#ff0000",
    "orange": "#ffa500",
    "yellow": "#ffff00",
    "lime": "#00ff00",
    "green": "#008000",
    "turquoise": "#40e0d0",
    "cyan": "#00ffff",
    "blue": "#0000ff",
    "navy": "#000080",
    "purple": "#800080",
    "violet": "#ee82ee",
    "magenta": "#ff00ff",
    "pink": "#ffc0cb",
    "gold": "#ffd700",
    "white": "#ffffff",
    "warm white": "#ffd6aa",
    "cool white": "#f4faff",
}
_HEX: Final = re.compile(r"#?([0-9a-f]{6})|#([0-9a-f]{3})")  # three without # may be a word: bad
_FULL: Final = 100
_COVER_WORDS: Final = {
    "open": Wish.OPEN,
    "up": Wish.OPEN,
    "close": Wish.CLOSE,
    "closed": Wish.CLOSE,
    "down": Wish.CLOSE,
    "stop": Wish.STOP,
}


def read_command(action: Action, given: object, household: Household, *, home: str) -> Command:
    """Return the command that an action asks for.

    Raises BadInput: plain where a required field is missing, with `skip` where this very event can never succeed.
    """
    fields = read_fields(action.fields, given, of_event=True)
    if action.entity_field is None:
        return Command(home, "", action.wish, publication=_publication(fields, household))
    declared, entity = action.fields[0], fields[action.entity_field]
    if not declared.is_choice(entity, household):
        raise BadInput(f"There is no such {action.entity_kind} any more.", skip=True)
    return command_for(action, entity, fields, home=home)


def command_for(action: Action, entity: str, fields: Mapping[str, str], *, home: str) -> Command:
    """Return the command that an action is for an entity. Raises BadInput for fields that make no sense."""
    match action.wish:
        case Wish.TURN_ON if action.entity_kind is EntityKind.LIGHT:
            return Command(home, entity, action.wish, _brightness(fields["brightness"]), _color(fields["color"]))
        case Wish.SET_POSITION:
            return _cover(home, entity, fields["position"])
        case wish:
            return Command(home, entity, wish)


def _publication(fields: dict[str, str], household: Household) -> Publication:
    """Check the topic: what is published may start things in the home, so only what the home allows passes."""
    topic = fields["topic"]
    if not household.may_publish_to(topic):
        raise BadInput("Your home does not allow messages to this topic.", skip=True)
    return Publication(topic, fields["message"].encode())


def _cover(home: str, entity: str, text: str) -> Command:
    """Read where a cover is to go: a word, or percent, 0 being closed."""
    word = _COVER_WORDS.get(" ".join(text.casefold().split()))
    if word is not None:
        return Command(home, entity, word)
    try:
        position = float(text.removesuffix("%").strip())
    except ValueError:
        position = -1.0
    if not 0 <= position <= _FULL:
        raise BadInput("Position must be open, closed, stop, or a number from 0 to 100.", skip=True)
    return Command(home, entity, Wish.SET_POSITION, position=round(position))


def _brightness(text: str) -> int | None:
    """Read percent. Numbers come as text, perhaps with a sign for percent."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("%").strip())
        percent = round(value)
    except (ValueError, OverflowError):
        raise BadInput("Brightness must be a number from 0 to 100.", skip=True) from None
    if not 0 <= value <= _FULL:
        raise BadInput("Brightness must be a number from 0 to 100.", skip=True)
    return max(1, percent) if value > 0 else 0


def _color(text: str) -> str | None:
    """Read a colour by name or in hexadecimal, as `#rrggbb`."""
    if not text:
        return None
    name = " ".join(text.casefold().replace("_", " ").split())
    if name in COLORS:
        return COLORS[name]
    match = _HEX.fullmatch(name)
    if match is None:
        raise BadInput("Colour must be a name such as red, or #rrggbb.", skip=True)
    return f"#{match[1]}" if match[1] else "#" + "".join(digit * 2 for digit in match[2])
