"""How the first generation of Shellies says presses. The last one is repeated again and again: a change is a press."""

from dataclasses import dataclass

from bridge.commands import Command, Publication
from bridge.devices.dialects.descriptions import exact_in
from bridge.devices.dialects.json_values import parse_object, parse_text
from bridge.devices.dialects.words import press_word
from bridge.devices.reading import PressReading
from bridge.errors import UnreadableMessage


@dataclass(frozen=True, slots=True)
class ShellyInputEvent:
    """Presses with a count: S, SS, SSS, L, SL, LS. A count of 0 is that of a device that has just started."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the press with its count; without a word where nothing was pressed yet."""
        if not payload:
            return None
        said = parse_object(payload)
        count = said.get("event_cnt")
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 1 << 63:
            raise UnreadableMessage("a press without a count")
        word = exact_in(said.get("event"))
        press = press_word(word) if word and count else ""
        if press is None:
            raise UnreadableMessage("not a press")
        return PressReading(press, stamp=str(count), counted=True)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()


@dataclass(frozen=True, slots=True)
class ShellyLongPush:
    """Long presses of an old firmware: 1 while it lasts, then 0. The change from 0 to 1 is the press."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the press with its value as the count, so that the same value again is no press."""
        word = parse_text(payload)
        if word not in ("0", "1"):
            raise UnreadableMessage("not one of the known words")
        return PressReading("long" if word == "1" else "", stamp=word, counted=True)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()
