"""A stand-in for IFTTT's Realtime API that keeps what it is told and may be told to fail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web


@dataclass
class RealtimeApi:
    """`status`: what it answers. `told`: what all notifications that it took were about, an identity, or `user` and an
    id. `keys`: with which keys.
    """  # noqa: D205 -- one paragraph

    url: str = ""
    status: int = 200
    told: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    requests: int = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a notification."""
        self.requests += 1
        body = msgspec.json.decode(await request.read())
        if self.status == 200:
            self.keys.append(request.headers["IFTTT-Service-Key"])
            self.told.extend(_named(entry) for entry in body["data"])
        return web.Response(status=self.status)


def _named(entry: dict[str, str]) -> str:
    ((kind, text),) = entry.items()
    return f"user {text}" if kind == "user_id" else text


@asynccontextmanager
async def realtime_api() -> AsyncIterator[RealtimeApi]:
    """Run one on loopback."""
    api = RealtimeApi()
    runner = web.ServerRunner(web.Server(api.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/notifications"
    try:
        yield api
    finally:
        await runner.cleanup()
