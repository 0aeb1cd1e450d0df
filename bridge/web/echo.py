"""Does a request that we send to our own public address come back here? Known by a text that only we know, used once.

Who asks with another text learns nothing: the answer is the same either way.
"""

import secrets
from collections.abc import Callable
from typing import Final

from aiohttp import web

FIELD: Final = "echo"
MOST: Final = 16
LIFE_S: Final = 60.0
NONCE_BYTES: Final = 24
_MAX_CHARACTERS: Final = 64


class Echo:
    """Waits for requests of ours. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, float] = {}
        self._came: set[str] = set()

    def expect(self) -> str:
        """Return a text to be sent along; the eldest of too many is not waited for any more."""
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        self._waiting[nonce] = self._monotonic() + LIFE_S
        while len(self._waiting) > MOST:
            self.came(next(iter(self._waiting)))
        return nonce

    def came(self, nonce: str) -> bool:
        """Tell whether it has come back, and wait for it no longer."""
        self._waiting.pop(nonce, None)
        came = nonce in self._came
        self._came.discard(nonce)
        return came

    def look_at(self, request: web.BaseRequest) -> None:
        """Take note of a request, if it is ours."""
        nonce = request.rel_url.query.get(FIELD, "") if self._waiting else ""
        if not nonce or len(nonce) > _MAX_CHARACTERS or not nonce.isascii():
            return
        for known, until_s in self._waiting.items():
            if secrets.compare_digest(known, nonce) and self._monotonic() < until_s:
                self._came.add(known)
