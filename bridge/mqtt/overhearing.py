"""Hearing once what a broker keeps, under a name of its own: nothing stays there, and nothing is taken from others.

Knows nothing of what messages mean.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from bridge.errors import BrokerUnavailable
from bridge.mqtt import reasons
from bridge.mqtt.probe import PATIENCE_S, passing_client
from bridge.mqtt.session import Broker

STEP_S: Final = 0.1

Take = Callable[[str, bytes], Iterable[str]]
"""Takes a message in, and returns where to listen besides."""


def overhear(broker: Broker, filters: Iterable[str], take: Take, *, seconds: float) -> None:
    """Give `take` what is said and kept on some topics within seconds. Raises BrokerUnavailable or ConnectionFailed."""
    listener = _Listener(broker, filters, take)
    try:
        listener.hear(seconds)
    except (OSError, ValueError) as error:
        raise BrokerUnavailable(str(reasons.unreachable(error, broker))) from error
    finally:
        listener.leave()
    if listener.trouble:
        raise BrokerUnavailable(listener.trouble)


class _Listener:
    """One connection, and what it has asked for. `trouble`: why it hears nothing, "" if it does."""

    def __init__(self, broker: Broker, filters: Iterable[str], take: Take) -> None:
        self._broker, self._filters, self._take = broker, tuple(filters), take
        self._asked: set[str] = set()
        self.trouble = "the broker takes the connection, and does not answer"
        self._ended = False
        self._client = passing_client(broker, "bridge-import", patience_s=PATIENCE_S)
        self._client.on_connect, self._client.on_message = self._connected, self._heard

    def hear(self, seconds: float) -> None:
        """Listen so long."""
        end_s = time.monotonic() + seconds
        self._client.connect(self._broker.host, self._broker.port)
        while time.monotonic() < end_s and not self._ended:
            self._ended = bool(self._client.loop(timeout=STEP_S)) or self._ended

    def leave(self) -> None:
        """Go away."""
        self._client.disconnect()
        if self._client.socket() is not None:
            self._client._sock_close()  # noqa: SLF001 -- paho offers no other way to close without waiting

    def _connected(
        self, _client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self.trouble, self._ended = str(reasons.refused(code.value, str(code), self._broker)), True
        else:
            self.trouble = ""
            self._listen(self._filters)

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._listen(self._take(message.topic, bytes(message.payload)))

    def _listen(self, filters: Iterable[str]) -> None:
        for filter_ in sorted(set(filters) - self._asked):
            self._asked.add(filter_)
            self._client.subscribe(filter_, qos=0)
