"""Ending a grant so that it counts at once: for whoever asks, be it a page or the command line. Knows neither.

Afterwards the access tokens get 401 and the refresh tokens `invalid_grant`; IFTTT hears of it no sooner than it asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bridge.oauth.grants import GrantRow


class Grants(Protocol):
    """Where grants are kept."""

    async def listed(self, user: str | None, /) -> list[GrantRow]:
        """Return the live grants of a user, by id, or of all."""
        ...

    async def revoke(self, grant_id: str, /, *, user: str | None = None) -> GrantRow | None:
        """End a grant, of this user if one is named, and return it; None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Revocation:
    """Ends grants. `forget_tokens`: what a daemon has in memory of tokens must go.

    `disconnected` hears of a user, by id, and a client when the last grant between them has ended.
    """

    grants: Grants
    forget_tokens: Callable[[], None] = lambda: None
    disconnected: Callable[[str, str], None] = lambda _user, _client: None

    async def revoke(self, grant_id: str, *, user: str | None = None) -> GrantRow | None:
        """End a grant and return it. With `user`, an id, only one of theirs; None if there is none."""
        try:
            ended = await self.grants.revoke(grant_id, user=user)
        finally:
            self.forget_tokens()  # also where it is not known whether it was done
        if ended is None:
            return None
        left = await self.grants.listed(ended.user.id)
        if all(grant.client != ended.client for grant in left):
            self.disconnected(ended.user.id, ended.client)
        return ended
