"""Which user does a bearer token stand for? Looks tokens up and remembers the answer for a short while."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from bridge.errors import NotAuthorized
from bridge.oauth.grants import Grant
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of

REMEMBERED_S: Final = 10.0
"""How long a found token is trusted without asking again."""

MAX_REMEMBERED: Final = 1024


class Tokens(Protocol):
    """Where digests of tokens are kept."""

    async def find(self, digest: str) -> Grant | None:
        """Return what the token with this digest gives, None if it is not (or no longer) one of ours."""
        ...


class Access:
    """Checks bearer tokens. `monotonic` gives seconds."""

    def __init__(self, tokens: Tokens, monotonic: Callable[[], float]) -> None:
        self._tokens = tokens
        self._monotonic = monotonic
        self._remembered: OrderedDict[str, tuple[float, Grant]] = OrderedDict()
        self._forgotten = 0

    async def check(self, token: str) -> Grant:
        """Return what a token gives. Raises NotAuthorized for anything but a live token."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise NotAuthorized("The access token is not valid.")
        digest = digest_of(token)
        remembered = self._remembered.get(digest)
        if remembered is not None and remembered[0] > self._monotonic():
            return remembered[1]
        forgotten = self._forgotten
        grant = await self._tokens.find(digest)
        if grant is None:
            self._remembered.pop(digest, None)
            raise NotAuthorized("The access token is not valid.")
        if forgotten == self._forgotten:  # else what was found may have been revoked since
            self._remember(digest, grant)
        return grant

    def forget(self) -> None:
        """Ask again for every token: one of them, or its user, is no more."""
        self._remembered.clear()
        self._forgotten += 1

    def _remember(self, digest: str, grant: Grant) -> None:
        self._remembered[digest] = (self._monotonic() + REMEMBERED_S, grant)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)
