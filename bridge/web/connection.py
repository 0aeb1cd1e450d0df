"""The HTTP server below the endpoints, kept quiet: it tells nobody which software it is, and logs nothing that a
stranger sends.

The library's own connection names itself and its version in each header, answers what it cannot parse with a piece
of it, and logs that with a stack trace: a free way to fill our log, or to bring somebody's token into it.
"""  # noqa: D205 -- one sentence

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from bridge.web.crowd import Crowd, Gone, Guest
from bridge.web.envelope import respond_with_error
from bridge.web.ready import SERVER_NAME, ReadyResponse

KEEPALIVE_S: Final = 150.0
"""How long a connection may be silent: longer than the proxies people use keep theirs (nginx 60, cloudflared 90,
Caddy 120), so that it is never us who hang up on a request on its way. Whoever only pretends to send goes then too."""

LOOK_EVERY_S: Final = 1.0
_TURNED_AWAY: Final = {
    Gone.ADDRESS: b"HTTP/1.1 429 Too Many Requests\r\n",
    Gone.FULL: b"HTTP/1.1 503 Service Unavailable\r\n",
}
_BAD_REQUEST: Final = HTTPStatus.BAD_REQUEST.value
_COME_BACK: Final = b"Retry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

log = structlog.get_logger("bridge.web")


class QuietConnection(web.RequestHandler):
    """One connection. `guest`: what is known of who is at its other end; None until they are let in."""

    __slots__ = ("_crowd", "guest")

    def __init__(self, server: "QuietServer", crowd: Crowd, **named: Any) -> None:  # noqa: ANN401 -- the library's own
        super().__init__(server, **named)
        self._crowd = crowd
        self.guest: Guest | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let somebody in, or turn them away."""
        if TYPE_CHECKING:
            assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")
        guest = self._crowd.arrive(str(peer[0]) if peer else "", transport.abort)
        if isinstance(guest, Gone):
            transport.write(_TURNED_AWAY[guest] + _COME_BACK)
            transport.close()
            return
        self.guest = guest
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget who has gone."""
        if self.guest is not None:
            self._crowd.leave(self.guest)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what was sent, as long as it is not too much."""
        guest = self.guest  # nothing comes from whoever was not let in; none at all is the library's word to go on
        if guest is not None and (not data or self._crowd.send(guest, len(data))):
            super().data_received(data)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer under a name that says nothing."""
        is_ready = isinstance(resp, ReadyResponse)  # it says so itself, and always went well
        if not is_ready:
            resp.headers["Server"] = SERVER_NAME
        finished = await super().finish_response(request, resp, start_time)
        if self.guest is not None:
            if request.content.is_eof():
                self._crowd.rest(self.guest, well=is_ready or resp.status < _BAD_REQUEST)
            else:  # the rest of what was sent is still to come, for some seconds
                request.content.on_eof(partial(self._crowd.rest, self.guest, well=False))
        return finished

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
    """Makes quiet connections. `broken` hears of each answer that no endpoint gave; `crowd` knows who is connected."""

    def __init__(
        self,
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        *,
        broken: Callable[[int], None],
        crowd: Crowd,
    ) -> None:
        self.broken = broken
        self._crowd = crowd
        self._looking: asyncio.TimerHandle | None = None
        super().__init__(
            answer,
            request_factory=self._begin,
            access_log=None,
            keepalive_timeout=KEEPALIVE_S,
        )

    def __call__(self) -> QuietConnection:
        """Return a new connection."""
        if self._looking is None:
            self._looking = self._loop.call_later(LOOK_EVERY_S, self.look)
        return QuietConnection(self, self._crowd, loop=self._loop, **self._kwargs)

    def look(self) -> None:
        """Look who takes too long, and again and again while anybody is there: an idle bridge sleeps."""
        self._crowd.look()
        self._looking = self._loop.call_later(LOOK_EVERY_S, self.look) if self._crowd.stirs else None

    def look_no_more(self) -> None:
        """End that."""
        if self._looking is not None:
            self._looking.cancel()

    def _begin(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        if isinstance(protocol, QuietConnection) and protocol.guest is not None:
            self._crowd.ask(protocol.guest)
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop)
