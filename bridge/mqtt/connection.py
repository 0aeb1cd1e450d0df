"""The connection to the broker: the only file that knows aiomqtt.

Keeps one connection up, subscribes, puts what arrives into the intake, acknowledges when told to, publishes. Does not
know what messages mean. It leans on internals of aiomqtt 2.5 (`_client`, `_on_message` and others), because the library
otherwise acknowledges on receipt, hides the DUP flag and drops messages when its queue is full;
tests/integration/mqtt/test_connection_internals.py fails loudly should they move.
"""

import asyncio
import contextlib
import random
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import aiomqtt  # noqa: TID251 -- the one place that knows the library
import structlog
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, MQTT_ERR_SUCCESS, ConnectFlags, MQTTMessage
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.backoff import Backoff
from bridge.commands import Publication
from bridge.errors import BrokerUnavailable, DeliveryUnknown
from bridge.mqtt.awake import Awake, uptime_s
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import BacklogEnded, Connected, Marker, Message
from bridge.mqtt.properties import command_properties, connect_properties
from bridge.mqtt.session import KEEPALIVE_S, Broker, Protocol

CALL_TIMEOUT_S: Final = 5.0
PROBE_TIMEOUT_S: Final = 2.0
PUBACK_TIMEOUT_S: Final = 4.0
MARKER_REPEAT_S: Final = 2.0
MARKER_ATTEMPTS: Final = 5
FILTERS_PER_SUBSCRIBE: Final = 100
STEADY_S: Final = 5.0
"""A connection that lived this long was a good one: the next attempt follows soon."""

T = TypeVar("T")

log = structlog.get_logger("bridge.mqtt")


