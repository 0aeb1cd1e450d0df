"""Things with two states, and numbers. Knows nothing of what they are described as."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.json_numbers import number_reading
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.dialects.written import DECIMALS
from bridge.devices.dialects.zigbee2mqtt.channel import Channel, is_on
from bridge.devices.dialects.zigbee2mqtt.exposes import Value
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

_FEW: Final = 1_000_000
_LITTLE: Final = 0.001


@dataclass(frozen=True, slots=True)
class TwoStates:
    """A property with two values. `words`: what they are called here, that of `on` first."""

    channel: Channel
    key: str
    on: Value
    off: Value
    words: tuple[str, str] = ("on", "off")
    settable: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return self.channel.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return the state; None where a message does not tell it."""
        on = is_on(self.channel.said(topic, payload).get(self.key), self.on, self.off)
        return None if on is None else StateReading(self.words[0] if on else self.words[1])

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put turning on or off into one message; nothing for what takes no orders."""
        if not self.settable or command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        return self.channel.order({self.key: self.on if command.wish is Wish.TURN_ON else self.off})


@dataclass(frozen=True, slots=True)
class Number:
    """A property that is a number. What is outside `limits` stands for "not known"."""

    channel: Channel
    key: str
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return self.channel.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return the number in its one spelling; None where a message does not hold it."""
        value = self.channel.said(topic, payload).get(self.key)
        if isinstance(value, str):
            if is_unknown(value):
                return None
            raise UnreadableMessage("a text, described as a number")
        short = _short(value)
        if short and self.limits is None:
            return StateReading(short)
        return number_reading(value, self.limits)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a number takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


def _short(value: object) -> str:
    """Return the one spelling of a number that has few digits, as nearly all have; "" for what needs more care."""
    if type(value) is int and 0 <= value <= _FEW:
        return str(value)
    if type(value) is float and _LITTLE <= value <= _FEW:
        text = repr(value)
        return text.removesuffix(".0") if len(text) - text.index(".") <= DECIMALS else ""
    return ""
