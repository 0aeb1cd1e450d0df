"""Which user does a bearer token stand for? Looks it up, remembers the answer for a short while, and notes each use."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from bridge.errors import NotAuthorized
from bridge.oauth.grants import Grant, Moment
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of

REMEMBERED_MS: Final = 10_000
"""How long a found token is trusted without asking again."""

MAX_REMEMBERED: Final = 1024


class Tokens(Protocol):
    """Where digests of tokens are kept."""

    async def find(self, digest: str, run_ms: int) -> Grant | None:
        """Return what the token with this digest gives by then, None if it is not (or no longer) one of ours."""
        ...


class Access:
    """Checks bearer tokens."""

    def __init__(self, tokens: Tokens, now: Callable[[], Moment]) -> None:
        self._tokens = tokens
        self._now = now
        self._remembered: OrderedDict[str, tuple[int, Grant]] = OrderedDict()
        self._used: dict[str, Moment] = {}
        self._forgotten = 0

    def knows(self, digest: str) -> bool:
        """Tell whether the token with this digest was good not long ago. It opens nothing, but may come first."""
        return digest in self._remembered

    async def check(self, token: str, digest: str | None = None) -> Grant:
        """Return what a token gives. Raises NotAuthorized for anything but a live token. `digest`: if it is at hand."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise NotAuthorized("The access token is not valid.")
        digest, now = digest or digest_of(token), self._now()
        remembered = self._remembered.get(digest)
        if remembered is not None and remembered[0] > now.run_ms:
            grant = remembered[1]
        else:
            grant = await self._look_up(digest, now.run_ms)
        self._note(digest, now)
        return grant

    def take_used(self) -> dict[str, Moment]:
        """Return which tokens were used since the last call, by digest, and when last."""
        used, self._used = self._used, {}
        return used

    def forget(self) -> None:
        """Ask again for every token: one of them, or its user, is no more."""
        self._remembered.clear()
        self._forgotten += 1

    async def _look_up(self, digest: str, run_ms: int) -> Grant:
        forgotten = self._forgotten
        grant = await self._tokens.find(digest, run_ms)
        if grant is None:
            self._remembered.pop(digest, None)
            raise NotAuthorized("The access token is not valid.")
        if forgotten == self._forgotten:  # else what was found may have been revoked since
            self._remember(digest, grant, run_ms)
        return grant

    def _remember(self, digest: str, grant: Grant, run_ms: int) -> None:
        self._remembered[digest] = (run_ms + REMEMBERED_MS, grant)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def _note(self, digest: str, now: Moment) -> None:
        if len(self._used) < MAX_REMEMBERED or digest in self._used:
            self._used[digest] = now
