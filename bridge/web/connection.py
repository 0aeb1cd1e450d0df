"""The HTTP server below the endpoints, kept quiet: it tells nobody which software it is, and logs nothing that a
stranger sends.

The library's own connection names itself and its version in each header, answers what it cannot parse with a piece
of it, and logs that with a stack trace: a free way to fill our log, or to bring somebody's token into it.
"""  # noqa: D205 -- one sentence

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from bridge.web.envelope import respond_with_error
from bridge.web.ready import SERVER_NAME, ReadyResponse

KEEPALIVE_S: Final = 150.0
"""How long a connection may be silent: longer than the proxies people use keep theirs (nginx 60, cloudflared 90,
Caddy 120), so that it is never us who hang up on a request on its way. Whoever only pretends to send goes then too."""

log = structlog.get_logger("bridge.web")


class QuietConnection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer under a name that says nothing."""
        if not isinstance(resp, ReadyResponse):  # which says so itself
            resp.headers["Server"] = SERVER_NAME
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- the library's shape; it may quote what was sent
    ) -> web.StreamResponse:
        """Answer what is not HTTP, and what no endpoint has caught. Raises ConnectionError where nobody is left."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        if self.transport is None and isinstance(exc, ConnectionError | asyncio.IncompleteReadError):
            raise ConnectionError("the other side has gone in the middle of its request") from exc
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request.failed", exc_info=exc)
            response = respond_with_error("Something went wrong on our side.", status)
        else:
            log.debug("request.broken", error=type(exc).__name__)
            response = respond_with_error("The request is broken.", status)
        if isinstance(self._manager, QuietServer):
            self._manager.broken(status)
        response.force_close()
        return response

    def log_exception(self, *args: object, **named: object) -> None:  # noqa: ARG002 -- the library's words; may quote
        """Say what broke beside all endpoints. What came broken when its answer had been sent is not worth a word."""
        error = named.get("exc_info")
        if isinstance(error, web.RequestPayloadError | ConnectionError):
            log.debug("request.broken", error=type(error).__name__)
        else:
            log.error("request.failed", exc_info=error)


class QuietServer(web.Server):
    """Makes quiet connections. `broken` hears of each answer that no endpoint gave."""

    def __init__(
        self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], *, broken: Callable[[int], None]
    ) -> None:
        self.broken = broken
        super().__init__(answer, access_log=None, keepalive_timeout=KEEPALIVE_S)

    def __call__(self) -> QuietConnection:
        """Return a new connection."""
        return QuietConnection(self, loop=self._loop, **self._kwargs)
