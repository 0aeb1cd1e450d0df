"""Blinds, shutters, garage doors, gates: words for what they do, perhaps a position, and the orders they take.

The words are those of Home Assistant's MQTT covers. What `stopped` means depends on what was before: covers.py knows.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from bridge.commands import Command, Publication, Wish
from bridge.devices.covers import CLOSED, CLOSING, OPEN, OPENING, STOPPED
from bridge.devices.dialects.orders import order
from bridge.devices.dialects.written import read_number, written_words
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

_FULL: Final = 100


@dataclass(frozen=True, slots=True)
class CoverWords:
    """The words that the device says, and those that it is told."""

    is_open: str = OPEN
    is_opening: str = OPENING
    is_closed: str = CLOSED
    is_closing: str = CLOSING
    is_stopped: str = STOPPED
    open: str = "OPEN"
    close: str = "CLOSE"
    stop: str = "STOP"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where a cover says how far it is open, and where it is told. `opened` and `closed`: the numbers of the device.

    `path` None: the message is the number. `set_topic` takes a plain number; None: it is told on the command topic
    in a JSON object if it speaks JSON, else it cannot be told.
    """

    topic: str
    path: tuple[str, ...] | None = None
    set_topic: str | None = None
    opened: int = 100
    closed: int = 0

    def percent(self, number: Decimal) -> int | None:
        """Return 0 for closed, 100 for open; None for a number that is beyond both: the device does not know."""
        exact = (number - self.closed) * _FULL / (self.opened - self.closed)
        if not 0 <= exact <= _FULL:
            return None
        return 0 if exact == 0 else max(1, round(exact))

    def number(self, percent: int) -> int:
        """Return the device's number for percent."""
        return self.closed + round(percent * (self.opened - self.closed) / _FULL)


@dataclass(frozen=True, slots=True)
class PlainCover:
    """A cover with a state topic and a command topic. `path` None: plain words, else JSON both ways."""

    state_topic: str
    command_topic: str
    words: CoverWords = CoverWords()
    path: tuple[str, ...] | None = None
    positions: Positions | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it says what it does, and where it says its position if that is elsewhere."""
        if self.positions is None or self.positions.topic == self.state_topic:
            return (self.state_topic,)
        return (self.state_topic, self.positions.topic)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what it does and where it is, as far as the message says. A position alone tells open from closed."""
        has_position = self.positions is not None and topic == self.positions.topic
        position = self._position(payload) if has_position else None
        if topic != self.state_topic:
            return None if position is None else StateReading(position=position)
        value = self._value(payload, numbers_too=position is not None)
        if value is None and position is not None:
            value = OPEN if position else CLOSED
        return None if value is None else StateReading(value, position=position)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message; nothing where the cover cannot do it."""
        match command.wish:
            case Wish.OPEN:
                word = self.words.open
            case Wish.CLOSE:
                word = self.words.close
            case Wish.STOP:
                word = self.words.stop
            case Wish.SET_POSITION if command.position is not None:
                return self._move(command.position)
            case _:
                return ()
        return (order(self.command_topic, word, as_json=self.path is not None),)

    def _move(self, percent: int) -> tuple[Publication, ...]:
        positions = self.positions
        if positions is not None and positions.set_topic is not None:
            return (Publication(positions.set_topic, str(positions.number(percent)).encode()),)
        if positions is not None and self.path is not None:
            body = msgspec.json.encode({"position": positions.number(percent)})
            return (Publication(self.command_topic, body),)
        word = {0: self.words.close, _FULL: self.words.open}.get(percent)  # the ends any cover finds
        return () if word is None else (order(self.command_topic, word, as_json=self.path is not None),)

    def _value(self, payload: bytes, *, numbers_too: bool) -> str | None:
        written = written_words(payload, self.path)
        if not written:
            return None
        words = self.words
        for word, meaning in (
            (words.is_open, OPEN),
            (words.is_closed, CLOSED),
            (words.is_opening, OPENING),
            (words.is_closing, CLOSING),
            (words.is_stopped, STOPPED),
        ):
            if word in written:
                return meaning
        if numbers_too and self.path is None:
            return None  # word and number share a topic, and this is the number
        raise UnreadableMessage("not one of the configured words")

    def _position(self, payload: bytes) -> int | None:
        positions = self.positions
        if positions is None:
            return None
        written = written_words(payload, positions.path)
        try:
            return positions.percent(read_number(written[0])) if written else None
        except UnreadableMessage:
            if positions.topic == self.state_topic and positions.path is None:
                return None  # word and number share a topic, and this is the word
            raise
