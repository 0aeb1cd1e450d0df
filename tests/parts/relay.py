"""A stretch of network between two programs on loopback, that can be cut and made slow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.parts.waiting import until

CHUNK = 4096


class Relay:
    """Passes on what comes, both ways. `port`: where to connect instead of `target`.

    `bytes_per_s`: how much it carries towards whoever connected, None for as much as comes.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.bytes_per_s: float | None = None
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break all connections at once, without a goodbye."""
        for writer in self._writers:
            writer.transport.abort()

    @property
    def idle(self) -> bool:
        """Whether nobody is connected."""
        return not self._writers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        self.connections += 1
        try:
            there, here = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, here}
        self._writers |= ends
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, here, ends))
                both.create_task(self._carry(there, writer, ends, throttled=True))
        finally:
            self._writers -= ends

    async def _carry(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        ends: set[asyncio.StreamWriter],
        *,
        throttled: bool = False,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                if throttled and self.bytes_per_s is not None:
                    await asyncio.sleep(len(data) / self.bytes_per_s)
                sink.write(data)
                await sink.drain()
        for end in ends:
            end.close()


@contextlib.asynccontextmanager
async def relay_to(target: int) -> AsyncIterator[Relay]:
    """Carry connections to a port while the context lasts."""
    relay = Relay(target)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        relay.cut()
        await until(lambda: relay.idle, what="the connections being broken")
