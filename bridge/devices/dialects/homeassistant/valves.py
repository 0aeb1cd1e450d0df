"""Valves that tell how far they are open. Here they are only open or not: on or off."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Wish
from bridge.devices.covers import CLOSING, OPENING
from bridge.devices.dialects.homeassistant.orders import Messages, Order
from bridge.devices.dialects.homeassistant.positions import Span
from bridge.devices.dialects.homeassistant.said import Said, topics_of
from bridge.devices.reading import Reading, StateReading

_ENDS: Final = {Wish.TURN_ON: 100, Wish.TURN_OFF: 0}


@dataclass(frozen=True, slots=True)
class ValvePosition:
    """A valve. On is everything that is not closed."""

    said: Said | None
    span: Span
    order: Order

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on, if it does."""
        return topics_of(self.said)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return on or off; None where a message does not tell."""
        text = self.said.known(payload) if self.said is not None and topic == self.said.topic else ""
        if text in (OPENING, CLOSING):
            return None
        percent = self.span.percent(text)
        return None if percent is None else StateReading("on" if percent else "off")

    def write(self, command: Command) -> Messages:
        """Put a wish into a position."""
        percent = _ENDS.get(command.wish)
        return () if percent is None else self.span.ordered(self.order, percent)
