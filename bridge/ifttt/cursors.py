"""Where the next page of a query begins, as a text that means nothing to anybody else.

It is signed, and only good for the user, the query and the fields it was made for, for a day: nobody can make one up,
use another's, or go on where nothing is any more.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bridge.errors import BadInput

KEY_BYTES: Final = 32
LIFE_MS: Final = 24 * 3600 * 1000
MAX_CHARACTERS: Final = 4096
_SIGNATURE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose question a cursor belongs to: the user, the query, and its fields."""

    user: str
    query: str
    fields: Mapping[str, str]


class _Content(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What a cursor holds: behind which row the next page begins, and until when that may be asked (epoch)."""

    position: str
    until_ms: int


class Cursors:
    """Makes and reads cursors with a key that only this database has."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, asked: Asked, position: str, *, now_ms: int) -> str:
        """Return the cursor of the page behind a position."""
        content = msgspec.json.encode(_Content(position, now_ms + LIFE_MS))
        return base64.urlsafe_b64encode(self._signature(asked, content) + content).decode().rstrip("=")

    def read(self, asked: Asked, cursor: object, *, now_ms: int) -> str | None:
        """Return the position of a cursor, None where none was given. Raises BadInput for one that is not good here."""
        if cursor is None or cursor == "":
            return None
        if not isinstance(cursor, str) or len(cursor) > MAX_CHARACTERS:
            raise BadInput("cursor must be one that an answer of this query had.")
        try:
            given = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise BadInput("cursor must be one that an answer of this query had.") from None
        signature, content = given[:_SIGNATURE_BYTES], given[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(asked, content)):
            raise BadInput("cursor must be one that an answer of this query had.")
        found = msgspec.json.decode(content, type=_Content)
        if found.until_ms < now_ms:
            raise BadInput("cursor is too old; ask from the beginning.")
        return found.position

    def _signature(self, asked: Asked, content: bytes) -> bytes:
        """Sign a content for one question; as JSON, so that no two questions are written alike."""
        whole = msgspec.json.encode([asked.user, asked.query, sorted(asked.fields.items()), content])
        return hmac.digest(self._key, whole, hashlib.sha256)[:_SIGNATURE_BYTES]
