"""Covers: words for what they do, a position, and the orders they take. Their slats are not served.

What `stopped` means depends on what was before: bridge/devices/covers.py knows.
"""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Wish
from bridge.devices.covers import CLOSED, OPEN
from bridge.devices.dialects.homeassistant.orders import Messages, Order, WordOrders
from bridge.devices.dialects.homeassistant.positions import Span
from bridge.devices.dialects.homeassistant.said import Said, topics_of
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

_FULL: Final = 100
PERCENT: Final = Span()


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover. `words`: of its state, each with ours. `move`: where a position is ordered."""

    state: Said | None
    words: tuple[tuple[str, str], ...]
    orders: WordOrders
    position: Said | None = None
    span: Span = PERCENT
    move: Order | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topics it speaks on."""
        return topics_of(self.state, self.position)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what it does and where it is, as far as a message says."""
        fault: UnreadableMessage | None = None
        value = position = None
        try:
            position = self._position(topic, payload)
        except UnreadableMessage as error:
            fault = error
        try:
            value = self._value(topic, payload)
        except UnreadableMessage as error:
            fault = error
        if fault is not None and value is None and position is None:
            raise fault
        if value is None and position is not None and self.state is None:
            value = OPEN if position else CLOSED
        return None if value is None and position is None else StateReading(value, position=position)

    def write(self, command: Command) -> Messages:
        """Put a wish into a message; nothing where the cover cannot do it."""
        match command.wish:
            case Wish.SET_POSITION if command.position is not None:
                return self._moved(command.position)
            case Wish.OPEN | Wish.CLOSE:
                ends = {Wish.OPEN: _FULL, Wish.CLOSE: 0}
                return self.orders.messages(command) or self._ordered(ends[command.wish])
            case _:
                return self.orders.messages(command)

    def _moved(self, percent: int) -> Messages:
        if self.move is None and percent in (0, _FULL):  # the ends any cover finds
            wish = Wish.OPEN if percent else Wish.CLOSE
            return self.orders.messages(Command("", "", wish))
        return self._ordered(percent)

    def _ordered(self, percent: int) -> Messages:
        return () if self.move is None else self.span.ordered(self.move, percent)

    def _value(self, topic: str, payload: bytes) -> str | None:
        text = self.state.text(payload) if self.state is not None and topic == self.state.topic else ""
        if not text:
            return None
        for word, value in self.words:
            if word == text:
                return value
        if is_unknown(text):
            return None
        raise UnreadableMessage("not one of the described words")

    def _position(self, topic: str, payload: bytes) -> int | None:
        if self.position is None or topic != self.position.topic:
            return None
        return self.span.percent(self.position.known(payload))
