"""The health of the bridge kept at the broker, where the home can see it: what /readyz says, and the version.

Knows neither MQTT nor how health is found out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

TOPIC: Final = "health"
LOOK_EVERY_S: Final = 1.0
REPEAT_S: Final = 60.0
"""Whoever watches may take a bridge that was silent for a few of these for dead."""


class RetainedHealth:
    """Publishes on change, which is looked for once a second, and once a minute without one.

    `publish` takes the end of the topic and the payload; `now_s` is monotonic. After the broker was away it is told
    anew: it may have forgotten.
    """

    def __init__(
        self,
        summary: Callable[[], dict[str, object]],
        *,
        version: str,
        connected: Callable[[], bool],
        publish: Callable[[str, bytes], Awaitable[None]],
        now_s: Callable[[], float],
    ) -> None:
        self._summary = summary
        self._version = version
        self._connected = connected
        self._publish = publish
        self._now_s = now_s
        self._said = b""
        self._said_at_s = 0.0

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Publish if there is a reason."""
        if not self._connected():
            self._said = b""
            return
        now_s = self._now_s()
        payload = msgspec.json.encode(self._summary() | {"version": self._version})
        if payload != self._said or now_s - self._said_at_s >= REPEAT_S:
            self._said, self._said_at_s = payload, now_s
            await self._publish(TOPIC, payload)
