"""The Realtime API as IFTTT serves it, and its bad days: refusing, slow, gone. Knows nothing of Applets."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from aiohttp import web

from bridge.simulator.habits import Listen
from bridge.simulator.protocol import BAD_REQUEST, OK, UNAUTHORIZED, Entry, ProtocolError, read_notification
from bridge.simulator.records import Records

PATH = "/v1/notifications"


@dataclass(frozen=True, slots=True)
class Notification:
    """A call that was received, at a reading of the loop's clock; without entries when it was malformed."""

    at: float
    entries: tuple[Entry, ...]
    status: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it comes in."""

    service_key: str
    body: bytes
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a call."""

    status: int
    body: dict[str, list[dict[str, str]]]
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class BadDay:
    """How to answer the next `times` calls that deserve a 200."""

    status: int
    retry_after: int | str | None = None
    times: int = 0


class RealtimeListener:
    """Receives notifications; hands the entries of each that it answers with 200 to `on_entries`, before answering.

    Without `listen` there is no port: calls are handed to `receive`, which answers them just the same.
    """

    def __init__(
        self, service_key: str, listen: Listen | None, *, on_entries: Callable[[tuple[Entry, ...], int], None]
    ) -> None:
        self.notifications: Records[Notification] = Records()
        self.up = False
        self._service_key = service_key.encode()
        self._listen = listen
        self._port = 0 if listen is None else listen.port
        self._on_entries = on_entries
        self._runner: web.AppRunner | None = None
        self._bad_day = BadDay(OK)
        self._delay_s = 0.0

    @property
    def url(self) -> str:
        """The address to notify, known once it has started. LookupError without a port."""
        if self._listen is None:
            raise LookupError("Notifications are handed over here: there is no address to send them to.")
        scheme = "http" if self._listen.ssl_context is None else "https"
        return f"{scheme}://{self._listen.host}:{self._port}{PATH}"

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        if self.up:
            return
        self.up = True
        if self._listen is None:
            return
        application = web.Application()
        application.router.add_post(PATH, self._answer)
        # Calls that are being answered slowly are cut: a dead server finishes nothing either.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._listen.host, self._port, ssl_context=self._listen.ssl_context)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        self.up = False
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def respond_with(self, status: int, *, retry_after: int | str | None = None, times: int = 1) -> None:
        """Answer the next `times` well-formed calls so, and act on none of them."""
        self._bad_day = BadDay(status, retry_after, times)

    def slow(self, seconds: float) -> None:
        """Act at once on calls from now on, and answer them this much later."""
        self._delay_s = seconds

    async def receive(self, call: Call) -> Said | None:
        """Act on a call and answer it. None: nobody is there to answer, or not any more."""
        if self._is_gone():
            return None
        arrived = asyncio.get_running_loop().time()
        entries, status, message = self._judge(call)
        retry_after = None
        if status == OK and self._bad_day.times > 0:
            status, message = self._bad_day.status, "Not now."
            retry_after = None if self._bad_day.retry_after is None else str(self._bad_day.retry_after)
            self._bad_day = replace(self._bad_day, times=self._bad_day.times - 1)
        delay_s = self._delay_s
        self._on_entries(entries, status)
        self.notifications.add(Notification(arrived, entries, status, call.request_id))
        await asyncio.sleep(delay_s)
        said = Said(status, {} if status == OK else _errors(message), retry_after)
        return None if self._is_gone() else said

    def _is_gone(self) -> bool:
        return not self.up

    async def _answer(self, request: web.Request) -> web.Response:
        key, request_id = (request.headers.get(name, "") for name in ("IFTTT-Service-Key", "X-Request-ID"))
        said = await self.receive(Call(key, await request.read(), request_id))
        if said is None:  # it has been stopped in between
            raise ConnectionResetError
        headers = {} if said.retry_after is None else {"Retry-After": said.retry_after}
        return web.json_response(said.body, status=said.status, headers=headers)

    def _judge(self, call: Call) -> tuple[tuple[Entry, ...], int, str]:
        # Headers arrive as text in which odd bytes are escaped; comparing bytes takes them all.
        if not hmac.compare_digest(call.service_key.encode(errors="surrogateescape"), self._service_key):
            return (), UNAUTHORIZED, "This is not the service key."
        try:
            return read_notification(call.body), OK, ""
        except ProtocolError as problem:
            return (), BAD_REQUEST, str(problem)


def _errors(message: str) -> dict[str, list[dict[str, str]]]:
    return {"errors": [{"message": message}]}
