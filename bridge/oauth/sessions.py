"""Signed-in browsers, in memory: after a restart one signs in again. Only digests of cookies are kept.

Knows no HTTP and no accounts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of, mint_token

IDLE_S: Final = 15 * 60.0
"""A session ends when its browser has been quiet for so long."""

LIFE_S: Final = 3600.0
"""It ends after so long in any case."""

MAX_OF_USER: Final = 16
MAX_SESSIONS: Final = 512


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `user`: the user's id; `since_s`: when it signed in (monotonic seconds)."""

    user: str
    since_s: float


@dataclass(slots=True)
class _Open:
    """A session and when its browser was last here."""

    session: Session
    seen_s: float


class Sessions:
    """Begins, finds and ends them. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: dict[str, _Open] = {}  # the eldest first
        self._ended: dict[str, int] = {}  # by user, which of all endings was the last; the eldest first
        self.endings = 0
        """How often all sessions of somebody were ended."""

    def begin(self, user_id: str) -> str:
        """Begin a session and return the value of its cookie. Beyond the limits the eldest goes: the user's, or any."""
        self._forget_ended()
        self._keep_fewer(MAX_OF_USER, [digest for digest, kept in self._open.items() if kept.session.user == user_id])
        self._keep_fewer(MAX_SESSIONS, list(self._open))
        value, now_s = mint_token(), self._monotonic()
        self._open[digest_of(value)] = _Open(Session(user_id, now_s), now_s)
        return value

    def find(self, value: str | None) -> Session | None:
        """Return the session of a cookie, which lives on for that; None if there is none, or no longer."""
        kept = self._open.get(_digest(value))
        if kept is None or self._has_ended(kept):
            return None
        kept.seen_s = self._monotonic()
        return kept.session

    def end(self, value: str | None) -> None:
        """End the session of a cookie, if there is one."""
        self._open.pop(_digest(value), None)

    def end_user(self, user_id: str) -> None:
        """End all sessions of a user: the account is gone, or has another password."""
        self.endings += 1
        self._ended.pop(user_id, None)
        self._ended[user_id] = self.endings
        while len(self._ended) > MAX_SESSIONS:
            del self._ended[next(iter(self._ended))]
        self._open = {digest: kept for digest, kept in self._open.items() if kept.session.user != user_id}

    def ended_since(self, endings: int, user_id: str) -> bool:
        """Tell whether a user's sessions were all ended since there were so many endings."""
        return self._ended.get(user_id, 0) > endings

    def _keep_fewer(self, limit: int, digests: list[str]) -> None:
        """Make room for one more."""
        for digest in digests[: max(0, len(digests) - limit + 1)]:
            del self._open[digest]

    def _forget_ended(self) -> None:
        self._open = {digest: kept for digest, kept in self._open.items() if not self._has_ended(kept)}

    def _has_ended(self, kept: _Open) -> bool:
        now_s = self._monotonic()
        return now_s - kept.seen_s >= IDLE_S or now_s - kept.session.since_s >= LIFE_S


def _digest(value: str | None) -> str:
    """Return what a cookie is kept under, "" for what cannot be one."""
    return digest_of(value) if value and len(value) <= MAX_TOKEN_CHARACTERS else ""
