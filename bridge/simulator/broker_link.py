"""A device's connection to the broker: paho's own thread on one side, asyncio on the other.

Knows topics and payloads, not what they mean.
"""

import asyncio
import socket
import uuid
from collections.abc import Callable, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from bridge.simulator.speech import Message

RECONNECT_AFTER_S = 1
RECONNECT_AT_LEAST_EVERY_S = 2


class BrokerLink:
    """Publishes with QoS 1 and waits for the acknowledgement; receives; comes back by itself when the broker does.

    `on_message` and `on_back` are called in the event loop; `on_back` after each reconnection, once subscribed again.
    `will`: what the broker says when the connection is lost.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        topics: Sequence[str],
        on_message: Callable[[str, bytes], None],
        on_back: Callable[[], None],
        credentials: tuple[str | None, str | None] = (None, None),
        will: Message | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._topics = tuple(topics)
        self._on_message, self._on_back = on_message, on_back
        self._credentials = credentials
        self._will = will
        self._unacknowledged: dict[int, asyncio.Future[None]] = {}

    async def open(self, timeout_s: float) -> None:
        """Connect and subscribe. ConnectionError when the broker refuses or does not answer in time."""
        self._loop = asyncio.get_running_loop()
        self._first: asyncio.Future[None] = self._loop.create_future()
        self._client = self._new_client()
        self._client.connect_async(self._host, self._port, keepalive=30)
        self._client.loop_start()
        try:
            async with asyncio.timeout(timeout_s):
                await self._first
        except BaseException as problem:
            await self.close()
            if isinstance(problem, TimeoutError):
                raise ConnectionError(f"No broker answers at {self._where} within {timeout_s:g} s.") from None
            raise

    async def close(self) -> None:
        """Leave the broker; whoever still waits for an acknowledgement gets a ConnectionError."""
        self._client.disconnect()
        # paho may sleep for a second between two attempts, and is asked to stop only in between.
        await asyncio.to_thread(self._client.loop_stop)
        for waiting in self._unacknowledged.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"Left the broker at {self._where} before it acknowledged."))
        self._unacknowledged.clear()

    async def publish(self, message: Message) -> None:
        """Publish and return once the broker has acknowledged, which may be after it came back."""
        mid = self.send(message)
        # Registered in time: acknowledgements pass through the event loop, which is here until the next await.
        self._unacknowledged[mid] = self._loop.create_future()
        try:
            await self._unacknowledged[mid]
        finally:
            self._unacknowledged.pop(mid, None)

    def send(self, message: Message) -> int:
        """Publish without waiting; return the packet id."""
        return self._client.publish(message.topic, message.payload, qos=1, retain=message.retained).mid

    @property
    def _where(self) -> str:
        return f"{self._host}:{self._port}"

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"simulated-{uuid.uuid4().hex[:12]}")
        client.username_pw_set(*self._credentials)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=self._will.retained)
        client.reconnect_delay_set(RECONNECT_AFTER_S, RECONNECT_AT_LEAST_EVERY_S)
        client.on_socket_open = _send_at_once
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_publish = self._published
        client.on_message = self._received
        return client

    # These four run in paho's thread and do no more there than hand over.

    def _connected(self, client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _more: object) -> None:
        if reason.is_failure:
            self._loop.call_soon_threadsafe(self._refused, f"refuses the connection: {reason}")
        elif self._topics:
            client.subscribe([(topic, 1) for topic in self._topics])
        else:
            self._loop.call_soon_threadsafe(self._ready)

    def _subscribed(
        self, _client: mqtt.Client, _data: object, _mid: int, reasons: list[ReasonCode], _more: object
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._loop.call_soon_threadsafe(self._refused, f"refuses a subscription to {', '.join(self._topics)}")
        else:
            self._loop.call_soon_threadsafe(self._ready)

    def _published(self, _client: mqtt.Client, _data: object, mid: int, _reason: object, _more: object) -> None:
        self._loop.call_soon_threadsafe(self._acknowledged, mid)

    def _received(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self._on_message, message.topic, bytes(message.payload))

    def _refused(self, how: str) -> None:
        if not self._first.done():
            self._first.set_exception(ConnectionError(f"The broker at {self._where} {how}."))

    def _ready(self) -> None:
        if self._first.done():
            self._on_back()
        else:
            self._first.set_result(None)

    def _acknowledged(self, mid: int) -> None:
        waiting = self._unacknowledged.get(mid)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


def _send_at_once(_client: mqtt.Client, _data: object, sock: object) -> None:
    """Keep the kernel from holding a small message back until the one before is acknowledged: up to 40 ms."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
