"""Servers that stand where IFTTT's Realtime API does: a well-behaved one, and raw ones that do as a test likes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDictProxy

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
"""What a raw server does with its connection number so-and-so (from 1)."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Api:
    """Keeps what it was sent and answers as it is set."""

    url: str = ""
    status: int = 200
    answer_headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    methods: list[str] = field(default_factory=list)
    headers: list[CIMultiDictProxy[str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a request."""
        self.methods.append(f"{request.method} {request.raw_path}")
        self.headers.append(request.headers)
        self.bodies.append(await request.read())
        return web.Response(status=self.status, headers=self.answer_headers, body=self.body)


@asynccontextmanager
async def api(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Api]:
    """Run a well-behaved one."""
    running = Api()
    runner = web.ServerRunner(web.Server(running.answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        scheme = "http" if tls is None else "https"
        running.url = f"{scheme}://127.0.0.1:{runner.addresses[0][1]}/v1/notifications"
        yield running
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(converse: Conversation) -> AsyncIterator[str]:
    """Run one that speaks bytes, and give its URL."""
    count = 0
    talks: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        talks.add(writer)
        try:
            await converse(reader, writer, count)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/notifications"
    finally:
        server.close()
        for writer in talks:
            writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Read one request and return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
    return await reader.readexactly(length)
