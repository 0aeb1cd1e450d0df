"""Browsers in which somebody has signed in before: what their cookie says, and whether to believe it.

The cookie outlives the session. It opens nothing; it only keeps its browser out of the queue of strangers when a
password is typed again (limits.py), so nothing of it is kept here and it needs no end. Knows no HTTP.
"""

import re
import secrets
from typing import Final

from bridge.oauth.seals import SEAL_CHARACTERS, checked_key, is_sealed, seal

MAX_ACCOUNTS: Final = 4
"""How many accounts one browser remembers: a household may share a tablet. Beyond it the eldest goes."""

_PURPOSE: Final = "known browser"
_ID_BYTES: Final = 16
_MARK: Final = re.compile(rf"([A-Za-z0-9_-]{{22}})~([A-Za-z0-9_-]{{{SEAL_CHARACTERS}}})", re.ASCII)
_MAX_CHARACTERS: Final = MAX_ACCOUNTS * (22 + 1 + SEAL_CHARACTERS + 1)


class KnownBrowsers:
    """Makes and reads the cookie. `key`: at least 32 random bytes, the same over restarts."""

    def __init__(self, key: bytes) -> None:
        self._key = checked_key(key)

    def issue(self, user_id: str, before: str | None = None) -> str:
        """Return a cookie for a browser in which this user has just signed in.

        `before`: the cookie that it came with; other accounts stay known in this browser.
        """
        marks = [mark for mark in _marks(before) if not self._is_of(mark, user_id)]
        browser = secrets.token_urlsafe(_ID_BYTES)
        mine = f"{browser}~{seal(self._key, _PURPOSE, user_id, browser)}"
        return ".".join([mine, *(f"{browser}~{sealed}" for browser, sealed in marks)][:MAX_ACCOUNTS])

    def known(self, value: str | None, user_id: str) -> str | None:
        """Return the id of a browser in which this user has signed in before; None for any other cookie, or none."""
        mine = [browser for browser, sealed in _marks(value) if self._is_of((browser, sealed), user_id)]
        return mine[0] if mine else None

    def _is_of(self, mark: tuple[str, str], user_id: str) -> bool:
        browser, sealed = mark
        return is_sealed(sealed, self._key, _PURPOSE, user_id, browser)


def _marks(value: str | None) -> list[tuple[str, str]]:
    """Return browser id and seal for each account; nothing if any of it is not as we write it."""
    if not value or len(value) > _MAX_CHARACTERS:
        return []
    read = [_MARK.fullmatch(mark) for mark in value.split(".")]
    return [(mark[1], mark[2]) for mark in read if mark] if all(read) and len(read) <= MAX_ACCOUNTS else []
