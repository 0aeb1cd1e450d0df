"""Strict reading of payloads: UTF-8 and JSON (device conventions, section 1.4). Knows nothing of what they mean."""

from typing import Final

import msgspec

from bridge.errors import UnreadableMessage

MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def parse_text(payload: bytes) -> str:
    """Decode strictly as UTF-8. Raises UnreadableMessage for anything else and for more than a megabyte."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnreadableMessage("larger than 1 MiB")
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise UnreadableMessage("not UTF-8") from None


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


def _shallow(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value)
    return True
