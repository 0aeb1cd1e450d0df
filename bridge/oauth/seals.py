"""Seals: what only we can have written, tied to what it was written for. Plain computation."""

import base64
import hashlib
import hmac
from typing import Final

KEY_BYTES: Final = 32
SEAL_CHARACTERS: Final = 43
_LENGTH_BYTES: Final = 8


def seal(key: bytes, *parts: str) -> str:
    """Return HMAC-SHA256 over the parts as 43 URL-safe characters.

    The length of each part goes before it, so that no other parts have the same seal. The first says what the seal is
    for: one key may serve several purposes.
    """
    digest = hmac.digest(key, b"".join(map(_with_length, parts)), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_sealed(presented: str, key: bytes, *parts: str) -> bool:
    """Tell whether this is the seal of the parts, in a time that tells nothing of how much of it is right."""
    return hmac.compare_digest(_octets(presented), _octets(seal(key, *parts)))


def checked_key(key: bytes) -> bytes:
    """Return a key that nobody can guess. Raises ValueError for a short one."""
    if len(key) < KEY_BYTES:
        raise ValueError(f"a key has at least {KEY_BYTES} bytes")
    return key


def _with_length(part: str) -> bytes:
    octets = _octets(part)
    return len(octets).to_bytes(_LENGTH_BYTES, "big") + octets


def _octets(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
