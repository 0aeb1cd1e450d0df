"""Somebody at one of the pages: who they are, whether what they send comes from our own form, and signing in.

The cookie of a visit is random; it stands for nobody until somebody signs in, and then another one takes its place: a
cookie that was planted in a browser is worth nothing. Each form holds a token that fits this cookie and this page
alone. Knows neither what is asked for nor what the pages look like.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bridge.homes.user import User
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.forms import FormTokens
from bridge.oauth.sessions import Sessions
from bridge.oauth.sign_in import Refused, SignIn
from bridge.web.cookies import Cookies, new_visit
from bridge.web.strangers import Strangers


class People(Protocol):
    """Who has an account."""

    async def user_with_id(self, user: str) -> User | None:
        """Return a user by id, None if there is none (any more)."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. `cookie` is its cookie's value; `user` None: nobody has signed in."""

    cookie: str
    user: User | None


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody has signed in: their visit goes on under this cookie, in a browser that is known by that one."""

    session: str
    known: str


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody has not signed in. `wait_s`: how long to wait before trying again, 0 if a try was made and was wrong."""

    wait_s: int


@dataclass(frozen=True, slots=True)
class Visits:
    """Receives people."""

    people: People
    sessions: Sessions
    forms: FormTokens
    browsers: KnownBrowsers
    sign_in: SignIn
    strangers: Strangers

    async def of(self, request: web.BaseRequest, cookies: Cookies) -> Visit:
        """Return the visit that a request belongs to, a new one if there is none yet."""
        cookie = cookies.visit(request)
        session = self.sessions.find(cookie) if cookie else None
        user = None if session is None else await self.people.user_with_id(session.user)
        return Visit(cookie or new_visit(), user)

    def form_token(self, visit: Visit, page: str) -> str:
        """Return what the form of a page must send back. `page`: all that the form is about."""
        return self.forms.issue(visit.cookie, _purpose(visit), page)

    def is_our_form(self, visit: Visit, page: str, fields: dict[str, str]) -> bool:
        """Tell whether fields come from the form that this visit was shown."""
        return self.forms.valid(fields.get("form", ""), visit.cookie, _purpose(visit), page)

    async def attempt(self, request: web.BaseRequest, cookies: Cookies, fields: dict[str, str]) -> Welcome | Turned:
        """Try a name and a password. Raises TemporarilyUnavailable while too many try."""
        known, endings = cookies.read(request, cookies.known), self.sessions.endings
        outcome = await self.sign_in.attempt(
            fields.get("username", ""),
            fields.get("password", ""),
            address=self.strangers.address_of(request),
            browser_cookie=known,
        )
        if isinstance(outcome, Refused):
            return Turned(math.ceil(outcome.wait_s))
        user = outcome.user.id
        if self.sessions.ended_since(endings, user):  # while the old password was checked it became another
            return Turned(0)
        self.sessions.end(cookies.visit(request))
        return Welcome(self.sessions.begin(user), self.browsers.issue(user, known))

    def end(self, visit: Visit) -> None:
        """Sign out."""
        self.sessions.end(visit.cookie)


def is_from_elsewhere(request: web.BaseRequest, origin: str) -> bool:
    """Tell whether a browser says that a form was sent by another site's page (or by a page that hides its own)."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return request.headers.get("Origin", origin) != origin or site not in {"same-origin", "none"}


def _purpose(visit: Visit) -> str:
    return "sign in" if visit.user is None else f"go on as {visit.user.id}"
