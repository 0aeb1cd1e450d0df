"""What a request presents: a service key or a bearer token. Decides nothing about what they open."""

import hashlib
import hmac
from collections.abc import Iterable

from aiohttp import web
from aiohttp.hdrs import AUTHORIZATION

from bridge.errors import NotAuthorized


class ServiceKeys:
    """The keys that IFTTT may present. All of them are compared each time, in constant time."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests: tuple[bytes, ...] = ()
        self.replace(keys)

    def replace(self, keys: Iterable[str]) -> None:
        """Accept these keys from now on and no others."""
        self._digests = tuple(_digest(key) for key in keys)

    def check(self, request: web.BaseRequest) -> None:
        """Raise NotAuthorized unless the request carries one of the keys, under the new or the old name."""
        headers = request.headers
        presented = headers.get("IFTTT-Service-Key") or headers.get("IFTTT-Channel-Key") or ""
        digest = _digest(presented)
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        if not any(matches):
            raise NotAuthorized("The service key is not valid.")


def bearer_token(request: web.BaseRequest) -> str:
    """Return the bearer token of a request. Raises NotAuthorized where there is none."""
    scheme, _, token = request.headers.get(AUTHORIZATION, "").partition(" ")
    token = token.strip()
    if not token or scheme.casefold() != "bearer":
        raise NotAuthorized("The access token is missing.")
    return token


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()
