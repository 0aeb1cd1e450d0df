"""A service that IFTTT could talk to, written by hand: answers what it was told to, and records every request."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from bridge.simulator.records import Records

DEADLINE_S = 10.0
KINDS = {"/triggers/": "check", "/queries/": "query", "/user/info": "user", "/token": "refresh"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """`check`, `order`, `delete`, `query`, `user` or `refresh`."""
        if self.method == "DELETE":
            return "delete"
        return next((kind for part, kind in KINDS.items() if part in self.path), "order")

    @property
    def is_realtime(self) -> bool:
        """Whether a notification caused this check."""
        return self.headers.get("X-IFTTT-Realtime") == "1"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to give."""

    status: int = 200
    body: bytes = b"{}"
    location: str = ""


def event(number: int, *, second: int | None = None) -> dict[str, object]:
    """Return one event as a service lists it; by default a higher number is later."""
    timestamp = 1_770_000_000 + (number if second is None else second)
    return {"room": "Hall", "meta": {"id": f"event-{number}", "timestamp": timestamp}}


DONE = Reply(200, b'{"data": [{"id": "command-1"}]}')
ROWS = Reply(200, b'{"data": [{"state": "open"}]}')
USER = Reply(200, b'{"data": {"name": "Ann", "id": "u_1"}}')
SKIP = Reply(400, b'{"errors": [{"status": "SKIP", "message": "There is no such light."}]}')


class CannedService:
    """Lists `events[trigger]`, accepts actions; replies in `planned[kind]` are used up first."""

    def __init__(self) -> None:
        self.received: Records[Received] = Records()
        self.events: dict[str, list[dict[str, object]]] = defaultdict(list)
        self.planned: dict[str, deque[Reply]] = defaultdict(deque)
        self.open = asyncio.Event()
        self.open.set()
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{anything:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def of(self, kind: str) -> list[Received]:
        """Return the requests of one kind."""
        return [one for one in self.received.newest if one.kind == kind]

    async def wait_for(self, kind: str, n: int) -> list[Received]:
        """Return the requests of one kind once there are `n`."""
        while len(self.of(kind)) < n:
            await self.received.wait_for(self.received.total + 1, timeout_s=DEADLINE_S, what="requests")
        return self.of(kind)

    async def _answer(self, request: web.Request) -> web.Response:
        received = Received(request.method, request.raw_path, request.headers.copy(), await request.read())
        self.received.add(received)
        await self.open.wait()
        reply = self._reply(received)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if reply.location:
            headers["Location"] = reply.location
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    def _reply(self, received: Received) -> Reply:
        if self.planned[received.kind]:
            return self.planned[received.kind].popleft()
        if received.kind == "check":
            listed = self.events[received.path.rsplit("/", 1)[1]]
            return Reply(200, json.dumps({"data": listed}).encode())
        return {"order": DONE, "query": ROWS, "user": USER}.get(received.kind, Reply())
