"""Strict reading of payloads: UTF-8 and JSON (device conventions, section 1.4). Knows nothing of what they mean.

Many entities may hear the same message: it is parsed once for all of them, and what comes of it nobody can change.
"""

from functools import lru_cache
from typing import Final, Never

import msgspec

from bridge.errors import UnreadableMessage

MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_REMEMBERED_BYTES: Final = 16 * 1024
"""Larger ones are descriptions, which few read; keeping them parsed would cost more than reading them again."""


def parse_text(payload: bytes) -> str:
    """Decode strictly as UTF-8. Raises UnreadableMessage for anything else and for more than a megabyte."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnreadableMessage("larger than 1 MiB")
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise UnreadableMessage("not UTF-8") from None


def parse_value(payload: bytes) -> object:
    """Parse any JSON value; its objects and lists refuse to be changed. Refuses NaN, infinities, and nesting deeper
    than 16.
    """  # noqa: D205 -- one paragraph
    parsed = _remembered(payload) if len(payload) <= _REMEMBERED_BYTES else _outcome(payload)
    if isinstance(parsed, _Unreadable):
        raise UnreadableMessage(parsed.reason)
    return parsed


class _Unreadable(msgspec.Struct, frozen=True):
    """Why a payload is no JSON: remembered as what is."""

    reason: str


def _outcome(payload: bytes) -> object:
    if len(payload) > MAX_PAYLOAD_BYTES:
        return _Unreadable("larger than 1 MiB")
    try:
        return _frozen(msgspec.json.decode(payload.removeprefix(_BYTE_ORDER_MARK)), MAX_DEPTH)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Unreadable("not JSON")
    except _TooDeep:
        return _Unreadable("JSON nested too deeply")


_remembered = lru_cache(maxsize=2)(_outcome)  # the message that is being read, and perhaps one inside it


class _TooDeep(Exception):
    """JSON inside JSON inside JSON."""


def _frozen(value: object, depth: int) -> object:
    """Return a parsed value with objects and lists that refuse to be changed."""
    if isinstance(value, dict):
        if not depth:
            raise _TooDeep
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                value[key] = _frozen(inner, depth - 1)
        return _Object(value)
    if isinstance(value, list):
        if not depth:
            raise _TooDeep
        return _List(_frozen(inner, depth - 1) for inner in value)
    return value


def _refuse(self: object, *_: object, **__: object) -> Never:
    raise TypeError(f"{type(self).__name__}: others read the same message; make a copy")


class _Object(dict[str, object]):
    """A JSON object that several read."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


class _List(list[object]):
    """A JSON list that several read."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = clear = extend = insert = pop = remove = _refuse
    reverse = sort = _refuse
