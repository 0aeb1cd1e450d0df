"""Anti-forgery tokens: a form counts only if this browser was shown it lately, for this purpose and this request.

Nothing is kept: the token says when it was issued and is sealed with everything it is for. Knows no HTTP.
"""

import re
from collections.abc import Callable
from typing import Final

from bridge.oauth.seals import SEAL_CHARACTERS, checked_key, is_sealed, seal

LIFE_S: Final = 3600.0
"""How long a form may lie open before it is sent, where nothing else is said."""

_PURPOSE: Final = "form"
_TOKEN: Final = re.compile(rf"([0-9]{{1,15}})\.([A-Za-z0-9_-]{{{SEAL_CHARACTERS}}})", re.ASCII)
_MAX_CHARACTERS: Final = 15 + 1 + SEAL_CHARACTERS


class FormTokens:
    """Makes and checks the tokens. `monotonic` gives seconds, `life_s`: how long a form may lie open.

    `key`: at least 32 random bytes, made anew at each start, for the monotonic clock may begin anew too.
    """

    def __init__(self, key: bytes, monotonic: Callable[[], float], *, life_s: float = LIFE_S) -> None:
        self._key = checked_key(key)
        self._monotonic = monotonic
        self._life_s = life_s

    def issue(self, browser: str, purpose: str, request: str) -> str:
        """Return a token to put into a form.

        `browser`: the value of a cookie that only this browser has; `purpose`: what the form does, such as "consent";
        `request`: what it does it to, in one canonical text.
        """
        issued = str(self._now_ms())
        return f"{issued}.{seal(self._key, _PURPOSE, browser, purpose, request, issued)}"

    def valid(self, token: str, browser: str, purpose: str, request: str) -> bool:
        """Tell whether a token was issued for exactly this, and not too long ago."""
        read = _TOKEN.fullmatch(token) if len(token) <= _MAX_CHARACTERS else None
        if read is None or not is_sealed(read[2], self._key, _PURPOSE, browser, purpose, request, read[1]):
            return False
        return 0 <= self._now_ms() - int(read[1]) < self._life_s * 1000

    def _now_ms(self) -> int:
        return int(self._monotonic() * 1000)
