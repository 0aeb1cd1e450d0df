"""Strict reading of JSON payloads (device conventions, section 1.4). Knows nothing of what the values mean."""

from typing import Final

import msgspec

from bridge.errors import UnreadableMessage

MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UNKNOWN_WORDS: Final = frozenset({"", "unknown", "unavailable", "None", "null", "nan", "NaN"})


def parse_text(payload: bytes) -> str:
    """Decode strictly as UTF-8. Raises UnreadableMessage for anything else and for more than a megabyte."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnreadableMessage("larger than 1 MiB")
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise UnreadableMessage("not UTF-8") from None


def parse_object(payload: bytes) -> dict[str, object]:
    """Parse a JSON object. Refuses scalars, lists, NaN, infinities, and nesting deeper than 16."""
    parsed = parse_value(payload)
    if not isinstance(parsed, dict):
        raise UnreadableMessage("JSON, but not an object")
    return parsed


def parse_value(payload: bytes) -> object:
    """Parse any JSON value. Refuses NaN, infinities, and nesting deeper than 16."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnreadableMessage("larger than 1 MiB")
    try:
        parsed: object = msgspec.json.decode(payload.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableMessage("not JSON") from None
    if not _shallow(parsed, MAX_DEPTH):
        raise UnreadableMessage("JSON nested too deeply")
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


def _shallow(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value)
    return True