class Connection:
    """The bridge's one session with the broker. `away_before_start_s`: how long nobody listened before this run."""

    def __init__(
        self,
        broker: Broker,
        intake: Intake,
        *,
        topics: Callable[[], tuple[str, ...]],
        remembered_topics: Callable[[], Awaitable[tuple[str, ...]]],
        remember_topics: Callable[[tuple[str, ...]], Awaitable[None]],
        away_before_start_s: float,
    ) -> None:
        self._broker = broker
        self._intake = intake
        self._topics = topics
        self._remembered_topics = remembered_topics
        self._remember_topics = remember_topics
        self._left_at = uptime_s() - away_before_start_s
        self._began_at = 0.0
        self._knows_v5 = False
        self._number = 0
        self._client: _Client | None = None
        self._marker = b""
        self._marker_seen = asyncio.Event()
        self._trouble = ""
        self._refuses_v5 = False
        self._backoff = Backoff(first_s=0.25, longest_s=30.0)
        self._chance = random.Random()  # noqa: S311 -- spreads reconnects, guards nothing

    @property
    def connected(self) -> bool:
        """Whether commands can be sent now."""
        return self._client is not None

    @property
    def live(self) -> bool:
        """Whether everything that waited at the broker has been handed over."""
        return self.connected and self._marker_seen.is_set()

    @property
    def trouble(self) -> str:
        """Why not everything is live, "" if it is."""
        if self.live:
            return ""
        if self.connected:
            return "what waited at the broker is still coming in"
        return f"no connection to {self._address}: {self._trouble or 'trying'}"

    async def run(self) -> None:
        """Stay connected until cancelled. The broker's absence is survived here."""
        attempt = 0
        protocol = Protocol.V311 if self._broker.protocol is Protocol.V311 else Protocol.V5
        while True:
            lasted_s = 0.0
            try:
                await self._one_connection(protocol)
            except aiomqtt.MqttError as error:
                self._say_trouble(error)
                protocol = self._next_protocol(protocol, error)
            finally:
                lasted_s = self._leave()
            attempt = 0 if lasted_s > STEADY_S else attempt + 1
            await asyncio.sleep(self._backoff.delay_s(attempt, self._chance))

    def hold(self) -> None:
        """Stop reading; what was read is still acknowledged."""
        if self._client is not None:
            self._client.pause()

    def acknowledge(self, messages: Sequence[Message | Marker]) -> None:
        """Send PUBACK for QoS 1 messages of the present connection; those of an ended one are not its business.

        Must be called in the order in which they came.
        """
        client = self._client
        if client is None:
            return
        for message in messages:
            if message.qos and message.connection == client.number:
                client.acknowledge(message.packet_id)

    async def check_awake(self) -> None:
        """Make the broker answer. Raises BrokerUnavailable.

        Bytes sent to a frozen broker lie in its socket and are executed when it thaws; nobody can call them back.
        So nothing is sent that matters before it has just shown that it is awake.
        """
        client = self._client
        if client is None:
            raise BrokerUnavailable("not connected to the broker")
        try:
            await client.publish(self._broker.probe_topic, b"", qos=1, timeout=PROBE_TIMEOUT_S)
        except aiomqtt.MqttError as error:
            raise BrokerUnavailable("the broker does not answer") from error

    async def publish(self, publication: Publication) -> None:
        """Send one message with QoS 1 and retain 0 and wait until the broker has it.

        Raises BrokerUnavailable (nothing was sent) or DeliveryUnknown (sent, no acknowledgement came).
        """
        client = self._client
        if client is None:
            raise BrokerUnavailable("not connected to the broker")
        try:
            await client.publish(
                publication.topic,
                publication.payload,
                qos=1,
                retain=False,
                properties=command_properties() if client.v5 else None,
                timeout=PUBACK_TIMEOUT_S,
            )
        except aiomqtt.MqttCodeError as error:
            raise BrokerUnavailable("the connection to the broker is gone") from error
        except aiomqtt.MqttError as error:
            raise DeliveryUnknown("the broker did not acknowledge the message") from error

    async def publish_status(self, topic_suffix: str, payload: bytes) -> None:
        """Keep something of our own at the broker, for whoever wants to know. Without a connection nothing happens."""
        client = self._client
        if client is None:
            return
        topic = f"ifttt-bridge/{self._broker.client_id}/{topic_suffix}"
        with contextlib.suppress(aiomqtt.MqttError):
            await client.publish(topic, payload, qos=1, retain=True, timeout=PUBACK_TIMEOUT_S)

    @property
    def _address(self) -> str:
        return f"{self._broker.host}:{self._broker.port}"

    async def _one_connection(self, protocol: Protocol) -> None:
        """Connect, subscribe, mark the end of the backlog, and stay until the connection is lost."""
        self._number += 1
        self._marker = f"{self._number}:{secrets.token_hex(8)}".encode()
        self._marker_seen.clear()
        client = _Client(self._broker, protocol, self._number, connected=self._begin, receive=self._on_message)
        try:
            await client.__aenter__()
        except BaseException:
            client.abandon()  # aiomqtt leaves the socket of a failed attempt open
            raise
        try:
            self._trouble = ""
            self._knows_v5 = self._knows_v5 or protocol is Protocol.V5
            log.info("mqtt.connected", broker=self._address, protocol=protocol.value, resumed=client.session_present)
            await self._subscribe(client)
            await self._mark_end_of_backlog(client)
            async for _ in client.messages:  # nothing comes here: this waits for the connection to be lost
                pass
        finally:
            self._intake.attach(pause=_nothing, resume=_nothing)
            await client.leave()

    async def _subscribe(self, client: "_Client") -> None:
        wanted = self._topics()
        remembered = await self._remembered_topics()
        if remembered and not client.session_present:
            log.warning("mqtt.session_lost", note="the broker forgot us: what waited there is missing")
        if client.session_present:
            stale = sorted(set(remembered) - set(wanted))
            for start in range(0, len(stale), FILTERS_PER_SUBSCRIBE):
                await client.unsubscribe(stale[start : start + FILTERS_PER_SUBSCRIBE])
        if remembered != wanted:
            await self._remember_topics(wanted)
        topics = (self._broker.marker_topic, *wanted)
        for start in range(0, len(topics), FILTERS_PER_SUBSCRIBE):
            some = topics[start : start + FILTERS_PER_SUBSCRIBE]
            answers = await client.subscribe(client.filters(some))
            for topic, answer in zip(some, answers, strict=True):
                if _refused(answer):
                    log.error("mqtt.subscription_refused", topic=topic, answer=str(answer))

    async def _mark_end_of_backlog(self, client: "_Client") -> None:
        """Send ourselves a message that comes behind all that waits. A full queue at the broker may drop it: repeat."""
        attempts = 0
        while not self._marker_seen.is_set():
            if not self._intake.full:  # while reading is held up, no answer could come either
                attempts += 1
                await client.publish(self._broker.marker_topic, self._marker, qos=1)
            heard = client.heard
            try:
                async with asyncio.timeout(MARKER_REPEAT_S):
                    await self._marker_seen.wait()
            except TimeoutError:
                if attempts >= MARKER_ATTEMPTS and client.heard == heard:
                    log.warning("mqtt.marker_missing", topic=self._broker.marker_topic)
                    self._end_backlog(client.number)

    def _end_backlog(self, number: int) -> None:
        if not self._marker_seen.is_set():
            self._marker_seen.set()
            self._intake.put(BacklogEnded(number))

    def _begin(self, client: "_Client") -> None:
        """Take note of a new connection before its first message comes, which may be in the same breath."""
        self._client = client
        self._intake.attach(pause=client.pause, resume=client.resume)
        self._began_at = uptime_s()
        away_s = self._began_at - self._left_at
        self._intake.put(Connected(client.number, resumed=client.session_present, away_s=away_s))

    def _on_message(self, message: Message) -> None:
        if message.topic == self._broker.marker_topic:
            self._intake.put(Marker(message.connection, message.qos, message.packet_id))
            if message.payload == self._marker and not message.retained:
                self._end_backlog(message.connection)
            return
        self._intake.put(message)

    def _say_trouble(self, error: aiomqtt.MqttError) -> None:
        """Log why there is no connection: once, and again when the reason is another one."""
        reason = _reason(error)
        if self._client is not None:
            log.warning("mqtt.connection_lost", broker=self._address, reason=reason, note="trying again")
        elif reason != self._trouble:
            log.warning("mqtt.connection_failed", broker=self._address, reason=reason, note="trying again")
        self._trouble = reason

    def _leave(self) -> float:
        """End a connection if there was one, and return how many seconds it lasted."""
        if self._client is None:
            return 0.0
        self._left_at, self._client = self._client.awake.last_s(), None
        return self._left_at - self._began_at

    def _next_protocol(self, protocol: Protocol, error: aiomqtt.MqttError) -> Protocol:
        """Choose what to speak next: 3.1.1 where the broker refuses version 5, or is silent and never spoke it."""
        if self._broker.protocol is not Protocol.AUTO:
            return protocol
        if isinstance(error, aiomqtt.MqttCodeError) and "nsupported protocol version" in str(error):
            log.info("mqtt.falling_back", broker=self._address, protocol=Protocol.V311.value)
            self._refuses_v5 = True
        silent = self._client is None and protocol is Protocol.V5 and str(error) == "Operation timed out"
        return Protocol.V311 if self._refuses_v5 or (silent and not self._knows_v5) else Protocol.V5


