"""The words of OAuth2 as the bridge speaks it: clients, codes, pairs of tokens, and why something is refused.

Plain values; every token and code here is a digest (tokens.py). Knows neither HTTP nor SQL.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from bridge.homes.user import User

GRACE_MS: Final = 30 * 24 * 3600 * 1000
"""How long an older refresh token lives on once one that descends from it has been presented (architecture, 17)."""

ACCESS_LIFE_MS: Final = 24 * 3600 * 1000
"""How long an access token outlives the refresh token that it came with."""

MAX_SIBLINGS: Final = 8
"""How many pairs that one refresh token gave may be alive at a time."""

MAX_PAIRS: Final = 128
"""How many pairs of one grant are kept; beyond it those go first whose refresh token is dying already."""

MAX_GRANTS: Final = 32
"""How many grants of one user to one client are kept: several people may connect one account, and reconnecting leaves
one behind each time. Beyond it the one goes that was used least recently."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Now. `wall_ms`: epoch, to be shown to people; a clock that is set makes it jump.

    `run_ms`: how long the bridge has run, all its runs together; what may end something is measured by it.
    """

    wall_ms: int
    run_ms: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token gives: the user, and the client (production, staging) it was given to.

    `id`: the consent that it rests on, "" for a token minted by hand. `digest`: the access token itself.
    """

    user: User
    client: str
    id: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code that is given out. `user` is an id; `challenge` is None without PKCE."""

    digest: str
    user: str
    client: str
    redirect_uri: str
    challenge: str | None


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code that an authenticated client presents. `challenge`: S256 of its verifier, None if it presents none."""

    code: str
    client: str
    redirect_uri: str
    challenge: str | None


@dataclass(frozen=True, slots=True)
class NewPair:
    """The digests of an access token and a refresh token that are about to be given out."""

    access: str
    refresh: str


class Refusal(StrEnum):
    """Why a code or a refresh token gives nothing. For the log and the person; the client hears `invalid_grant`."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    OTHER_CLIENT = "given to another client"
    OTHER_REDIRECT = "given for another redirect URI"
    OTHER_VERIFIER = "wrong or missing code verifier"
    REPLAYED = "redeemed before"
    SUPERSEDED = "replaced long ago"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as people see it. `used_at_ms`: when one of its tokens was used last (epoch), None if never."""

    id: str
    user: User
    client: str
    created_at_ms: int
    used_at_ms: int | None
