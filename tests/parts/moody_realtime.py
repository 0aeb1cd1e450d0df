"""A stand-in for IFTTT's Realtime API in as many moods as services: each service key meets a mood of its own."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

Mood = Callable[["MoodyRealtime", web.BaseRequest], Awaitable[web.StreamResponse]]
Entry = tuple[str, str]
"""`trigger_identity` or `user_id`, and its text."""

FOR_EVER_S = 30 * 24 * 3600.0


def answers(status: int, headers: Mapping[str, str] | None = None) -> Mood:
    """Answer at once with a status."""

    async def answer(_api: "MoodyRealtime", _request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return answer


def slow(seconds: float) -> Mood:
    """Take note, after a while."""

    async def answer(_api: "MoodyRealtime", _request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response()

    return answer


async def resets(_api: "MoodyRealtime", request: web.BaseRequest) -> web.StreamResponse:
    """Break the connection instead of an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half_an_answer(_api: "MoodyRealtime", request: web.BaseRequest) -> web.StreamResponse:
    """Begin an answer and never end its headers."""
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-")
    await asyncio.sleep(FOR_EVER_S)
    return web.Response()


WELL = answers(200)
SILENT = slow(FOR_EVER_S)


@dataclass
class Attempt:
    """One request: when it came, what it was about, and the status of the answer; 0 while there is none."""

    at_s: float
    entries: tuple[Entry, ...]
    status: int = 0


@dataclass
class MoodyRealtime:
    """`moods` by service key; WELL for all others. `attempts` by service key; `told`: what a good answer was given for,
    by service key, with the time of the last one. `now_s`: the clock. `on_told` hears of each as it is told.
    """  # noqa: D205 -- one paragraph

    now_s: Callable[[], float] = time.monotonic
    url: str = ""
    moods: dict[str, Mood] = field(default_factory=dict)
    attempts: defaultdict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    told: defaultdict[str, dict[Entry, float]] = field(default_factory=lambda: defaultdict(dict))
    keep_attempts: bool = True
    on_told: Callable[[Entry, float], None] = lambda _entry, _now_s: None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a notification in the mood for its key."""
        key = request.headers["IFTTT-Service-Key"]
        body = msgspec.json.decode(await request.read())
        entries = tuple((kind, text) for entry in body["data"] for kind, text in entry.items())
        attempt = Attempt(self.now_s(), entries)
        if self.keep_attempts:
            self.attempts[key].append(attempt)
        response = await self.moods.get(key, WELL)(self, request)
        if request.transport is None or request.transport.is_closing():
            return response  # nobody hears it
        attempt.status = response.status
        if response.status == 200:
            now_s = self.now_s()
            for entry in entries:
                self.told[key][entry] = now_s
                self.on_told(entry, now_s)
        return response

    def identities(self, key: str) -> set[str]:
        """Return the identities told of by themselves."""
        return {text for kind, text in self.told[key] if kind == "trigger_identity"}

    def users(self, key: str) -> set[str]:
        """Return the users told of as such."""
        return {text for kind, text in self.told[key] if kind == "user_id"}


@asynccontextmanager
async def moody_realtime(now_s: Callable[[], float] = time.monotonic, port: int = 0) -> AsyncIterator[MoodyRealtime]:
    """Run one on loopback."""
    api = MoodyRealtime(now_s)
    runner = web.ServerRunner(web.Server(api.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/notifications"
    try:
        yield api
    finally:
        await runner.cleanup()
