"""Whether a device, a group or Zigbee2MQTT itself can be reached: `{"state":"online"}`, in old versions a bare word."""

from dataclasses import dataclass

from bridge.commands import Command, Publication
from bridge.devices.availability import OFFLINE, ONLINE
from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text
from bridge.devices.reading import AvailabilityReading
from bridge.errors import UnreadableMessage


@dataclass(frozen=True, slots=True)
class Reach:
    """The one topic on which it is told."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> AvailabilityReading | None:
        """Return whether it can be reached; None where a message does not say."""
        if topic != self.topic or not payload:
            return None
        text = parse_text(payload)
        word: object = text
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            word = parse_object(payload).get("state")
        if word in (ONLINE, OFFLINE):
            return AvailabilityReading(0, online=word == ONLINE)
        if word is None or (isinstance(word, str) and is_unknown(word)):
            return None
        raise UnreadableMessage("neither online nor offline")

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- nobody commands it
        """Return nothing: nobody can order a device to be there."""
        return ()
