"""What dialects read out of JSON objects. Knows nothing of what the values mean."""

from typing import Final

from bridge.devices.payloads import MAX_DEPTH, MAX_PAYLOAD_BYTES, parse_text, parse_value
from bridge.errors import UnreadableMessage

__all__ = ["MAX_DEPTH", "MAX_PAYLOAD_BYTES", "is_unknown", "parse_object", "parse_text", "spellings", "value_at"]

_UNKNOWN_WORDS: Final = frozenset({"", "unknown", "unavailable", "None", "null", "nan", "NaN"})


def parse_object(payload: bytes) -> dict[str, object]:
    """Parse a JSON object. Refuses scalars, lists, NaN, infinities, and nesting deeper than 16."""
    parsed = parse_value(payload)
    if not isinstance(parsed, dict):
        raise UnreadableMessage("JSON, but not an object")
    return parsed


def value_at(parsed: dict[str, object], path: tuple[str, ...]) -> object:
    """Return what stands at a path of keys, None where a key is missing."""
    value: object = parsed
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def spellings(value: object) -> tuple[str, ...]:
    """Return how a scalar may be written in a configuration; nothing for null, lists, objects and unknown words.

    A JSON true is `true` to a person and `True` to a template, so both count; so do `1` and `1.0` for a whole float.
    """
    match value:
        case bool():
            return ("true", "True") if value else ("false", "False")
        case int():
            return (str(value),)
        case float():
            return (str(value), str(int(value))) if value.is_integer() else (str(value),)
        case str():
            return () if is_unknown(value) else (value,)
        case _:
            return ()


def is_unknown(text: str) -> bool:
    """Tell whether a text stands for "no value" (rule P5): never an edge."""
    return text in _UNKNOWN_WORDS