class _Client(aiomqtt.Client):
    """One connection. A new object each time: the library never sends again what an earlier one had left."""

    def __init__(
        self,
        broker: Broker,
        protocol: Protocol,
        number: int,
        *,
        connected: "Callable[[_Client], None]",
        receive: Callable[[Message], None],
    ) -> None:
        self.number = number
        self.session_present = False
        self.heard = 0
        self.v5 = protocol is Protocol.V5
        self._tell_connected = connected
        self._receive = receive
        self._paused = False
        self.awake = Awake(uptime_s)
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
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )
        self.pending_calls_threshold = 1000
        self._client.manual_ack_set(on=True)
        self._client.disable_logger()

    def acknowledge(self, packet_id: int) -> None:
        """Send PUBACK."""
        self._client.ack(packet_id, 1)

    def filters(self, topics: tuple[str, ...]) -> list[tuple[str, Any]]:
        """Return subscriptions of QoS 1. Never 2: its first acknowledgement leaves before anything is on disk."""
        if self.v5:
            return [(topic, SubscribeOptions(qos=1)) for topic in topics]
        return [(topic, 1) for topic in topics]

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

    async def _misc_loop(self) -> None:
        while self._client.loop_misc() == MQTT_ERR_SUCCESS:
            self.awake.tick()
            await asyncio.sleep(1)

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 -- the library's signature
        """Wait with a limit. `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes with the result."""
        try:
            async with asyncio.timeout(self.timeout if timeout is None else timeout):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None

    def _descriptor(self) -> int:
        sock = self._client.socket()
        return -1 if sock is None else sock.fileno()

    def _read(self) -> None:
        try:
            self._client.loop_read()
        except Exception as error:  # noqa: BLE001 -- whatever breaks the reading ends this connection
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    def _on_connect(
        self,
        client: PahoClient,
        userdata: object,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Any = None,  # noqa: ANN401 -- the library's signature
    ) -> None:
        if not reason_code.is_failure and not self._connected.done():
            self.session_present = flags.session_present
            self._tell_connected(self)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_message(self, client: PahoClient, userdata: object, message: MQTTMessage) -> None:  # noqa: ARG002 -- the library's signature
        self.heard += 1
        try:
            topic: str | None = message.topic
        except UnicodeDecodeError:
            topic = None
        self._receive(
            Message(self.number, topic, bytes(message.payload), message.qos, message.retain, message.dup, message.mid)
        )


def _refused(answer: object) -> bool:
    return isinstance(answer, ReasonCode) and answer.is_failure


def _reason(error: aiomqtt.MqttError) -> str:
    return str(error.__cause__ or error)


def _nothing() -> None:
    """Hold nothing up: there is no connection."""
