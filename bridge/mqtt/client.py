"""One connection to the broker, as the library makes it: the only file that knows aiomqtt.

Connects, subscribes, publishes, acknowledges when told to, and says in the bridge's own errors what went wrong. Does
not know what messages mean, nor when to try again. It leans on internals of aiomqtt 2.5 (`_client`, `_on_message` and
others), because the library otherwise acknowledges on receipt, hides the DUP flag, drops messages when its queue is
full, and keeps to itself why a connection ended and whether a publication was refused;
tests/integration/mqtt/test_connection_internals.py fails loudly should they move.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from typing import Protocol as Shape

import aiomqtt  # noqa: TID251 -- the one place that knows the library
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, MQTT_ERR_SUCCESS, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.errors import BrokerUnavailable, ConnectionFailed, DeliveryUnknown, PacketMalformed, PublicationRefused
from bridge.mqtt import reasons
from bridge.mqtt.awake import Awake, uptime_s
from bridge.mqtt.inflow import Inflow
from bridge.mqtt.limits import OUR_WINDOW, Grant
from bridge.mqtt.message import Message
from bridge.mqtt.outflow import Outflow
from bridge.mqtt.patience import Patience
from bridge.mqtt.properties import command_properties, connect_properties, grant_of, routes_of, subscription_properties
from bridge.mqtt.routes import requests
from bridge.mqtt.session import KEEPALIVE_S, MAX_PACKET_BYTES, Broker, Protocol
from bridge.mqtt.transport import open_socket
from bridge.mqtt.wire import LARGEST, Unpacker

CALL_TIMEOUT_S: Final = 5.0
FILTERS_PER_SUBSCRIBE: Final = 100
REFUSED: Final = 0x80
"""Answers from here on say no."""

TIMED_OUT: Final = "Operation timed out"
PACKET_BESIDES: Final = 32
"""What a publication needs besides topic and payload, at the most."""

T = TypeVar("T")


class Posted(Shape):
    """Is told what became of a posted message."""

    def __call__(self, topic: str, *, taken: bool) -> None:
        """Take note of it."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a connection tells what: that it begins, what comes in, and whether a posted message was taken."""

    begun: "Callable[[Client], None]"
    received: Callable[[Message], None]
    posted: Posted


