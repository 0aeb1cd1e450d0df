"""Understanding an action: which command do these fields ask for? Knows no HTTP."""

import re
from typing import Final

from bridge.commands import Command, Wish
from bridge.errors import BadInput
from bridge.ifttt.fields import read_fields
from bridge.ifttt.household import Household
from bridge.ifttt.service import Action

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


def read_command(action: Action, given: object, household: Household, *, home: str) -> Command:
    """Return the command that an action asks for.

    Raises BadInput: plain where a required field is missing, with `skip` where this very event can never succeed.
    """
    fields = read_fields(action.fields, given)
    entity = fields[action.entity_field]
    if all(choice.value != entity for choice in household.things(action.entity_kind)):
        raise BadInput(f"There is no such {action.entity_kind} any more.", skip=True)
    if action.wish is not Wish.TURN_ON:
        return Command(home, entity, action.wish)
    return Command(home, entity, action.wish, _brightness(fields["brightness"]), _color(fields["color"]))


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
