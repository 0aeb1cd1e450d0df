"""What the broker's session for us is subscribed to: brought up to date at each connection, and whenever it changes.

Knows which topics are wanted only by asking, and the connection only by what it needs of it.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, Protocol

import structlog

from bridge.errors import BrokerUnavailable, DeliveryUnknown

HEARING_OUT_S: Final = 5.0
REFUSED: Final = 0x80
"""Answers from here on say no."""

log = structlog.get_logger("bridge.mqtt")


class Client(Protocol):
    """One connection. Its ConnectionFailed ends it, and the next one begins from here."""

    @property
    def session_present(self) -> bool:
        """Whether the broker kept our session."""
        ...

    async def subscribe_all(self, topics: Sequence[str]) -> dict[str, int]:
        """Subscribe with QoS 1 and return the broker's answer to each: the QoS granted, or a code from REFUSED on."""
        ...

    async def forget_all(self, topics: Sequence[str]) -> None:
        """Unsubscribe."""
        ...

    async def send(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, and return when the broker has it. Raises BrokerUnavailable or DeliveryUnknown."""
        ...


class Subscriptions:
    """Keeps the session subscribed to `own_topic` and to what `topics` gives, and to nothing else.

    `remembered` gives what was wanted last, also by an earlier run; `remember` writes it down. `granted` is
    told how the broker answered for all that is subscribed now; `forgotten`, that it has lost the session.
    """

    def __init__(
        self,
        own_topic: str,
        *,
        topics: Callable[[], tuple[str, ...]],
        remembered: Callable[[], Awaitable[tuple[str, ...]]],
        remember: Callable[[tuple[str, ...]], Awaitable[None]],
        granted: Callable[[Mapping[str, int]], None],
        forgotten: Callable[[], None],
    ) -> None:
        self._own_topic = own_topic
        self._topics = topics
        self._remembered = remembered
        self._remember = remember
        self._granted = granted
        self._forgotten = forgotten
        self._alone = asyncio.Lock()
        self._client: Client | None = None
        self._answers: dict[str, int] = {}
        self._refused: set[str] = set()
        self._end_of_hearing = b""
        self._heard_out = asyncio.Event()

    async def begin(self, client: Client) -> None:
        """Subscribe on a new connection to everything; give up what the session still has from before."""
        async with self._alone:
            wanted = self._topics()
            remembered = await self._remembered()
            if remembered and not client.session_present:
                self._forgotten()
            if client.session_present:
                await client.forget_all(sorted(set(remembered) - set(wanted)))
            if remembered != wanted:
                await self._remember(wanted)
            self._answers = {}
            await self._ask_for(client, (self._own_topic, *wanted))
            self._client = client

    def end(self) -> None:
        """Say that the connection is over."""
        self._client = None
        self._heard_out.set()  # there is nothing more to come on it

    async def give_up(self, topics: Collection[str]) -> None:
        """Hear these no more. When this returns, what was said there before has come in.

        A broker that holds it back for long, or is lost meanwhile, is not waited for.
        """
        async with self._alone:
            gone = self._answers.keys() & set(topics)
            if self._client is not None and gone:
                await self._give_up(self._client, gone)
                await self._hear_out(self._client)

    async def _hear_out(self, client: Client) -> None:
        """Send ourselves a message that comes behind all that waits: unsubscribing takes nothing out of the queue."""
        self._end_of_hearing = b"heard:" + secrets.token_hex(8).encode()
        self._heard_out.clear()
        with contextlib.suppress(TimeoutError, BrokerUnavailable, DeliveryUnknown):
            async with asyncio.timeout(HEARING_OUT_S):
                await client.send(self._own_topic, self._end_of_hearing)
                await self._heard_out.wait()

    def heard(self, payload: bytes) -> None:
        """Take note of a message on the bridge's own topic."""
        if payload == self._end_of_hearing:
            self._heard_out.set()

    async def align(self, again: Collection[str] = ()) -> None:
        """Bring the present connection up to what is wanted now. Without one, the next begins with it anyway.

        `again`: topics that are subscribed to once more, so that the broker says what it keeps there.
        """
        async with self._alone:
            if self._client is None:
                return
            wanted = self._topics()
            if wanted != await self._remembered():
                await self._remember(wanted)
            await self._give_up(self._client, self._answers.keys() - {self._own_topic, *wanted})
            await self._ask_for(self._client, sorted(set(wanted) - (self._answers.keys() - set(again))))

    async def _ask_for(self, client: Client, topics: Sequence[str]) -> None:
        answers = await client.subscribe_all(topics)
        for topic, code in answers.items():
            self._tell(topic, code)
        self._answers |= answers
        self._granted(self._answers)

    def _tell(self, topic: str, code: int) -> None:
        """Say once that a topic is refused, however often the connection begins anew, and once that it is not."""
        if code >= REFUSED and topic not in self._refused:
            self._refused.add(topic)  # bounded: only what is configured is subscribed to
            log.error("mqtt.subscription_refused", topic=topic, code=code)
        elif code < REFUSED and topic in self._refused:
            self._refused.remove(topic)
            log.info("mqtt.subscription_granted", topic=topic)

    async def _give_up(self, client: Client, topics: Collection[str]) -> None:
        await client.forget_all(sorted(topics))
        for topic in topics:
            del self._answers[topic]
        self._granted(self._answers)
