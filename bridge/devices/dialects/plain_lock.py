"""Locks: the words for their states, and the orders they take. Knows nothing of who may unlock what."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.orders import order
from bridge.devices.dialects.written import written_words
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

LOCKED: Final = "locked"
UNLOCKED: Final = "unlocked"
JAMMED: Final = "jammed"
_UNDER_WAY: Final = frozenset({"locking", "unlocking", "open", "opening", "none"})
"""What Home Assistant's and ESPHome's locks say besides, in any case: they say nothing of whether it is locked."""


@dataclass(frozen=True, slots=True)
class LockWords:
    """The words of the device. `jammed` None: it has none."""

    locked: str = "LOCKED"
    unlocked: str = "UNLOCKED"
    jammed: str | None = None
    lock: str = "LOCK"
    unlock: str = "UNLOCK"


@dataclass(frozen=True, slots=True)
class PlainLock:
    """A lock with a state topic and a command topic. `path` None: plain words, else JSON both ways."""

    state_topic: str
    command_topic: str
    words: LockWords = LockWords()
    path: tuple[str, ...] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- there is only one topic
        """Return `locked`, `unlocked` or `jammed`; None while it is on its way or does not know."""
        written = written_words(payload, self.path)
        if not written:
            return None
        words = self.words
        for word, meaning in ((words.locked, LOCKED), (words.unlocked, UNLOCKED), (words.jammed, JAMMED)):
            if word in written:
                return StateReading(meaning)
        if written[0].casefold() in _UNDER_WAY:
            return None
        raise UnreadableMessage("not one of the configured words")

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put locking or unlocking into one message; a lock takes no other wish."""
        match command.wish:
            case Wish.LOCK:
                word = self.words.lock
            case Wish.UNLOCK:
                word = self.words.unlock
            case _:
                return ()
        return (order(self.command_topic, word, as_json=self.path is not None),)
