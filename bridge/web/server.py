"""The public listener: which path is answered by what. The credential is checked before anything else is looked at."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

import structlog
from aiohttp import web

from bridge.errors import BridgeError, NoSuchResource, NotAuthorized
from bridge.oauth.tokens import digest_of
from bridge.web.actions import ActionEndpoints
from bridge.web.caller import Caller, Callers, Presented
from bridge.web.connection import QuietServer
from bridge.web.credentials import bearer_token
from bridge.web.crowd import Crowd
from bridge.web.envelope import respond_not_here, respond_with_error
from bridge.web.failures import RETRY_AFTER_S, Failures
from bridge.web.oauth_site import OAuthSite
from bridge.web.place import Place
from bridge.web.queries import QueryEndpoints
from bridge.web.setup import SetupEndpoints
from bridge.web.strangers import Strangers
from bridge.web.triggers import TriggerEndpoints
from bridge.web.turns import Away, Turns
from bridge.web.validation import ValidationEndpoints

SHUTDOWN_S: Final = 5.0
PLACES: Final = 512
BACKLOG: Final = 64
"""How many connections are taken in at once: everything else waits for that long."""
MAX_SLASHES: Final = 32
MAX_KNOWN_PATHS: Final = 256
MAX_KNOWN_PATH: Final = 128
_IFTTT: Final = ("ifttt", "v1")
_OAUTH: Final = ("oauth",)
_USER_INFO: Final = ("user", "info")
_OF_USERS: Final = {("triggers",), ("actions",), ("queries",), ("user",)}
_POLLED: Final = 2
"""The segments of a poll: `triggers` and which."""

log = structlog.get_logger("bridge.web")

Served = Callable[[str, tuple[str, ...], int], None]
"""Hears of each answer: method, path behind the prefix, status. Must not fail, and must be quick.

Of the OAuth side the path begins with `oauth`; what no root is above is ().
"""

CheckFailed = Callable[[str, int], None]
"""Hears of each check of a connection (user/info) that failed: digest of the token that was presented, status."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Everything that the public listener answers."""

    callers: Callers
    setup: SetupEndpoints
    triggers: TriggerEndpoints
    actions: ActionEndpoints
    queries: QueryEndpoints
    validation: ValidationEndpoints
    oauth: OAuthSite


