"""Things whose state is a word, and numbers: contacts, detectors, locks, switches, sirens, sensors.

Knows nothing of where the words were described.
"""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command
from bridge.devices.dialects.homeassistant.orders import Messages, WordOrders
from bridge.devices.dialects.homeassistant.said import Said, topics_of
from bridge.devices.dialects.json_values import is_unknown, parse_object, spellings
from bridge.devices.dialects.written import number_word, read_number
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

NO_ORDERS: Final = WordOrders()
_NO_WORD: Final = "not one of the described words"


@dataclass(frozen=True, slots=True)
class WordState:
    """A state in words. `said` None: it never tells. `words`: each with our value; None: it says nothing.

    `in_json`: the word may also stand in a JSON object, as `state`.
    """

    said: Said | None
    words: tuple[tuple[str, str | None], ...]
    orders: WordOrders = NO_ORDERS
    in_json: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on, if it does."""
        return topics_of(self.said)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return the state; None where a message does not tell it."""
        if self.said is None or topic != self.said.topic:
            return None
        text = self.said.text(payload)
        if self.in_json and text.startswith("{"):
            text = next(iter(spellings(parse_object(text.encode()).get("state"))), "")
        if not text:
            return None
        for word, value in self.words:
            if word == text:
                return None if value is None else StateReading(value)
        if is_unknown(text):
            return None
        raise UnreadableMessage(_NO_WORD)

    def write(self, command: Command) -> Messages:
        """Put a wish into its word; nothing where there is none."""
        return self.orders.messages(command)


@dataclass(frozen=True, slots=True)
class NumberState:
    """A number. What is outside `limits` stands for "not known"."""

    said: Said
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on."""
        return (self.said.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return the number in its one spelling; None where a message does not hold it."""
        text = self.said.known(payload) if topic == self.said.topic else ""
        if not text:
            return None
        number = read_number(text)
        if self.limits is not None and not self.limits[0] <= number <= self.limits[1]:
            return None
        return StateReading(number_word(number))

    def write(self, command: Command) -> Messages:  # noqa: ARG002 -- a number takes no orders
        """Return nothing: nobody orders a sensor."""
        return ()
