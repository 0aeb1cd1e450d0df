"""The words that a template may use: its filters, functions, methods and tests. What is not here is refused."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from bridge.devices.payloads import parse_value
from bridge.devices.templates import numbers, texts
from bridge.devices.templates.operators import part
from bridge.devices.templates.values import ITEM_COSTS, NOT_A_TEXT, UNDEFINED, Run, Undefined, json_items
from bridge.errors import UnreadableMessage

NO_VALUE: Final = "a template found no value"

Word = Callable[..., object]
"""Takes the Run, the value that it is about, and what the template gives it."""


def defaulted(_run: Run, value: object, default_value: object = "", boolean: object = None) -> object:
    """Return something else for what is not there; with `boolean` for all that is empty, too."""
    missing = isinstance(value, Undefined) or (bool(boolean) and not value)
    return default_value if missing else value


def insisted(_run: Run, value: object) -> object:
    """Go on with a value that is there only."""
    if isinstance(value, Undefined):
        raise UnreadableMessage(NO_VALUE)
    return value


def first(run: Run, value: object) -> object:
    """Return the first item."""
    return _item(run, value, 0)


def last(run: Run, value: object) -> object:
    """Return the last item."""
    return _item(run, value, -1)


def _item(run: Run, value: object, index: int) -> object:
    if isinstance(value, Undefined):
        return value
    if isinstance(value, dict):  # of a dict, as of any that one may go through, these are the keys
        run.weigh(value)
        return part(run, list(value), index)
    if not isinstance(value, str | list):
        raise UnreadableMessage(NOT_A_TEXT)
    return part(run, value, index)


def from_json(run: Run, value: object, default: object = UNDEFINED) -> object:
    """Read a text as JSON."""
    if not isinstance(value, str):
        raise UnreadableMessage(NOT_A_TEXT)
    text = value.encode()
    run.spend(len(text) + ITEM_COSTS * json_items(text))
    try:
        return parse_value(text)
    except UnreadableMessage:
        if isinstance(default, Undefined):
            raise
        return default


def to_json(run: Run, value: object) -> str:
    """Write a value as JSON."""
    run.weigh(value)
    try:
        written = msgspec.json.encode(value).decode()
    except (TypeError, OverflowError):
        raise UnreadableMessage(NO_VALUE) from None
    run.made(len(written))
    return written


FILTERS: Final[Mapping[str, Word]] = {
    "abs": numbers.absolute,
    "add": numbers.increased,
    "bool": numbers.to_bool,
    "capitalize": texts.capitalized,
    "count": texts.length,
    "d": defaulted,
    "default": defaulted,
    "first": first,
    "float": numbers.to_float,
    "from_json": from_json,
    "int": numbers.to_int,
    "is_defined": insisted,
    "is_number": numbers.is_number,
    "join": texts.joined,
    "last": last,
    "length": texts.length,
    "lower": texts.lower,
    "max": numbers.largest,
    "min": numbers.smallest,
    "multiply": numbers.multiplied,
    "replace": texts.replaced,
    "round": numbers.rounded,
    "string": texts.to_text,
    "to_json": to_json,
    "tojson": to_json,
    "trim": texts.trimmed,
    "truncate": texts.truncated,
    "upper": texts.upper,
}

FUNCTIONS: Final[Mapping[str, Word]] = {
    "bool": numbers.to_bool,
    "float": numbers.to_float,
    "int": numbers.to_int,
    "is_number": numbers.is_number,
    "max": numbers.largest,
    "min": numbers.smallest,
    "round": numbers.rounded,
}

METHODS: Final[Mapping[str, Word]] = {
    "endswith": texts.ends_with,
    "get": texts.looked_up,
    "lower": texts.lower,
    "replace": texts.replaced,
    "split": texts.split,
    "startswith": texts.starts_with,
    "strip": texts.trimmed,
    "upper": texts.upper,
}
"""What may be called behind a dot."""

TESTS: Final[Mapping[str, Callable[[object], bool]]] = {
    "boolean": lambda value: isinstance(value, bool),
    "defined": lambda value: not isinstance(value, Undefined),
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "mapping": lambda value: isinstance(value, dict),
    "none": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float),
    "sequence": lambda value: isinstance(value, str | list | dict),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "undefined": lambda value: isinstance(value, Undefined),
}
"""What may stand behind `is`."""
