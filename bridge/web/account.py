"""The account page: what is connected with somebody's account, and how to end that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog
from aiohttp import web

from bridge.homes.user import User
from bridge.oauth.clients import Clients
from bridge.oauth.grants import GrantRow
from bridge.web.authorize import STALE
from bridge.web.bodies import read_form
from bridge.web.pages import Pages, send_to
from bridge.web.place import Place
from bridge.web.sign_in_page import sign_in_page
from bridge.web.visits import Turned, Visit, Visits

PAGE: Final = "account"
"""What its forms are about."""

log = structlog.get_logger("bridge.oauth")


class Connections(Protocol):
    """Where a user's grants are seen and ended."""

    async def listed(self, user: User) -> list[tuple[GrantRow, str]]:
        """Return the grants of a user, each with what is wrong with it, "" if nothing is."""
        ...

    async def revoke(self, user: User, grant: str) -> bool:
        """End a grant of this user, at once. Tell whether there was one."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """A grant as the page shows it."""

    id: str
    name: str
    since: str
    used: str
    warning: str


@dataclass(frozen=True, slots=True)
class AccountEndpoint:
    """Shows people what is theirs. `home_of` tells what a user's home is called."""

    visits: Visits
    pages: Pages
    clients: Clients
    connections: Connections
    home_of: Callable[[User], str]

    async def show(self, request: web.BaseRequest, place: Place) -> web.Response:
        """Show the connections, or the page to sign in."""
        return await self._page(place, await self.visits.of(request, place.cookies))

    async def take(self, request: web.BaseRequest, place: Place) -> web.Response:
        """Take what was filled in."""
        visit = await self.visits.of(request, place.cookies)
        fields = await read_form(request)
        if not self.visits.is_our_form(visit, PAGE, fields):
            return await self._page(place, visit, notice=STALE)
        match fields.get("decision"):
            case "sign out":
                self.visits.end(visit)
            case "revoke" if visit.user is not None:
                grant = fields.get("grant", "")
                if await self.connections.revoke(visit.user, grant):
                    log.info("oauth.revoked", user=visit.user.id, grant=grant, by="the account page")
            case _ if visit.user is None and "password" in fields:
                return await self._sign_in(request, place, visit, fields)
        return send_to(place.account_url)

    async def _sign_in(
        self, request: web.BaseRequest, place: Place, visit: Visit, fields: dict[str, str]
    ) -> web.Response:
        outcome = await self.visits.attempt(request, place.cookies, fields)
        if isinstance(outcome, Turned):
            return await self._page(place, visit, name=fields.get("username", ""), turned=outcome)
        response = send_to(place.account_url)
        place.cookies.begin(response, outcome.session)
        place.cookies.remember(response, outcome.known)
        return response

    async def _page(
        self, place: Place, visit: Visit, *, notice: str = "", name: str = "", turned: Turned | None = None
    ) -> web.Response:
        form = self.visits.form_token(visit, PAGE)
        if visit.user is None:
            response = await sign_in_page(self.pages, form, name=name, notice=notice, turned=turned)
        else:
            response = await self.pages.page(
                "account",
                status=400 if notice else 200,
                home=self.home_of(visit.user),
                user=visit.user,
                rows=[self._row(*each) for each in await self.connections.listed(visit.user)],
                notice=notice,
                form=form,
            )
        place.cookies.begin(response, visit.cookie)
        return response

    def _row(self, grant: GrantRow, warning: str) -> Row:
        client = self.clients.named(grant.client)
        name = grant.client if client is None else client.name
        used = "" if grant.used_at_ms is None else _day(grant.used_at_ms)
        return Row(grant.id, name, _day(grant.created_at_ms), used, warning)


def _day(at_ms: int) -> str:
    """Return a day for people; a clock that was far off is no reason to fail."""
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return "an unknown day"
    return f"{at.day} {at:%B %Y}"
