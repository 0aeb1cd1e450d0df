"""Filters and functions that make numbers or work with them, as Home Assistant has them.

Where its own would fall back on 0 in silence these insist on a number, or on the default that the template gives.
"""

import math
from collections.abc import Callable
from typing import Final

from bridge.devices.templates.values import (
    LARGEST_NUMBER,
    NOT_A_NUMBER,
    NOT_A_TEXT,
    UNDEFINED,
    Run,
    Undefined,
    number,
    whole,
)
from bridge.errors import UnreadableMessage

LONGEST_NUMERAL: Final = 64
MOST_DIGITS: Final = 15
HIGHEST_BASE: Final = 36
_TRUE: Final = frozenset({"1", "true", "yes", "on", "enable"})
_FALSE: Final = frozenset({"0", "false", "no", "off", "disable"})


def _parsed(value: object) -> float | None:
    """Return the number that a value is or spells, None if it is none."""
    if isinstance(value, str) and len(value) <= LONGEST_NUMERAL:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return None  # neither is "not a number"
    return float(value)


def to_float(_run: Run, value: object, default: object = UNDEFINED) -> object:
    """Make a number with a fraction."""
    found = _parsed(value)
    return _or_default(default) if found is None else found


def to_int(_run: Run, value: object, default: object = UNDEFINED, base: object = 10) -> object:
    """Make a whole number; a text may be to another base."""
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return int(value)
    if isinstance(value, str) and len(value) <= LONGEST_NUMERAL:
        try:
            found = int(value, whole(base, least=2, most=HIGHEST_BASE))
        except ValueError:
            pass
        else:
            return number(found)
    parsed = _parsed(value)
    return _or_default(default) if parsed is None else int(parsed)


def to_bool(_run: Run, value: object, default: object = UNDEFINED) -> object:
    """Make true or false of the words for them, and of numbers."""
    if isinstance(value, str):
        word = value[: LONGEST_NUMERAL + 1].strip().lower()
        return word in _TRUE if word in _TRUE | _FALSE else _or_default(default)
    if isinstance(value, int | float):
        return number(value) != 0
    return _or_default(default)


def is_number(_run: Run, value: object) -> bool:
    """Tell whether a value is a number or spells one."""
    return _parsed(value) is not None


def rounded(
    _run: Run, value: object, precision: object = 0, method: object = "common", default: object = UNDEFINED
) -> object:
    """Round to so many digits: `common`, `ceil`, `floor`, or to a `half`. Without digits it is a whole number."""
    digits = whole(precision, least=-MOST_DIGITS, most=MOST_DIGITS)
    found = _parsed(value)
    if found is None:
        return _or_default(default)
    factor = 10.0**digits
    match method:
        case "ceil":
            result = math.ceil(found * factor) / factor
        case "floor":
            result = math.floor(found * factor) / factor
        case "half":
            result = round(found * 2) / 2
        case "common":
            result = round(found, digits)
        case _:
            raise UnreadableMessage(NOT_A_TEXT)
    return number(int(result) if digits == 0 else result)


def absolute(_run: Run, value: object) -> object:
    """Return a number without its sign."""
    return abs(number(value))


def multiplied(_run: Run, value: object, amount: object, default: object = UNDEFINED) -> object:
    """Multiply with a number."""
    found = _parsed(value)
    return _or_default(default) if found is None else number(found * number(amount))


def increased(_run: Run, value: object, amount: object, default: object = UNDEFINED) -> object:
    """Add a number."""
    found = _parsed(value)
    return _or_default(default) if found is None else number(found + number(amount))


def smallest(run: Run, value: object, *more: object) -> object:
    """Return the smallest of a list, or of what is given."""
    return _extreme(run, min, value, more)


def largest(run: Run, value: object, *more: object) -> object:
    """Return the largest of a list, or of what is given."""
    return _extreme(run, max, value, more)


def _extreme(run: Run, choose: Callable[[list[float]], float], value: object, more: tuple[object, ...]) -> object:
    items = value if isinstance(value, list) and not more else [value, *more]
    run.weigh(items)
    return choose([number(item) for item in items]) if items else UNDEFINED


def _or_default(default: object) -> object:
    if isinstance(default, Undefined):
        raise UnreadableMessage(NOT_A_NUMBER)
    return default
