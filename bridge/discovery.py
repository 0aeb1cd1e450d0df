"""Letting count what devices say of themselves: soon after it was committed, and not for each message of a flood.

Also asks, once in each connection, the questions to which devices answer how they are. Knows no convention.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from bridge.commands import Publication
from bridge.errors import BridgeError, BrokerUnavailable, DeliveryUnknown

CALM_S: Final = 0.1
"""After the first word of a change so long for the others: a gateway tells of a hundred devices in one breath."""

SHARE: Final = 10
"""Whoever describes other things all the time gets one part in so many of our time."""

RETRY_S: Final = 2.0

log = structlog.get_logger("bridge.pairing")


class Speaker(Protocol):
    """The way to the broker."""

    async def publish(self, publication: Publication) -> None:
        """Send. Raises BrokerUnavailable or DeliveryUnknown."""
        ...


class Discovery:
    """Takes descriptions over. `questions` gives those of what is described now."""

    def __init__(
        self, speaker: Speaker, questions: Callable[[], tuple[Publication, ...]], *, retry_s: float = RETRY_S
    ) -> None:
        self._speaker = speaker
        self._questions = questions
        self._retry_s = retry_s
        self._something = asyncio.Event()
        self._described = False
        self._asked: set[Publication] = set()
        self._trouble = ""

    def described(self) -> None:
        """Take note that descriptions have changed."""
        self._described = True
        self._something.set()

    def listening(self) -> None:
        """Take note of a new connection on which all that waited has come in."""
        self._asked = set()
        self._something.set()

    async def run(self, bring: Callable[[], Awaitable[None]]) -> None:
        """Take over and ask until cancelled. `bring` lets descriptions count, and may raise BridgeError."""
        while True:
            await self._something.wait()
            if self._described:
                await asyncio.sleep(CALM_S)
            self._something.clear()
            if self._described:
                await self._take_over(bring)
            await self._ask()

    async def _take_over(self, bring: Callable[[], Awaitable[None]]) -> None:
        """Let descriptions count, whatever stands in the way for how long."""
        while True:
            self._described = False
            began_s = time.monotonic()
            try:
                await bring()
            except BridgeError as error:
                if str(error) != self._trouble:
                    log.warning("pairing.postponed", reason=str(error))
                self._trouble = str(error)
                await asyncio.sleep(self._retry_s)
                continue
            if self._trouble:
                log.info("pairing.resumed")
            self._trouble = ""
            await asyncio.sleep(SHARE * (time.monotonic() - began_s))
            return

    async def _ask(self) -> None:
        """Publish each question once in a connection. What cannot be sent now is asked on the next one."""
        for question in self._questions():
            if question not in self._asked:
                self._asked.add(question)
                try:
                    await self._speaker.publish(question)
                except (BrokerUnavailable, DeliveryUnknown) as error:
                    log.debug("pairing.not_asked", topic=question.topic, reason=str(error))
