"""Numbers in JSON objects, as devices write them: plainly, as text, or not at all. Knows neither units nor keys."""

from typing import Final, TypeAlias

from bridge.devices.dialects.json_values import spellings
from bridge.devices.dialects.written import DECIMALS, number_word, read_number
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

Path: TypeAlias = tuple[str | int, ...]
_FULL: Final = 100
_SHORT: Final = 10**12


def at_path(value: object, path: Path) -> object:
    """Return what stands at a path of keys and places in lists, None where there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            return None
    return value


def number_reading(value: object, limits: tuple[int, int] | None = None) -> StateReading | None:
    """Return the number in its one spelling; None where there is none, or one beyond the limits ("not known")."""
    if isinstance(value, bool):
        raise UnreadableMessage("not a number")
    if limits is not None and isinstance(value, int | float) and not limits[0] <= value <= limits[1]:
        return None
    word = _short_word(value) if isinstance(value, int | float) else None
    if word is not None:
        return StateReading(word)
    written = spellings(value)
    if not written:
        return None
    number = read_number(written[0])
    if limits is not None and not limits[0] <= number <= limits[1]:
        return None
    return StateReading(number_word(number))


def _short_word(value: float) -> str | None:
    """Return the one spelling of a number that needs no arithmetic: most of what devices measure has few decimals."""
    if not abs(value) < _SHORT:
        return None
    text = str(value)
    whole, _, decimals = text.partition(".")
    if "e" in text or len(decimals) > DECIMALS:
        return None
    return text if decimals.strip("0") else ("0" if whole == "-0" else whole)


def float_in(value: object) -> float | None:
    """Return a number that may be computed with; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None  # noqa: PLR2004 -- beyond, it is no measurement


def percent_in(value: object) -> int | None:
    """Return a brightness in percent. Zero, null and nonsense say nothing: a light that is off often reports them."""
    number = float_in(value)
    return max(1, round(number)) if number is not None and 0 < number <= _FULL else None