class PublicSite:
    """Routes requests. `strangers` brings to the log who was refused; `at_rest`: nothing happens in the home."""

    def __init__(
        self,
        endpoints: Endpoints,
        strangers: Strangers,
        *,
        public_url: str = "",
        served: Served = lambda _method, _segments, _status: None,
        check_failed: CheckFailed = lambda _digest, _status: None,
        at_rest: Callable[[], bool] = lambda: False,
    ) -> None:
        self._endpoints = endpoints
        self._strangers = strangers
        self._served = served
        self._check_failed = check_failed
        self._failures = Failures()
        self.turns = Turns(at_rest)
        self.serve_at(public_url)

    def serve_at(self, public_url: str) -> None:
        """Say where IFTTT calls. The address may have a path of its own, which a proxy may leave in place or strip."""
        self._place = Place(public_url)
        prefix = tuple(unquote(segment) for segment in urlsplit(public_url).path.split("/") if segment)
        self._roots = tuple((*above, *root) for root in (_IFTTT, _OAUTH) for above in (prefix, ()))
        self._known_paths: dict[str, tuple[str, ...]] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        segments = self._segments(request)
        presented = self._endpoints.callers.presented_by(request) if segments[:1] in _OF_USERS else None
        if presented is not None and presented.known:
            await self.turns.known()
        elif (away := await self.turns.stranger(self._strangers.address_of(request))) is not None:
            response: web.StreamResponse = _turned_away(away)
            self._served(request.method, segments, response.status)
            return response
        if request.transport is None:
            raise ConnectionResetError("nobody waits any more")
        response = await self._answer(request, segments, presented)
        self._served(request.method, segments, response.status)
        if segments == _USER_INFO:
            self._look_at_check(request, response.status)
        return response

    def broken(self, status: int) -> None:
        """Take note of an answer to what never became a request."""
        self._served("", (), status)

    async def _answer(
        self, request: web.BaseRequest, segments: tuple[str, ...], presented: Presented | None
    ) -> web.StreamResponse:
        try:
            if len(segments) == _POLLED and segments[0] == "triggers" and request.method == "POST":
                caller = await self._endpoints.callers.of(request, presented)  # as all of a user's; most are polls
                return await self._endpoints.triggers.poll(request, caller, segments[1])
            if segments[:1] == _OAUTH:
                return await self._endpoints.oauth.answer(request, segments[1:], self._place)
            return await self._route(request, segments, presented)
        except NotAuthorized as error:
            self._strangers.tell(request, str(error))
            return self._failures.respond_to(error)
        except BridgeError as error:
            return self._failures.respond_to(error)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise  # the other side has gone: there is nobody to answer
        except Exception as error:  # noqa: BLE001 -- the edge of one request
            return self._failures.respond_to_bug(error)

    async def _route(
        self, request: web.BaseRequest, segments: tuple[str, ...], presented: Presented | None
    ) -> web.StreamResponse:
        match (request.method, *segments):
            case (_, "triggers" | "actions" | "queries" | "user", *_):
                caller = await self._endpoints.callers.of(request, presented)  # before anything else is looked at
                return await self._for_user(request, caller, segments)
            case ("GET", "status"):
                return self._endpoints.setup.status(request)
            case ("POST", "test", "setup"):
                return self._endpoints.setup.test_setup(request)
            case _:
                return respond_not_here()

    async def _for_user(  # noqa: PLR0911 -- a table of routes
        self, request: web.BaseRequest, caller: Caller, segments: tuple[str, ...]
    ) -> web.StreamResponse:
        endpoints = self._endpoints
        match (request.method, *segments):
            case ("POST", "actions", slug):
                return await endpoints.actions.run(request, caller, slug)
            case ("POST", "queries", slug):
                return await endpoints.queries.run(request, caller, slug)
            case ("GET", "user", "info"):
                return endpoints.setup.user_info(request, caller)
            case ("DELETE", "triggers", slug, "trigger_identity", identity):
                return await endpoints.triggers.forget(request, caller, slug, identity)
            case ("POST", "triggers", slug, "fields", field, "options"):
                return await endpoints.triggers.options(request, caller, slug, field)
            case ("POST", "actions", slug, "fields", field, "options"):
                return await endpoints.actions.options(request, caller, slug, field)
            case ("POST", "queries", slug, "fields", field, "options"):
                return await endpoints.queries.options(request, caller, slug, field)
            case ("POST", "triggers", slug, "fields", field, "validate"):
                return await endpoints.validation.one(request, caller, slug, field)
            case ("POST", "triggers", slug, "validate") | ("POST", "triggers", slug, "fields", "validate"):
                return await endpoints.validation.all(request, caller, slug)
            case _:
                raise NoSuchResource("There is no such endpoint.")

    def _look_at_check(self, request: web.BaseRequest, status: int) -> None:
        """Say that IFTTT's check of a connection failed: for whom, only the token that it presented can tell."""
        if request.method == "GET" and (
            status == HTTPStatus.UNAUTHORIZED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            with suppress(NotAuthorized):  # without a token it was nobody's
                self._check_failed(digest_of(bearer_token(request)), status)

    def _segments(self, request: web.BaseRequest) -> tuple[str, ...]:
        """Return what follows `/ifttt/v1`, or `oauth` and what follows it; nothing for other paths.

        Repeated slashes and one at the end are forgiven: IFTTT sends them (protocol reference, section 1.1).
        """
        path = request.rel_url.raw_path
        known = self._known_paths.get(path)
        if known is not None:
            return known
        segments = tuple(unquote(segment) for segment in path.split("/", MAX_SLASHES) if segment)
        for root in self._roots:
            if segments[: len(root)] == root:
                return self._remember(path, _below(root, segments))
        return ()

    def _remember(self, path: str, segments: tuple[str, ...]) -> tuple[str, ...]:
        """Keep how the paths that IFTTT uses again and again are read; there are few, so no stranger may add many."""
        if len(path) <= MAX_KNOWN_PATH and len(self._known_paths) < MAX_KNOWN_PATHS:
            self._known_paths[path] = segments
        return segments


def _turned_away(away: Away) -> web.StreamResponse:
    """Answer somebody whose turn cannot come: too many others wait, or too many requests of their own."""
    status = HTTPStatus.TOO_MANY_REQUESTS if away is Away.ADDRESS else HTTPStatus.SERVICE_UNAVAILABLE
    return respond_with_error("Too many requests at once. Please try again.", status, Retry_After=RETRY_AFTER_S)


def _below(root: tuple[str, ...], segments: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is below a root. Below IFTTT's there is no OAuth, whatever a stranger calls his path."""
    below = segments[len(root) :]
    if root[-1:] == _OAUTH:
        return _OAUTH + below
    return () if below[:1] == _OAUTH else below


@asynccontextmanager
async def listening(
    answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    host: str,
    port: int,
    *,
    broken: Callable[[int], None] = lambda _status: None,
    crowd: Crowd | None = None,
) -> AsyncIterator[int]:
    """Listen while the context lasts and give the port (useful where 0 asked for any). Ends with open requests done.

    `broken` hears of each answer to what is no request; `crowd` says who may connect.
    """
    if crowd is None:
        crowd = Crowd(lambda: PLACES, asyncio.get_running_loop().time)
    server = QuietServer(answer, broken=broken, crowd=crowd)
    runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        yield runner.addresses[0][1]
    finally:
        server.look_no_more()
        await runner.cleanup()
