"""Whether a described device can be reached: the words of its topics. How they count together is decided elsewhere."""

from dataclasses import dataclass

from bridge.commands import Command, Publication
from bridge.devices.dialects.json_values import is_unknown, parse_text
from bridge.devices.reading import AvailabilityReading
from bridge.errors import UnreadableMessage


@dataclass(frozen=True, slots=True)
class AvailabilityTopic:
    """One topic, and the words on it. `neither`: words that say neither that it is there nor that it is not."""

    topic: str
    online: tuple[str, ...] = ("online",)
    offline: tuple[str, ...] = ("offline",)
    neither: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldAvailability:
    """The topics of a device, at most MAX_PARTS."""

    parts: tuple[AvailabilityTopic, ...]

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topics, in their order."""
        return tuple(part.topic for part in self.parts)

    def read(self, topic: str, payload: bytes) -> AvailabilityReading | None:
        """Say which topic says what; None for a message that says neither."""
        for number, part in enumerate(self.parts):
            if part.topic == topic:
                online = _online(part, parse_text(payload))
                return None if online is None else AvailabilityReading(number, online)
        return None

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- nobody commands it
        """Return nothing: nobody can order a device to be there."""
        return ()


def _online(part: AvailabilityTopic, word: str) -> bool | None:
    if word in part.online:
        return True
    if word in part.offline:
        return False
    if is_unknown(word) or word in part.neither:
        return None
    raise UnreadableMessage("not one of the described words")
