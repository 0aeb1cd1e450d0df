"""Both ends of the chain in one process, so that one clock counts: a publisher of doors, and a Realtime API."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from aiohttp import web
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from scripts.benchmarks.home import topic

KEEPALIVE_S = 3600
CHECK_S = 0.005
PATIENCE_S = 20.0


class Publisher:
    """Publishes what doors say, with QoS 1, from the event loop itself: a thread's hand-over would be measured too."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(0)  # no limit: pacing is the caller's
        self._client.on_publish = self._count
        self._sent = 0
        self._acknowledged = 0

    async def connect(self) -> None:
        """Connect, and wait until the broker has answered."""
        self._client.connect("127.0.0.1", self._port, keepalive=KEEPALIVE_S)
        sock = self._client.socket()
        if not isinstance(sock, socket.socket):
            raise TypeError("the broker has hung up, or is not spoken to over TCP")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asyncio.get_running_loop().add_reader(sock.fileno(), self._client.loop_read)
        await until(self._client.is_connected, what="the publisher being connected")

    def publish(self, door_id: str, word: str) -> None:
        """Send one message."""
        self._sent += 1
        self._client.publish(topic(door_id), word, qos=1)

    async def settle(self) -> None:
        """Wait until the broker has everything."""
        await until(self._has_settled, what="the broker having everything")

    def close(self) -> None:
        """Say goodbye."""
        sock = self._client.socket()
        if sock is not None:
            asyncio.get_running_loop().remove_reader(sock.fileno())
        self._client.disconnect()

    def _has_settled(self) -> bool:
        self._client.loop_write()  # what the socket had no room for
        return self._acknowledged == self._sent

    def _count(self, *_details: object) -> None:
        self._acknowledged += 1


class Listener:
    """A Realtime API that notes when (perf_counter) it was first told of each identity."""

    def __init__(self) -> None:
        self.told: dict[str, float] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a notification."""
        body = await request.read()
        now = time.perf_counter()
        for entry in msgspec.json.decode(body)["data"]:
            if "trigger_identity" in entry:  # else IFTTT is told to ask for all of a user's
                self.told.setdefault(entry["trigger_identity"], now)
        return web.Response()


@contextlib.asynccontextmanager
async def listening(port: int) -> AsyncIterator[Listener]:
    """Listen on loopback while the context lasts."""
    listener = Listener()
    runner = web.ServerRunner(web.Server(listener.answer, access_log=None))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield listener
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def publishing(port: int) -> AsyncIterator[Publisher]:
    """Stay connected while the context lasts."""
    publisher = Publisher(port)
    await publisher.connect()
    try:
        yield publisher
    finally:
        publisher.close()


async def pace(items: Sequence[str], per_second: float, act: Callable[[str], None]) -> None:
    """Do something with each item, evenly spread. What is late is done at once, so that the rate holds."""
    began = time.perf_counter()
    for number, item in enumerate(items):
        wait_s = began + number / per_second - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        act(item)


async def until(condition: Callable[[], bool], *, within_s: float = PATIENCE_S, what: str) -> None:
    """Wait for a condition. Raises RuntimeError if it does not come true in time."""
    deadline = time.perf_counter() + within_s
    while not condition():
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{what} did not come true within {within_s} s")
        await asyncio.sleep(CHECK_S)
