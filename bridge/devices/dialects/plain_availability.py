"""Whether a device can be reached: a word on a topic of its own, which the broker often says for it (its last will)."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text, spellings, value_at
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

ONLINE: Final = "online"
OFFLINE: Final = "offline"
_PATH: Final = ("state",)  # as Zigbee2MQTT has it


@dataclass(frozen=True, slots=True)
class PlainAvailability:
    """The two words, or a JSON object that holds one of them as `state`."""

    topic: str
    available: str = ONLINE
    not_available: str = OFFLINE

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it is told on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- there is only one topic
        """Return `online` or `offline`, None for a message that says neither."""
        text = parse_text(payload)
        words: tuple[str, ...] = (text,)
        if text.lstrip("\ufeff \t\r\n").startswith("{") and text not in (self.available, self.not_available):
            words = spellings(value_at(parse_object(payload), _PATH))
        if not words or is_unknown(words[0]):
            return None
        if self.available in words:
            return StateReading(ONLINE)
        if self.not_available in words:
            return StateReading(OFFLINE)
        raise UnreadableMessage("not one of the configured words")

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- nobody commands it
        """Return nothing: nobody can order a device to be there."""
        return ()
