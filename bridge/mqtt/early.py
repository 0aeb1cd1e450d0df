"""Messages that came before those who can read them: a device's first word may come with its description, or before it.

Kept for a short time (device conventions, rule D3), and read again by entities that were not there yet because they had
not been described. Not for those that a person accepts later: nothing old becomes new by that.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from bridge.devices.catalogue import Catalogue
from bridge.mqtt.message import Message

KEPT_MS: Final = 10_000
MAX_MESSAGES: Final = 256
MAX_BYTES: Final = 1024 * 1024


class Early:
    """The newest messages that somebody may read in a moment. In memory alone: they were for nobody."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Message]] = deque()
        self._bytes = 0

    def keep(self, messages: Iterable[Message], *, now_ms: int) -> None:
        """Remember messages for a short time."""
        for message in messages:
            self._kept.append((now_ms, message))
            self._bytes += len(message.payload)
        while self._kept and (self._bytes > MAX_BYTES or len(self._kept) > MAX_MESSAGES or self._is_old(now_ms)):
            _, oldest = self._kept.popleft()
            self._bytes -= len(oldest.payload)

    def for_new(self, before: Catalogue, after: Catalogue, *, now_ms: int) -> list[Message]:
        """Return the messages that entities must read which are there now and were not, in the order they came.

        Each is for those entities alone, and is not to be acknowledged: it was.
        """
        self.keep((), now_ms=now_ms)
        again = []
        for _, message in self._kept:
            readers = readers_of(message.topic or "", before, after)
            if readers:
                again.append(replace(message, qos=0, packet_id=0, routes=(), readers=readers))
        return again

    def _is_old(self, now_ms: int) -> bool:
        return not 0 <= now_ms - self._kept[0][0] <= KEPT_MS


def readers_of(topic: str, before: Catalogue, after: Catalogue) -> frozenset[str]:
    """Return the entities that hear a topic now and did not before."""
    heard = {entity.id for entity in before.at(topic)}
    return frozenset(entity.id for entity in after.at(topic) if entity.id not in heard)
