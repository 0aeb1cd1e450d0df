"""Servers that stand where a broker does, and behave as a test likes."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.parts.waiting import until

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(converse: Converse, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run one while the context lasts, and give its port. At the end nothing of it is left."""
    talks: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(writer)
        try:
            with contextlib.suppress(ConnectionError):
                await converse(reader, writer)
        finally:
            writer.transport.abort()
            talks.discard(writer)

    async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        for writer in talks:
            writer.transport.abort()
        await until(lambda: not talks, what="the end of what was said")
