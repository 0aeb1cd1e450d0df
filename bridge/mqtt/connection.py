"""The connection to the broker: kept up, subscribed, its backlog marked, and made again when it is lost.

Puts what arrives into the intake, acknowledges when told to, publishes, and says at the broker whether the bridge is
there. Does not know what messages mean, nor how the library works (client.py).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from typing import Final

import structlog

from bridge.commands import Publication
from bridge.errors import (
    BrokerUnavailable,
    ConnectionFailed,
    DeliveryUnknown,
    ProtocolRefused,
    PublicationRefused,
    WillRefused,
)
from bridge.mqtt import limits
from bridge.mqtt.awake import uptime_s
from bridge.mqtt.backlog import Backlog
from bridge.mqtt.client import Client, Owner
from bridge.mqtt.course import Course, Pace
from bridge.mqtt.intake import Intake
from bridge.mqtt.limit_book import LimitBook
from bridge.mqtt.losses import Losses
from bridge.mqtt.message import Connected, Marker, Message
from bridge.mqtt.session import Broker, Protocol
from bridge.mqtt.subscriptions import Subscriptions

PROBE_TIMEOUT_S: Final = 2.0
PUBACK_TIMEOUT_S: Final = 4.0
ONLINE: Final = b"online"
OFFLINE: Final = b"offline"

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
        pace: Pace = Pace(),  # noqa: B008 -- immutable
    ) -> None:
        self._broker = broker
        self._intake = intake
        self.losses = Losses()
        self._subscriptions = Subscriptions(
            broker.marker_topic,
            topics=topics,
            remembered=remembered_topics,
            remember=remember_topics,
            granted=self._on_granted,
            forgotten=self.losses.forgotten,
        )
        self._worked_s = time.monotonic()
        self._left_at = uptime_s() - away_before_start_s
        self._began_at = 0.0
        self._number = 0
        self._client: Client | None = None
        self._backlog = Backlog(0, intake, broker.marker_topic)
        self._trouble = ""
        self._own_prefix = broker.own_prefix
        self._spoken = {broker.status_topic}
        self._limits = LimitBook()
        self._pace = pace
        self._course = Course(broker, pace)
        self._chance = random.Random()  # noqa: S311 -- spreads reconnects, guards nothing

    @property
    def number(self) -> int:
        """The number of the present connection, or of the last attempt at one."""
        return self._number

    @property
    def connected(self) -> bool:
        """Whether commands can be sent now."""
        return self._client is not None

    @property
    def lasts_s(self) -> float | None:
        """For how long the present connection has lasted, None without one."""
        return None if self._client is None else uptime_s() - self._began_at

    @property
    def live(self) -> bool:
        """Whether everything that waited at the broker has been handed over."""
        return self.connected and self._backlog.over.is_set()

    @property
    def trouble(self) -> str:
        """Why not everything is live, "" if it is."""
        if self._course.rival and (self._course.sure or not self.live):
            return self._course.rival
        if self.live:
            return ""
        if self.connected:
            return "what waited at the broker is still coming in"
        return f"no connection to {self._broker.address}: {self._trouble or 'trying'}"

    @property
    def limits(self) -> tuple[str, ...]:
        """What the broker grants less of than the bridge needs, or has lost: what each means, and what to do."""
        return self._limits.texts + self.losses.texts

    @property
    def progress_s(self) -> float:
        """When this last moved on (monotonic seconds): in the future while it waits, on purpose, to try again."""
        return self._worked_s if self._client is None else max(self._worked_s, self._client.ticked_s)

    async def run(self) -> None:
        """Stay connected until cancelled. The broker's absence is survived here."""
        while True:
            self._worked_s = time.monotonic()
            try:
                await self._one_connection()
            except ConnectionFailed as error:
                self._say_trouble(error)
                self._learn(error)
            finally:
                self._leave()
            delay_s = self._course.delay_s(self._chance)
            self._worked_s = time.monotonic() + delay_s
            await asyncio.sleep(delay_s)

    async def give_up(self, topics: Collection[str]) -> None:
        """Hear these topics no more. When this returns, what was said there before has come in."""
        await self._or_begin_anew(self._subscriptions.give_up(topics))

    async def follow_topics(self, again: Collection[str] = ()) -> None:
        """Subscribe to what is wanted now and to nothing else, without a new connection.

        `again`: topics where what the broker keeps is to be heard once more, by who was not there yet.
        """
        await self._or_begin_anew(self._subscriptions.align(again))

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
        number = client.number
        client.acknowledge([each.packet_id for each in messages if each.qos and each.connection == number])

    async def check_awake(self) -> None:
        """Make the broker answer. Raises BrokerUnavailable.

        Bytes sent to a frozen broker lie in its socket and are executed when it thaws; nobody can call them back.
        So nothing is sent that matters before it has just shown that it is awake.
        """
        client = self._present()
        try:
            if client.grant.maximum_qos > 0:
                await client.send(self._broker.probe_topic, b"", within_s=PROBE_TIMEOUT_S)
            else:  # nothing is acknowledged there but this
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    await client.subscribe_all([self._broker.marker_topic])
        except PublicationRefused:
            return  # that was an answer
        except (DeliveryUnknown, ConnectionFailed, TimeoutError) as error:
            raise BrokerUnavailable("the broker does not answer") from error

    async def publish(self, publication: Publication) -> None:
        """Send one message with QoS 1 and retain 0 and wait until the broker has it.

        Raises BrokerUnavailable (nothing was sent, or the broker did not take it) or DeliveryUnknown (sent, no
        acknowledgement came).
        """
        client = self._present()
        topic = publication.topic
        try:
            await client.send(topic, publication.payload, command=True, within_s=PUBACK_TIMEOUT_S)
        except PublicationRefused as error:
            self._limits.replace(topic, limits.command_refused(str(error)))
            raise
        self._limits.replace(topic, {})

    async def publish_status(self, topic_suffix: str, payload: bytes) -> None:
        """Publish something about the bridge, retained, beside its status; nothing while there is no connection.

        Nobody waits for the broker to take it: if it refuses, that is said as a limit.
        """
        if self._client is not None:
            topic = self._broker.beside_status(topic_suffix)
            self._spoken.add(topic)
            self._client.post(topic, payload)

    def _present(self) -> Client:
        if self._client is None:
            raise BrokerUnavailable("not connected to the broker")
        return self._client

    async def _one_connection(self) -> None:
        """Connect, subscribe, mark the end of the backlog, and stay until the connection is lost: ConnectionFailed."""
        self._number += 1
        self._backlog = Backlog(self._number, self._intake, self._broker.marker_topic)
        protocol = self._course.protocol
        will = OFFLINE if self._course.with_will else None
        owner = Owner(self._begin, self._on_message, self._on_posted)
        client = Client(self._broker, protocol, self._number, will=will, owner=owner)
        await client.enter()
        try:
            self._say_connected(client, protocol)
            await self._subscriptions.begin(client)
            client.post(self._broker.status_topic, ONLINE)
            await self._mark_end_of_backlog(client)
            if self._course.rival:
                await client.ended(within_s=self._pace.calm_s)
                self._course.calm()
                log.info("mqtt.rival_gone", client_id=self._broker.client_id)
            await client.ended()
        finally:
            self._subscriptions.end()
            self._intake.attach(pause=_nothing, resume=_nothing)
            client.post(self._broker.status_topic, OFFLINE)
            await client.leave()

    async def _or_begin_anew(self, change: Coroutine[None, None, None]) -> None:
        """Change the subscriptions. What the broker does not confirm is set right by a new connection."""
        try:
            await change
        except ConnectionFailed as error:
            if self._client is not None:
                self._client.fail(error)

    async def _mark_end_of_backlog(self, client: Client) -> None:
        try:
            await self._backlog.mark(client, lambda: not self._intake.full)
        except (BrokerUnavailable, DeliveryUnknown) as error:
            await client.ended(within_s=0)
            raise ConnectionFailed(f"the broker does not work as it should: {error}") from error
        found: dict[str, str] = {}
        if self._backlog.unmarked:
            found |= limits.marker_refused(self._broker.marker_topic)
        if self._backlog.dropped:
            found |= limits.queue_full(self._broker.marker_topic)
        self._limits.replace("backlog", found)

    def _begin(self, client: Client) -> None:
        """Take note of a new connection before its first message comes, which may be in the same breath."""
        self._client = client
        self._intake.attach(pause=client.pause, resume=client.resume)
        self._began_at = uptime_s()
        away_s = self._began_at - self._left_at
        self._intake.put(Connected(client.number, resumed=client.session_present, away_s=away_s))

    def _on_message(self, message: Message) -> None:
        topic = message.topic
        if topic is None or not (topic.startswith(self._own_prefix) or topic in self._spoken):
            self._intake.put(message)
        elif topic == self._broker.marker_topic:
            self._backlog.take(message)
            self._subscriptions.heard(message.payload)
        else:
            self._intake.put(Marker(message.connection, message.qos, message.packet_id, message.duplicate))

    def _on_granted(self, answers: Mapping[str, int]) -> None:
        self._limits.replace("subscriptions", limits.granted_less(answers))

    def _on_posted(self, topic: str, *, taken: bool) -> None:
        self._limits.replace(topic, {} if taken else limits.post_refused(topic))

    def _say_connected(self, client: Client, protocol: Protocol) -> None:
        say = log.debug if self._course.rival else log.info  # thrown out again and again: that is said already
        say("mqtt.connected", broker=self._broker.address, protocol=protocol.value, resumed=client.session_present)
        self._trouble = ""
        self._limits.replace("connection", limits.limits_of(client.grant, self._broker))

    def _say_trouble(self, error: ConnectionFailed) -> None:
        """Log why there is no connection: once, and again when the reason is another one."""
        reason = str(error)
        if self._client is not None:
            say = log.debug if self._course.rival else log.warning
            say("mqtt.connection_lost", broker=self._broker.address, reason=reason, note="trying again")
        elif reason != self._trouble:
            log.warning("mqtt.connection_failed", broker=self._broker.address, reason=reason, note="trying again")
        self._trouble = reason

    def _learn(self, error: ConnectionFailed) -> None:
        before, rival = self._course.protocol, self._course.rival
        if self._client is None:
            self._course.failed(error)
        else:
            self._course.ended(error, self._client.awake.last_s() - self._began_at)
        if isinstance(error, WillRefused):
            self._limits.replace("will", limits.will_refused(str(error)))
        if self._course.rival and not rival:
            log.error("mqtt.rival", client_id=self._broker.client_id, note=self._course.rival)
        if self._course.protocol is not before and isinstance(error, ProtocolRefused):
            log.info("mqtt.falling_back", broker=self._broker.address, protocol=self._course.protocol.value)

    def _leave(self) -> None:
        """Note the end of a connection, if there was one."""
        if self._client is not None:
            self._left_at, self._client = self._client.awake.last_s(), None


def _nothing() -> None:
    """Hold nothing up: there is no connection."""
