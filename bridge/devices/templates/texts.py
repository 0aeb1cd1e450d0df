"""Filters and methods that work with texts, as Jinja and Python have them, each of them paid for."""

from typing import Final

from bridge.devices.templates.values import LONGEST_TEXT, NOT_A_TEXT, TOO_LONG, UNDEFINED, Run, a_text, whole
from bridge.errors import UnreadableMessage

LEEWAY: Final = 5
"""Jinja's: so many characters too many are not worth cutting."""


def to_text(run: Run, value: object) -> str:
    """Write a value as a text."""
    return run.text(value)


def lower(run: Run, value: object) -> str:
    """Write in small letters."""
    text = _paid(run, value)
    return _fitting(text.lower())


def upper(run: Run, value: object) -> str:
    """Write in capitals."""
    text = _paid(run, value)
    return _fitting(text.upper())


def capitalized(run: Run, value: object) -> str:
    """Write with one capital at the start."""
    text = _paid(run, value)
    return _fitting(text.capitalize())


def trimmed(run: Run, value: object, chars: object = None) -> str:
    """Take white space, or other characters, from both ends."""
    text = _paid(run, value)
    unwanted = None if chars is None else a_text(chars)
    run.search(text, unwanted or "")
    return text.strip(unwanted)


def replaced(run: Run, value: object, old: object, new: object, count: object = None) -> str:
    """Put one text in the place of another, everywhere or so many times."""
    text, gone, instead = _paid(run, value), run.text(old), run.text(new)
    most = -1 if count is None else whole(count, least=0, most=LONGEST_TEXT)
    run.search(text, gone)
    found = text.count(gone)
    times = found if most < 0 else min(found, most)
    run.made(len(text) + times * max(0, len(instead) - len(gone)))
    return text.replace(gone, instead, most)


def truncated(
    run: Run, value: object, length: object = 255, killwords: object = None, end: object = "...", leeway: object = None
) -> str:
    """Cut a text, between words or not, and say so at its end."""
    text, mark = _paid(run, value), a_text(end)
    longest = whole(length, least=0, most=LONGEST_TEXT)
    spared = LEEWAY if leeway is None else whole(leeway, least=0, most=LONGEST_TEXT)
    if len(text) <= longest + spared:
        return text
    cut = text[: max(0, longest - len(mark))]
    if not killwords:
        cut = cut.rsplit(" ", 1)[0]
    return cut + mark


def joined(run: Run, value: object, d: object = "") -> str:
    """Put the items of a list together, with something between them."""
    if not isinstance(value, list):
        raise UnreadableMessage(NOT_A_TEXT)
    between = run.text(d)
    run.weigh(value)
    items = [run.text(item) for item in value]
    run.made(sum(map(len, items)) + len(between) * len(items))
    return between.join(items)


def split(run: Run, value: object, sep: object = None, maxsplit: object = -1) -> list[str]:
    """Cut a text at each separator, or at white space."""
    text = _paid(run, value)
    mark = None if sep is None else a_text(sep)
    if mark == "":
        raise UnreadableMessage(NOT_A_TEXT)
    run.search(text, mark or " ")
    return text.split(mark, whole(maxsplit, least=-1, most=LONGEST_TEXT))


def starts_with(run: Run, value: object, prefix: object) -> bool:
    """Tell whether a text begins so."""
    return _paid(run, value).startswith(a_text(prefix))


def ends_with(run: Run, value: object, suffix: object) -> bool:
    """Tell whether a text ends so."""
    return _paid(run, value).endswith(a_text(suffix))


def looked_up(run: Run, value: object, key: object, default: object = None) -> object:
    """Return what a dict has for a key, or something else."""
    if not isinstance(value, dict) or not isinstance(key, str | int | float | None):
        raise UnreadableMessage(NOT_A_TEXT)
    run.spend(1)
    return value.get(key, default)


def length(_run: Run, value: object) -> int:
    """Count the characters of a text, or the items of a list."""
    if value is UNDEFINED:
        return 0
    if not isinstance(value, str | list | dict):
        raise UnreadableMessage(NOT_A_TEXT)
    return len(value)


def _paid(run: Run, value: object) -> str:
    text = run.text(value)
    run.spend(len(text))
    return text


def _fitting(text: str) -> str:
    """Return a text that grew, perhaps: some letters are two when they are large."""
    if len(text) > LONGEST_TEXT:
        raise UnreadableMessage(TOO_LONG)
    return text
