"""amqtt's broker with three of its faults cured. The only file that imports amqtt, and itself imported late.

Leans on two internals of amqtt 0.12, `_subscriptions` and three private methods: the tests of the embedded broker fail
when they move. Knows nothing of sockets: connections are handed to it.
"""

import asyncio
from collections import deque
from collections.abc import Iterator

from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.session import OutgoingApplicationMessage, Session

_LISTENER = "default"
_ABSENT_SESSION_LIMIT_S = 60


class _Subscriptions(dict[str, list[tuple[Session, int]]]):
    """May change while somebody walks over it: amqtt awaits in between, and a client would wait for ever."""

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self.keys()))


class GuardedBroker(Broker):
    """Lets anybody in, has no listener of its own and no $SYS topics."""

    def __init__(self) -> None:
        super().__init__(
            BrokerConfig(
                listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL, bind="127.0.0.1")},
                session_expiry_interval=_ABSENT_SESSION_LIMIT_S,
                plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            )
        )
        self._subscriptions = _Subscriptions()
        self._served: set[str] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves."""
        await self.stream_connected(reader, writer, _LISTENER)

    async def _run_broadcast(self, running_tasks: deque[asyncio.Task[OutgoingApplicationMessage]]) -> None:
        """Hand out one message. One after the other: the next begins when this has its receivers."""
        self._served.clear()
        await super()._run_broadcast(running_tasks)

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        """Let a client have a message once, however many of its subscriptions take it; without this, once for each."""
        if action is Action.RECEIVE:
            client = session.client_id or ""
            if client in self._served:
                return False
            self._served.add(client)
        return await super()._topic_filtering(session, topic, action)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """Send retained messages to who asked for them: amqtt would send a new client those of everybody's filters."""
        holders = self._subscriptions.get(subscription[0], [])
        if any(holder.client_id == session.client_id for holder, _ in holders):
            await super()._publish_retained_messages_for_subscription(subscription, session)
