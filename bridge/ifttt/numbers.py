"""Numbers that people type into fields, in one spelling each: the spelling becomes part of an event's kind.

Knows nothing of fields and triggers.
"""

import re
from decimal import Decimal
from typing import Final

from bridge.errors import BadInput

MOST_MINUTES: Final = 7 * 24 * 60
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII)


def read_threshold(text: str) -> str:
    """Return a number without sign for plus, spaces, and zeros that say nothing. Raises BadInput.

    At most 15 digits before the point and 6 behind it; a comma is taken for a point.
    """
    written = "".join(text.split()).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(written):
        raise BadInput("The threshold must be a number, such as 25 or -3.5.")
    number = Decimal(written)
    if not number:
        return "0"
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def read_minutes(text: str) -> str:
    """Return a whole number of minutes from 1 to a week. Raises BadInput."""
    try:
        whole = read_threshold(text)
    except BadInput:
        whole = ""
    if not whole.isdecimal() or not 1 <= int(whole) <= MOST_MINUTES:
        raise BadInput(f"The minutes must be a whole number from 1 to {MOST_MINUTES}.")
    return whole
