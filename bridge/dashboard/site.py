"""The private listener: which path is answered by what, and to whom.

Health and figures are for this machine and for the networks that the configuration trusts; everything else is for
owners who have signed in, wherever they are. Nothing is changed by a GET; what is sent by a form counts only if it is
our own, from our own page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from bridge.dashboard.entrance import Entrance, is_elsewhere, is_local
from bridge.dashboard.exposition import CONTENT_TYPE, Family, exposition
from bridge.dashboard.frame import Frame
from bridge.dashboard.health import Health, answer_health
from bridge.dashboard.live import Live
from bridge.dashboard.notices import Notice, Notices, sentence
from bridge.dashboard.owners import Owners, Visit
from bridge.dashboard.page import Asked, Page
from bridge.dashboard.plain import content, not_here, not_so, plain
from bridge.dashboard.whereabouts import is_by_home_name, is_by_proxy, is_here
from bridge.errors import BadInput, BridgeError, NoSuchResource
from bridge.web.bodies import read_form
from bridge.web.bugs import Bugs
from bridge.web.origin import Network, address_in
from bridge.web.pages import send_to

MAX_SEGMENTS: Final = 8
_READING: Final = frozenset({"GET", "HEAD"})
STALE: Final = (
    "This page was open for too long, or you have signed in anew since, so nothing was done. Please try again."
)

_STRANGER: Final = "Sign in, or let [private] trusted name your address: nothing is told to strangers.\n"
_BY_ANOTHER_NAME: Final = (
    "Sign in, or ask under this machine's address or its name at home: a site elsewhere may have a name that leads "
    "here.\n"
)


@dataclass(frozen=True, slots=True)
class PrivateSite:
    """Answers requests. `trusted`: the networks from where health and figures may be read without signing in."""

    health: Health
    families: Sequence[Family]
    trusted: Callable[[], Sequence[Network]]
    owners: Owners
    entrance: Entrance
    frame: Frame
    notices: Notices
    live: Live
    pages: Mapping[str, Page]
    bugs: Bugs

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        segments = tuple(unquote(part) for part in request.rel_url.raw_path.split("/", MAX_SEGMENTS + 1) if part)
        try:
            return await self._answer(request, segments)
        except (ConnectionError, TimeoutError):
            raise  # the other side has gone: there is nobody to answer
        except BadInput as error:
            return plain(str(error), HTTPStatus.BAD_REQUEST)
        except BridgeError as error:
            return plain(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 -- the edge of one request
            self.bugs.note("dashboard.failed", error, method=request.method, page=segments[:1])
            return plain("Something went wrong here. The log of the bridge says what.", 500)

    async def _answer(  # noqa: PLR0911 -- a table of routes
        self, request: web.BaseRequest, segments: tuple[str, ...]
    ) -> web.StreamResponse:
        if segments == ("livez",):
            return await answer_health(self.health, request)
        if segments[:1] == ("assets",) and request.method in _READING:
            return await self.frame.asset("/".join(segments[1:])) or not_here()
        visit = await self.owners.of(request)
        if segments in {("metrics",), ("readyz",)}:
            return await self._reading(request, visit, segments[0])
        if visit.owner is None or segments in {("sign-in",), ("first",)}:
            return await self.entrance.answer(request, visit, segments)
        asked = Asked(request, visit, visit.owner, segments[1:], dict(request.rel_url.query))
        if segments == ("live",) and request.method == "GET":
            return await self.live.stream(request, lambda: self._is_in(request))
        page = self.pages.get(segments[0] if segments else "home")
        if page is None or len(segments) > MAX_SEGMENTS or segments == ("home",):
            return await self._missing(asked)
        try:
            return await self._of_page(page, asked)
        except NoSuchResource:
            return await self._missing(asked)

    async def _is_in(self, request: web.BaseRequest) -> bool:
        return (await self.owners.of(request)).owner is not None

    async def _reading(self, request: web.BaseRequest, visit: Visit, name: str) -> web.StreamResponse:
        if visit.owner is None and not self._is_trusted(request):
            return plain(_STRANGER if is_by_home_name(request) else _BY_ANOTHER_NAME, 403)
        if name == "metrics" and request.method in _READING:
            return content(exposition(self.families), CONTENT_TYPE)
        return await answer_health(self.health, request)

    def _is_trusted(self, request: web.BaseRequest) -> bool:
        address = address_in(request.remote or "")
        near = is_here(request) or (address is not None and any(address in network for network in self.trusted()))
        return near and is_by_home_name(request) and not is_by_proxy(request)

    async def _of_page(self, page: Page, asked: Asked) -> web.StreamResponse:
        if asked.request.method in _READING:
            return await page.show(asked)
        if asked.request.method != "POST":
            return not_so("GET", "HEAD", "POST")
        if is_elsewhere(asked.request):
            return plain("The page of another site has sent this, so nothing was done.", 403)
        fields = await read_form(asked.request)
        self.notices.keep(asked.visit.cookie, await self._taken(page, asked, fields))
        wanted = fields.get("back", ""), asked.request.rel_url.raw_path
        return send_to(next(filter(is_local, wanted), "/"))

    async def _taken(self, page: Page, asked: Asked, fields: dict[str, str]) -> Notice:
        """Let a page do what a form asks for, and return what to say about it."""
        if not self.owners.is_our_form(asked.visit, fields):
            return Notice(STALE, wrong=True)
        try:
            return Notice(await page.take(asked, fields), wrong=False)
        except (NoSuchResource, BadInput) as error:
            return Notice(str(error), wrong=True)
        except BridgeError as error:
            return Notice(sentence(str(error)), wrong=True)

    async def _missing(self, asked: Asked) -> web.StreamResponse:
        response = await self.frame.page(asked, "missing", title="Not here")
        response.set_status(404)
        return response
