"""The authorize endpoint: the pages on which a person signs in and lets IFTTT in, or does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bridge.errors import AccountError
from bridge.homes.user import User
from bridge.ifttt.abilities import Abilities
from bridge.oauth.authorization import AuthorizationRequest, SendBack, Unanswerable, address_back, read_request
from bridge.oauth.clients import Clients
from bridge.oauth.grants import Code, Moment
from bridge.oauth.tokens import digest_of, mint_token
from bridge.web.bodies import read_form
from bridge.web.pages import Pages, send_to
from bridge.web.place import Place
from bridge.web.sign_in_page import sign_in_page
from bridge.web.visits import Turned, Visit, Visits

NOT_CONNECTED: Final = "This cannot be connected"
BEGIN_AGAIN: Final = (
    "Close this page and begin again at IFTTT. If that does not help, tell whoever looks after this home: what is set "
    "up here and what is typed in at IFTTT do not fit together."
)
STALE: Final = (
    "This page was open for too long, or in two windows at once, so nothing has been done. Please try again. If you "
    "see this once more, allow cookies here."
)

log = structlog.get_logger("bridge.oauth")


class Codes(Protocol):
    """Where codes are kept, by their digests."""

    async def keep_code(self, code: Code, *, now: Moment, life_ms: int) -> None:
        """Keep a code that is about to be given out. Raises AccountError when its user is no more."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked in one request: by whom, in which visit. `page`: the query that brought them here."""

    asked: AuthorizationRequest
    visit: Visit
    page: str


@dataclass(frozen=True, slots=True)
class AuthorizeEndpoint:
    """Asks people. `abilities_of` tells what a connection gives, `home_of` what a user's home is called."""

    visits: Visits
    pages: Pages
    clients: Clients
    codes: Codes
    abilities_of: Callable[[User], Abilities]
    home_of: Callable[[User], str]
    moment: Callable[[], Moment]
    code_life_ms: Callable[[], int]

    async def show(self, request: web.BaseRequest, place: Place) -> web.Response:
        """Show the page to sign in, or the one to agree."""
        asked = await self._asked(request, place)
        return await self._page(place, asked) if isinstance(asked, Asked) else asked

    async def take(self, request: web.BaseRequest, place: Place) -> web.Response:
        """Take what was filled in on one of the pages."""
        asked = await self._asked(request, place)
        if not isinstance(asked, Asked):
            return asked
        fields = await read_form(request)
        if not self.visits.is_our_form(asked.visit, asked.page, fields):
            return await self._page(place, asked, notice=STALE)
        return await self._do(request, place, asked, fields)

    async def _do(self, request: web.BaseRequest, place: Place, asked: Asked, fields: dict[str, str]) -> web.Response:
        match fields.get("decision"):
            case "refuse":
                if asked.visit.user is not None:  # else anybody could fill the log
                    log.info("oauth.declined", user=asked.visit.user.id, client=asked.asked.client.id)
                return self._back(place, asked, error="access_denied")
            case "sign out":
                self.visits.end(asked.visit)
                return _again(request, place)
            case "allow" if asked.visit.user is not None:
                return await self._agree(request, place, asked, asked.visit.user)
            case _ if asked.visit.user is None and "password" in fields:
                return await self._sign_in(request, place, asked, fields)
            case _:
                return await self._page(place, asked)

    async def _asked(self, request: web.BaseRequest, place: Place) -> Asked | web.Response:
        query = request.rel_url.raw_query_string
        match read_request(query, self.clients):
            case Unanswerable(reason):
                return await self.pages.message(NOT_CONNECTED, reason, status=400, advice=BEGIN_AGAIN)
            case SendBack(redirect_uri, state, error, description):
                said = [("error", error), ("error_description", description)]
                return send_to(address_back(redirect_uri, said, state=state, issuer=place.issuer))
            case AuthorizationRequest() as asked:
                return Asked(asked, await self.visits.of(request, place.cookies), query)

    async def _sign_in(
        self, request: web.BaseRequest, place: Place, asked: Asked, fields: dict[str, str]
    ) -> web.Response:
        outcome = await self.visits.attempt(request, place.cookies, fields)
        if isinstance(outcome, Turned):
            return await self._page(place, asked, name=fields.get("username", ""), turned=outcome)
        response = _again(request, place)
        place.cookies.begin(response, outcome.session)
        place.cookies.remember(response, outcome.known)
        return response

    async def _agree(self, request: web.BaseRequest, place: Place, asked: Asked, user: User) -> web.Response:
        code, wanted = mint_token(), asked.asked
        kept = Code(digest_of(code), user.id, wanted.client.id, wanted.redirect_uri, wanted.challenge)
        try:
            await self.codes.keep_code(kept, now=self.moment(), life_ms=self.code_life_ms())
        except AccountError:  # whoever agreed has been removed in this very moment
            self.visits.end(asked.visit)
            return _again(request, place)
        log.info("oauth.agreed", user=user.id, client=wanted.client.id)
        return self._back(place, asked, code=code)

    def _back(self, place: Place, asked: Asked, **said: str) -> web.Response:
        wanted = asked.asked
        address = address_back(wanted.redirect_uri, list(said.items()), state=wanted.state, issuer=place.issuer)
        return send_to(address)

    async def _page(
        self,
        place: Place,
        asked: Asked,
        *,
        notice: str = "",
        name: str = "",
        turned: Turned | None = None,
    ) -> web.Response:
        """Return the page that comes next. `turned`: why nobody has signed in."""
        wanted, user = asked.asked, asked.visit.user
        form = self.visits.form_token(asked.visit, asked.page)
        if user is None:
            response = await sign_in_page(self.pages, form, asked=wanted, name=name, notice=notice, turned=turned)
        else:
            response = await self.pages.page(
                "consent",
                status=400 if notice else 200,
                leads_to=wanted.redirect_uri,
                client=wanted.client,
                home=self.home_of(user),
                user=user,
                form=form,
                notice=notice,
                abilities=self.abilities_of(user),
                back_to=urlsplit(wanted.redirect_uri).netloc,
                account=place.account_url,
            )
        place.cookies.begin(response, asked.visit.cookie)
        return response


def _again(request: web.BaseRequest, place: Place) -> web.Response:
    """Let the browser ask for the page that it is on."""
    return send_to(place.authorize_url(request.rel_url.raw_query_string))
