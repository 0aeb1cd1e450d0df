"""Who is at the private pages: browsers in which an owner has signed in, and signing in. Knows no page.

The cookie is random and only its digest is kept; another one takes its place when somebody signs in. It outlives a
restart, for a tablet on the wall is to go on, and ends where its owner or somebody at the page of people ends it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from bridge.dashboard.whereabouts import is_here
from bridge.errors import AccountError
from bridge.homes.user import User
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.forms import FormTokens
from bridge.oauth.grants import Moment
from bridge.oauth.sign_in import Refused, SignIn
from bridge.oauth.tokens import digest_of
from bridge.web.cookies import KNOWN_FOR_S, Cookies, new_visit
from bridge.web.visits import Turned, Welcome

FORM_LIFE_S: Final = 24 * 3600.0
COOKIES: Final = Cookies(secure=False, site="bridge-", kept_for_s=KNOWN_FOR_S)
"""The private listener speaks plain http: it is for this machine and a network that is trusted. When a browser is
signed out is not up to its cookie."""

NO_OWNER: Final = (
    "Name and password are right, but these pages are for owners. Somebody who is one can make you one: "
    "ifttt-bridge user owner NAME, or on the page People."
)
GONE: Final = "Somebody has just ended this account, or that it is an owner's."
MAX_BROWSER_CHARACTERS: Final = 120
_FORMS: Final = "private pages"


class SignedInBrowsers(Protocol):
    """Where it is kept which browsers are signed in."""

    async def begin(self, digest: str, user: User, browser: str, now: Moment) -> bool:
        """Let a browser be signed in, and return whether it is: the user may be gone by now."""
        ...

    async def find(self, digest: str, now: Moment) -> User | None:
        """Return the owner who is signed in there."""
        ...

    async def end(self, digest: str) -> None:
        """Sign a browser out."""
        ...


class People(Protocol):
    """Who may come."""

    async def owners(self) -> list[User]:
        """Return who may use the private pages."""
        ...


class Endings(Protocol):
    """Hears when somebody's browsers are all signed out: with another password, or without an account."""

    @property
    def endings(self) -> int:
        """How often that has happened."""
        ...

    def ended_since(self, endings: int, user_id: str) -> bool:
        """Tell whether it has happened to a user since it had happened so often."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the pages. `cookie`: the cookie of their browser; `owner` None: nobody has signed in there."""

    cookie: str
    owner: User | None


@dataclass(frozen=True, slots=True)
class Owners:
    """Receives them. `now`: by the wall clock, and by how long the bridge has run."""

    people: People
    kept: SignedInBrowsers
    forms: FormTokens
    browsers: KnownBrowsers
    sign_in: SignIn
    endings: Endings
    now: Callable[[], Moment]

    async def of(self, request: web.BaseRequest) -> Visit:
        """Return the visit that a request belongs to, a new one if there is none yet."""
        cookie = COOKIES.visit(request)
        owner = await self.kept.find(digest_of(cookie), self.now()) if cookie else None
        return Visit(cookie or new_visit(), owner)

    def form_token(self, visit: Visit) -> str:
        """Return what each form must send back."""
        return self.forms.issue(visit.cookie, _FORMS, _who(visit))

    def is_our_form(self, visit: Visit, fields: dict[str, str]) -> bool:
        """Tell whether fields come from a form that this visit was shown."""
        return self.forms.valid(fields.get("form", ""), visit.cookie, _FORMS, _who(visit))

    async def attempt(self, request: web.BaseRequest, fields: dict[str, str]) -> Welcome | Turned:
        """Try a name and a password. Raises TemporarilyUnavailable while too many try, AccountError for no owner."""
        known, endings = COOKIES.read(request, COOKIES.known), self.endings.endings
        outcome = await self.sign_in.attempt(
            fields.get("username", ""), fields.get("password", ""), address=_address(request), browser_cookie=known
        )
        if isinstance(outcome, Refused):
            return Turned(math.ceil(outcome.wait_s))
        if outcome.user.id not in {owner.id for owner in await self.people.owners()}:
            raise AccountError(NO_OWNER)  # their password is right: it tells them nothing that they may not know
        welcome = await self.welcome(request, outcome.user)
        if self.endings.ended_since(endings, outcome.user.id):  # while the old password was checked it became another
            await self.kept.end(digest_of(welcome.session))
            return Turned(0)
        return welcome

    async def welcome(self, request: web.BaseRequest, user: User) -> Welcome:
        """Let an owner in, under a new cookie. Raises AccountError for who is one no longer."""
        session = new_visit()
        before = COOKIES.visit(request)
        if before:
            await self.kept.end(digest_of(before))
        if not await self.kept.begin(digest_of(session), user, _browser(request), self.now()):
            raise AccountError(GONE)
        return Welcome(session, self.browsers.issue(user.id, COOKIES.read(request, COOKIES.known)))

    async def leave(self, visit: Visit) -> None:
        """Sign out."""
        await self.kept.end(digest_of(visit.cookie))


def _address(request: web.BaseRequest) -> str | None:
    """Return where somebody comes from; None on this machine, behind which a tunnel may hide anybody."""
    return None if is_here(request) else request.remote


def _browser(request: web.BaseRequest) -> str:
    """Return what a browser calls itself: shown to owners, and never believed."""
    said = request.headers.get("User-Agent", "")
    return "".join(character for character in said if character.isprintable())[:MAX_BROWSER_CHARACTERS]


def _who(visit: Visit) -> str:
    return "" if visit.owner is None else visit.owner.id
