"""The OAuth side of the public listener: the token endpoint for IFTTT, the pages for people. Which path is which."""

from dataclasses import dataclass

from aiohttp import web

from bridge.errors import BadInput, StorageError, TemporarilyUnavailable
from bridge.oauth.clients import Clients
from bridge.web.account import AccountEndpoint
from bridge.web.authorize import AuthorizeEndpoint
from bridge.web.envelope import NOT_KEPT, respond_not_here
from bridge.web.failures import RETRY_AFTER_S
from bridge.web.pages import Pages
from bridge.web.place import Place
from bridge.web.token import TokenEndpoint
from bridge.web.visits import is_from_elsewhere

ALLOWED = {"authorize": "GET, POST", "account": "GET, POST", "token": "POST"}


@dataclass(frozen=True, slots=True)
class OAuthSite:
    """Routes requests. Without a client in the configuration there is nothing here."""

    clients: Clients
    authorize: AuthorizeEndpoint
    account: AccountEndpoint
    token: TokenEndpoint
    pages: Pages

    async def answer(self, request: web.BaseRequest, segments: tuple[str, ...], place: Place) -> web.Response:
        """Answer a request below `/oauth`."""
        if len(segments) != 1 or segments[0] not in ALLOWED or not (self.clients and place.issuer):
            return respond_not_here()
        name = segments[0]
        if request.method not in ALLOWED[name].split(", "):
            return web.Response(status=405, headers=NOT_KEPT | {"Allow": ALLOWED[name]})
        if name == "token":
            return await self.token.answer(request)
        return await self._page(request, name, place)

    async def _page(self, request: web.BaseRequest, name: str, place: Place) -> web.Response:
        try:
            if request.method == "POST" and is_from_elsewhere(request, place.origin):
                return await self.pages.message(
                    "This did not come from here",
                    "The page of another site has sent this, so nothing has been done.",
                    status=403,
                    advice=f"Begin again at IFTTT, or open {place.account_url} yourself.",
                )
            return await self._answer(request, name, place)
        except BadInput as error:
            return await self.pages.message("That was not understood", str(error), status=400)
        except (StorageError, TemporarilyUnavailable):
            response = await self.pages.message(
                "One moment, please",
                "This cannot be done just now.",
                status=503,
                advice="Go back, and try again in a few seconds.",
            )
            response.headers["Retry-After"] = RETRY_AFTER_S
            return response

    async def _answer(self, request: web.BaseRequest, name: str, place: Place) -> web.Response:
        endpoint = self.authorize if name == "authorize" else self.account
        return await (endpoint.take if request.method == "POST" else endpoint.show)(request, place)
