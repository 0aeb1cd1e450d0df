"""A broker inside the process, for the demo, trials and tests: amqtt, on this machine's loopback address only.

Not for a home. It asks nobody for a password and does not enforce keep alive: a device that loses power is never seen
to leave. It keeps nothing for an absent client, forgets retained messages when it stops, delivers with the
subscriber's QoS whatever the publisher's was, and speaks MQTT 3.1.1 only. A home runs Mosquitto.

Knows nothing of what the messages say. amqtt is an extra and slow to load, so it is imported when a broker is made.
"""

import asyncio
import errno
import logging
from contextlib import AsyncExitStack, suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from bridge.errors import EmbeddedBrokerFailed, EmbeddedBrokerMissing

if TYPE_CHECKING:
    from bridge.mqtt.embedded_amqtt import GuardedBroker

_HOST = "127.0.0.1"


class EmbeddedBroker:
    """Runs while its `async with` block does; `port` is the one it listens on (0 chooses a free one)."""

    def __init__(self, *, port: int = 1883) -> None:
        self.port = port
        self._connections: set[asyncio.Task[None]] = set()
        self._running = AsyncExitStack()
        self._open = False

    async def __aenter__(self) -> Self:
        broker = _load()
        async with AsyncExitStack() as stack:
            await broker.start()
            stack.push_async_callback(broker.shutdown)
            self._open = True
            server = await self._listen(broker)
            stack.push_async_callback(self._hang_up, server)
            self.port = server.sockets[0].getsockname()[1]
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()

    async def _listen(self, broker: "GuardedBroker") -> asyncio.Server:
        # Our own listener instead of amqtt's: a taken port can be told from other faults, and the chosen one be known.
        try:
            return await asyncio.start_server(partial(self._serve, broker), _HOST, self.port)
        except OSError as error:
            raise EmbeddedBrokerFailed(_why_not(self.port, error)) from error

    async def _serve(self, broker: "GuardedBroker", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections.add(connection)
        try:
            # Neither a client that vanishes nor _hang_up is a fault, yet Python 3.11 would report both as one.
            with suppress(OSError, asyncio.CancelledError):
                if self._open:  # else it was accepted just before the end, and begins after it
                    await broker.connected(reader, writer)
        finally:
            self._connections.discard(connection)
            # Not close(): a client that does not read would keep it, and the end of this broker, waiting.
            writer.transport.abort()

    async def _hang_up(self, server: asyncio.Server) -> None:
        # Before amqtt shuts down, which waits for stuck clients and forgets those that never said who they are.
        self._open = False
        # asyncio leaks a connection whose acceptance is under way when its server closes: let that finish first.
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(0)
        server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await server.wait_closed()


def _load() -> "GuardedBroker":
    try:
        from bridge.mqtt.embedded_amqtt import GuardedBroker  # noqa: PLC0415 -- an extra, and slow to load
    except ImportError as error:
        raise EmbeddedBrokerMissing(
            "The embedded broker is not installed: pip install 'ifttt-bridge[embedded]'. "
            'A home does without it: run Mosquitto and set [mqtt] url = "mqtt://127.0.0.1:1883".'
        ) from error
    for name in ("amqtt", "transitions"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:  # whoever chose a level wants to see these lines
            logger.setLevel(logging.CRITICAL)  # amqtt calls every client that leaves an error
    return GuardedBroker()


def _why_not(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"The embedded broker cannot listen on port {port}: another program uses it. "
            f'If that is a broker such as Mosquitto, use it: [mqtt] url = "mqtt://{_HOST}:{port}". '
            "Otherwise stop that program or choose another port."
        )
    return f"The embedded broker cannot listen on port {port}: {error.strerror or error}. Choose another port."
