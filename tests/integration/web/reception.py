"""The OAuth side of the running listener: real passwords, real pages, real storage; time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from bridge.homes.user import User
from bridge.ifttt.abilities import abilities_of
from bridge.ifttt.household import RealHousehold
from bridge.oauth.access import Access
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.clients import Client, Clients
from bridge.oauth.forms import FormTokens
from bridge.oauth.grants import GrantRow, Moment
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.passwords import hash_password
from bridge.oauth.sessions import Sessions
from bridge.oauth.sign_in import SignIn
from bridge.storage.accounts import Accounts
from bridge.storage.grants import Grants
from bridge.web.account import AccountEndpoint
from bridge.web.authorize import AuthorizeEndpoint
from bridge.web.oauth_site import OAuthSite
from bridge.web.pages import Pages
from bridge.web.strangers import Strangers
from bridge.web.token import TokenEndpoint
from bridge.web.visits import Visits

PUBLIC_URL: Final = "https://home.example.org"
PASSWORD: Final = "a right password of everybody here"
SECRET: Final = "the-secret-of-production"
OLDER_SECRET: Final = "the-older-secret-of-production"
STAGING_SECRET: Final = "the-secret-of-staging"
PRODUCTION: Final = Client(
    "production",
    "IFTTT",
    (SECRET, OLDER_SECRET),
    ("https://ifttt.com/channels/home/authorize", "https://ifttt.com/back?service=home"),
)
STAGING: Final = Client(
    "staging", "IFTTT (trial)", (STAGING_SECRET,), ("https://ifttt.com/channels/home_staging/authorize",)
)
CODE_LIFE_MS: Final = 60_000
KEY: Final = b"the key of all the seals in here"

_HASHES: Final[dict[str, str]] = {}


def hash_of(password: str) -> str:
    """Return a hash of a password, made once: it takes its time."""
    if password not in _HASHES:
        _HASHES[password] = hash_password(password)
    return _HASHES[password]


class Clock(Protocol):
    """Time as an argument: the monotonic clock, and what OAuth counts by."""

    seconds: float

    @property
    def moment(self) -> Moment:
        """Now."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """The parts that tests reach for. `refused_refreshes`: digests, as the endpoint told of them."""

    site: OAuthSite
    clients: Clients
    sessions: Sessions
    grants: Grants
    refused_refreshes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Connections:
    grants: Grants
    access: Access

    async def listed(self, user: User) -> list[tuple[GrantRow, str]]:
        return [(row, "") for row in await self.grants.listed(user.id)]

    async def revoke(self, user: User, grant: str) -> bool:
        revoked = await self.grants.revoke(grant, user=user.id)
        self.access.forget()
        return revoked is not None


def receive(
    accounts: Accounts,
    grants: Grants,
    access: Access,
    strangers: Strangers,
    hasher: Hasher,
    *,
    household_of: Callable[[User], RealHousehold],
    clock: Clock,
) -> Reception:
    """Put the OAuth side together as bridge/reception.py does."""

    def seconds() -> float:
        return clock.seconds

    def moment() -> Moment:
        return clock.moment

    clients, pages, sessions = Clients((PRODUCTION, STAGING)), Pages(), Sessions(seconds)
    browsers = KnownBrowsers(KEY)
    sign_in = SignIn(accounts, hasher, browsers, SignInLimits(KEY), seconds)
    visits = Visits(accounts, sessions, FormTokens(KEY, seconds), browsers, sign_in, strangers)
    refused: list[str] = []

    def home_of(user: User) -> str:
        return f"the home {user.home}"

    authorize = AuthorizeEndpoint(
        visits,
        pages,
        clients,
        grants,
        lambda user: abilities_of(household_of(user)),
        home_of,
        moment,
        lambda: CODE_LIFE_MS,
    )
    account = AccountEndpoint(visits, pages, clients, _Connections(grants, access), home_of)
    token = TokenEndpoint(clients, grants, moment, lambda: CODE_LIFE_MS, access.forget, refused.append, strangers.tell)
    return Reception(OAuthSite(clients, authorize, account, token, pages), clients, sessions, grants, refused)