class Client(aiomqtt.Client):
    """One connection. A new object each time: the library never sends again what an earlier one had left.

    `will`: what the broker publishes, retained, to the status topic when the connection breaks; None for nothing.
    """

    def __init__(self, broker: Broker, protocol: Protocol, number: int, *, will: bytes | None, owner: Owner) -> None:
        self.number = number
        self.session_present = False
        self.heard = 0
        self._patience = Patience()
        self.v5 = protocol is Protocol.V5
        self.grant = Grant()
        self.awake = Awake(uptime_s)
        self.ticked_s = time.monotonic()
        self._broker = broker
        self._owner = owner
        self._paused = False
        self._failure: ConnectionFailed | None = None
        self._last_words = ""
        self._answers: dict[int, asyncio.Future[int | None]] = {}
        self._posted: dict[int, str] = {}
        super().__init__(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            identifier=broker.client_id,
            protocol=aiomqtt.ProtocolVersion.V5 if self.v5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if self.v5 else False,
            clean_start=False if self.v5 else MQTT_CLEAN_START_FIRST_ONLY,
            properties=connect_properties(broker) if self.v5 else None,
            keepalive=KEEPALIVE_S,
            timeout=CALL_TIMEOUT_S,
            will=None if will is None else aiomqtt.Will(broker.status_topic, will, qos=1, retain=True),
        )
        self.pending_calls_threshold = 1000
        self._client.manual_ack_set(on=True)
        self._client.disable_logger()
        self._client.on_log = self._on_log
        self._client._create_socket = self._create_socket  # type: ignore[method-assign] # noqa: SLF001 -- see transport.py
        unpacker = Unpacker(number, v5=self.v5, largest=MAX_PACKET_BYTES if self.v5 else LARGEST)
        self._inflow = Inflow(self._client, unpacker, self._received)
        self._outflow = Outflow(self._loop, self._client, self._break)

    async def enter(self) -> None:
        """Connect. Raises ConnectionFailed."""
        try:
            await self.__aenter__()
        except aiomqtt.MqttError as error:
            self.abandon()  # the library leaves the socket of a failed attempt open
            raise self._why_not(error) from error
        except (ValueError, IndexError) as error:  # an impossible host name; nonsense instead of a WebSocket
            self.abandon()
            raise reasons.unreachable(error, self._broker) from error
        except BaseException:
            self.abandon()
            raise

    async def ended(self, *, within_s: float | None = None) -> None:
        """Wait for the end of the connection, and raise ConnectionFailed with its reason; return if it goes on."""
        done, _ = await asyncio.wait((self._disconnected,), timeout=within_s)
        if done:
            error = self._disconnected.exception()
            raise self._failure or ConnectionFailed(str(error or "the broker ended the connection")) from error

    async def subscribe_all(self, topics: Sequence[str]) -> dict[str, int]:
        """Subscribe with QoS 1, and return each topic's answer: the QoS granted, or a code from REFUSED on.

        Never QoS 2: its first acknowledgement leaves before anything is on disk. Raises ConnectionFailed.
        """
        answers: dict[str, int] = {}
        for number, some in requests(topics, most=FILTERS_PER_SUBSCRIBE):
            filters: list[Any] = [(topic, SubscribeOptions(qos=1) if self.v5 else 1) for topic in some]
            codes: Sequence[int | ReasonCode] = await self._called(
                self.subscribe(filters, properties=self._numbered(number))
            )
            answers |= {topic: _code(code) for topic, code in zip(some, codes, strict=True)}
        return answers

    def _numbered(self, number: int) -> Properties | None:
        return subscription_properties(number) if self.v5 and self.grant.subscription_numbers else None

    async def forget_all(self, topics: Sequence[str]) -> None:
        """End subscriptions. Raises ConnectionFailed."""
        for start in range(0, len(topics), FILTERS_PER_SUBSCRIBE):
            await self._called(self.unsubscribe(list(topics[start : start + FILTERS_PER_SUBSCRIBE])))

    async def send(
        self, topic: str, payload: bytes, *, command: bool = False, within_s: float = CALL_TIMEOUT_S
    ) -> None:
        """Publish with QoS 1 and retain 0, and wait until the broker has it.

        Raises BrokerUnavailable (nothing was sent, or the broker did not take it) or DeliveryUnknown. A broker that
        allows QoS 0 only acknowledges nothing: it is not waited for.
        """
        limit = self.grant.maximum_packet
        if limit is not None and len(topic.encode()) + len(payload) + PACKET_BESIDES > limit:
            raise PublicationRefused(f"the broker takes no message larger than {limit} bytes")
        properties = command_properties() if command and self.v5 else None
        qos = min(1, self.grant.maximum_qos)
        info = self._client.publish(topic, payload, qos, retain=False, properties=properties)
        if info.rc != MQTT_ERR_SUCCESS:
            raise BrokerUnavailable("the connection to the broker is gone")
        if qos == 0:
            return
        code = await self._answer(info.mid, within_s)
        if code >= REFUSED:
            raise PublicationRefused(f"the broker refuses what is published to {topic} (code {code})")

    def post(self, topic: str, payload: bytes) -> None:
        """Publish retained and wait for nothing. What became of it is told to the owner."""
        if not self.grant.retain or self._disconnected.done():
            return
        info = self._client.publish(topic, payload, min(1, self.grant.maximum_qos), retain=True)
        if info.rc == MQTT_ERR_SUCCESS and not info.is_published():
            self._posted[info.mid] = topic

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send PUBACK for each of these, in this order."""
        self._outflow.acknowledge(packet_ids)

    def fail(self, error: ConnectionFailed) -> None:
        """End this connection as if the broker had."""
        if not self._disconnected.done():
            self._failure = error
            self._disconnected.set_exception(aiomqtt.MqttError(str(error)))

    def pause(self) -> None:
        """Stop reading the socket."""
        descriptor = self._descriptor()
        if descriptor >= 0:
            self._paused = True
            self._loop.remove_reader(descriptor)

    def resume(self) -> None:
        """Read the socket again."""
        descriptor = self._descriptor()
        if self._paused and descriptor >= 0:
            self._paused = False
            self._loop.add_reader(descriptor, self._read)

    async def leave(self) -> None:
        """Say goodbye if that is still possible, and close the socket in any case."""
        try:
            await self.__aexit__(None, None, None)
        except aiomqtt.MqttError:
            pass
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the socket of a connection that never came to be, or did not end well."""
        if self._client.socket() is not None:
            self._client._sock_close()  # noqa: SLF001 -- paho offers no other way to close without waiting
        if self._misc_task is not None:
            self._misc_task.cancel()
        for future in (self._connected, self._disconnected):
            if future.done() and not future.cancelled():
                future.exception()  # seen: else Python complains that nobody asked

    def _why_not(self, error: aiomqtt.MqttError) -> ConnectionFailed:
        if self._failure is not None:
            return self._failure
        if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):
            return reasons.refused(error.rc.value, str(error.rc), self._broker)
        if isinstance(error.__context__, OSError) and str(error) != TIMED_OUT:
            return reasons.unreachable(error.__context__, self._broker)
        return reasons.silent(self._broker)

    async def _called(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except aiomqtt.MqttError as error:
            raise self._failure or ConnectionFailed(f"the broker does not answer: {error}") from error

    async def _answer(self, mid: int, within_s: float) -> int:
        """Wait for a PUBACK and return its code."""
        answer: asyncio.Future[int | None] = self._loop.create_future()
        self._answers[mid] = answer
        try:
            async with asyncio.timeout(within_s):
                code = await answer
        except TimeoutError:
            raise DeliveryUnknown("the broker did not acknowledge the message") from None
        finally:
            del self._answers[mid]
        if code is None:
            raise DeliveryUnknown("the connection ended before the broker acknowledged the message")
        return code

    def _create_socket(self) -> Any:  # noqa: ANN401 -- the library's signature
        """Connect; the library calls this in a thread."""
        return open_socket(self._broker, within_s=CALL_TIMEOUT_S)

    async def _misc_loop(self) -> None:
        while self._client.loop_misc() == MQTT_ERR_SUCCESS:
            self.awake.tick()
            self.ticked_s = time.monotonic()
            await asyncio.sleep(1)

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 -- the library's signature
        """Wait with a limit. `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes with the result."""
        try:
            async with self._patience.limit(self.timeout if timeout is None else timeout):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError(TIMED_OUT) from None

    def _descriptor(self) -> int:
        sock = self._client.socket()
        return -1 if sock is None else sock.fileno()

    def _on_socket_open(self, client: PahoClient, userdata: object, sock: Any) -> None:  # noqa: ANN401, ARG002 -- the library's signature
        """Begin to read, our way; the library calls this in a thread."""
        self._loop.call_soon_threadsafe(self._begin, sock.fileno())

    def _begin(self, descriptor: int) -> None:
        self._loop.add_reader(descriptor, self._read)
        self._misc_task = self._loop.create_task(self._misc_loop())

    def _read(self) -> None:
        try:
            self._inflow.read()
        except PacketMalformed as error:
            if self._connected.done():  # else what it said is not worth quoting: it is no broker
                self._failure = reasons.malformed(error)
            self._client._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)  # noqa: SLF001 -- as paho does with what it reads itself
        except Exception as error:  # noqa: BLE001 -- whatever breaks the reading ends this connection
            self._break(error)

    def _on_socket_register_write(self, client: PahoClient, userdata: object, sock: object) -> None:  # noqa: ARG002 -- the library's signature
        self._outflow.begin(connected=self._connected.done())

    def _on_socket_unregister_write(self, client: PahoClient, userdata: object, sock: object) -> None:  # noqa: ARG002 -- the library's signature
        self._outflow.end()

    def _break(self, error: Exception) -> None:
        if not self._disconnected.done():
            self._disconnected.set_exception(error)

    def _on_log(self, client: PahoClient, userdata: object, level: int, text: str) -> None:  # noqa: ARG002 -- the library's signature
        """Keep what paho says of a failing connection; it tells a TLS alert to its log alone."""
        if text.startswith("failed to"):
            self._last_words = text

    def _on_connect(
        self,
        client: PahoClient,
        userdata: object,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Any = None,  # noqa: ANN401 -- the library's signature
    ) -> None:
        if not reason_code.is_failure and not self._connected.done():
            client.on_log = None  # it costs with every message
            self.session_present = flags.session_present
            self.grant = grant_of(properties) if self.v5 else Grant()
            window = min(OUR_WINDOW, self.grant.receive_maximum)
            client._max_inflight_messages = window  # noqa: SLF001 -- paho forbids it now, when it becomes known
            self._owner.begun(self)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self,
        client: PahoClient,
        userdata: object,
        flags: DisconnectFlags,
        reason_code: ReasonCode,
        properties: Any = None,  # noqa: ANN401 -- the library's signature
    ) -> None:
        if not self._connected.done():
            self._failure = reasons.hung_up(self._last_words, self._broker)
            self._connected.set_exception(aiomqtt.MqttError("hung up before it answered"))
        elif self._connected.exception() is None and not self._disconnected.done():
            said = flags.is_disconnect_packet_from_server
            self._failure = self._failure or reasons.ended(reason_code.value, str(reason_code), self._broker, said=said)
        self._wait_no_longer()
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _wait_no_longer(self) -> None:
        """Wake whoever waits for an answer that cannot come any more."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        for subscribed in self._pending_subscribes.values():
            if not subscribed.done():
                subscribed.set_exception(aiomqtt.MqttError("the connection ended"))
        for unsubscribed in self._pending_unsubscribes.values():
            unsubscribed.set()

    def _on_publish(
        self,
        client: PahoClient,
        userdata: object,
        mid: int,
        reason_code: ReasonCode,
        properties: Any,  # noqa: ANN401 -- the library's signature
    ) -> None:
        answer = self._answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason_code.value)
        posted = self._posted.pop(mid, None)
        if posted is not None:
            self._owner.posted(posted, taken=not reason_code.is_failure)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_message(self, client: PahoClient, userdata: object, message: MQTTMessage) -> None:  # noqa: ARG002 -- the library's signature
        """Take a message of QoS 2, which paho has talked over with the broker: nobody subscribes so, but some brokers
        have sent it all the same.
        """  # noqa: D205 -- one sentence
        try:
            topic: str | None = message.topic
        except UnicodeDecodeError:
            topic = None
        routes = () if message.properties is None else routes_of(message.properties)
        payload = bytes(message.payload)
        sent = (message.qos, message.retain, message.dup, message.mid)
        self._received(Message(self.number, topic, payload, *sent, routes=routes))

    def _received(self, message: Message) -> None:
        self.heard += 1
        self._patience.heard()
        self._owner.received(message)


def _code(answer: int | ReasonCode) -> int:
    return answer.value if isinstance(answer, ReasonCode) else answer
