"""What stands in a message where somebody wrote a word or a number: plainly, or inside a JSON object.

Knows nothing of what the words mean.
"""

import re
from decimal import Decimal
from typing import Final

from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text, spellings, value_at
from bridge.errors import UnreadableMessage

DECIMALS: Final = 6  # finer is noise of the arithmetic inside a device
_BEYOND: Final = Decimal(10) ** 15  # as with thresholds: no sensor needs more
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_LONGEST: Final = 64


def written_words(payload: bytes, path: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the spellings of what a message says; nothing where it says nothing or that it does not know.

    `path` None: the payload is the word. Raises UnreadableMessage.
    """
    if not payload:
        return ()  # the deletion of a retained message
    if path is not None:
        return spellings(value_at(parse_object(payload), path))
    text = parse_text(payload)
    return () if is_unknown(text) else (text,)


def read_number(text: str) -> Decimal:
    """Return the number that a text is, to six decimals. Raises UnreadableMessage for any other text."""
    stripped = text.strip()
    if len(stripped) > _LONGEST or not _NUMBER.fullmatch(stripped):
        raise UnreadableMessage("not a number")
    number = Decimal(stripped)
    if abs(number) >= _BEYOND:
        raise UnreadableMessage("a number that is too large")
    return round(number, DECIMALS)


def number_word(number: Decimal) -> str:
    """Return a number in its one spelling: no exponent, no zeros that say nothing, no minus before nothing."""
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain
