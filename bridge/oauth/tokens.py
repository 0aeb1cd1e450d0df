"""Opaque tokens: 256 random bits for the bearer, only their digest for us. Knows nothing of where they are kept."""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32
MAX_TOKEN_CHARACTERS: Final = 512


def mint_token() -> str:
    """Return a new token of 43 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """Return what is kept of a token. Plain SHA-256 is right for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
