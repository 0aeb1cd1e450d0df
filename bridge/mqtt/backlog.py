"""Where does what waited at the broker end? Behind it comes a message that the bridge sends to itself.

Knows nothing of what the messages say, and nothing of when a connection begins and ends.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

import structlog

from bridge.errors import PublicationRefused
from bridge.mqtt.client import Client
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import BacklogEnded, Marker, Message

MARKER_REPEAT_S: Final = 2.0
MARKER_ATTEMPTS: Final = 5

log = structlog.get_logger("bridge.mqtt")


class Backlog:
    """What waited for one connection. `topic`: where the bridge writes to itself.

    `dropped`: a marker was lost on the way, as only a full queue at the broker does. `unmarked`: none came through.
    """

    def __init__(self, number: int, intake: Intake, topic: str) -> None:
        self.over = asyncio.Event()
        self.dropped = False
        self.unmarked = False
        self._number = number
        self._intake = intake
        self._topic = topic
        self._token = f"{number}:{secrets.token_hex(8)}".encode()
        self._attempts = 0
        self._refused = False

    def take(self, message: Message) -> None:
        """Take a message to ourselves. It waits for its turn like any other; ours ends the backlog."""
        self._intake.put(Marker(message.connection, message.qos, message.packet_id, message.duplicate))
        token, _, attempt = message.payload.rpartition(b"/")
        if token == self._token and not message.retained and not self.over.is_set():
            self.dropped = attempt != b"1"
            self._end()

    async def mark(self, client: Client, reading: Callable[[], bool]) -> None:
        """Send markers until one is back. A full queue at the broker may drop one; an access list, all of them.

        `reading`: while reading is held up, no answer could come.
        """
        while not self.over.is_set():
            if reading() and not self._refused:
                await self._send(client)
            heard = client.heard
            try:
                async with asyncio.timeout(MARKER_REPEAT_S):
                    await self.over.wait()
            except TimeoutError:
                if (self._refused or self._attempts >= MARKER_ATTEMPTS) and client.heard == heard and reading():
                    log.warning("mqtt.marker_missing", topic=self._topic)
                    self.unmarked = True
                    self._end()

    async def _send(self, client: Client) -> None:
        self._attempts += 1
        try:
            await client.send(self._topic, self._token + f"/{self._attempts}".encode())
        except PublicationRefused:
            self._refused = True

    def _end(self) -> None:
        self.over.set()
        self._intake.put(BacklogEnded(self._number))
