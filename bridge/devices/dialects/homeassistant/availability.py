"""Whether a device can be reached: one topic or several, as its parts describe it.

Knows nothing of how several count together, but that mode and topics belong together.
"""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command
from bridge.devices.availability import MAX_PARTS, OFFLINE, ONLINE
from bridge.devices.dialects.homeassistant.fields import Fields
from bridge.devices.dialects.homeassistant.orders import Messages
from bridge.devices.dialects.homeassistant.said import Said
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.entity import AvailabilityMode
from bridge.devices.reading import AvailabilityReading, Reading
from bridge.errors import NotServed, UnreadableMessage

_MODES: Final = {mode.value: mode for mode in AvailabilityMode}
_LIST: Final = "availability"
_SINGLE: Final = "availability_topic"


@dataclass(frozen=True, slots=True)
class Reachable:
    """One topic that tells, and its two words."""

    said: Said
    available: str = ONLINE
    not_available: str = OFFLINE


@dataclass(frozen=True, slots=True)
class Availability:
    """All the topics that tell, each once."""

    topics: tuple[Reachable, ...]

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topics, in the order in which they count as parts."""
        return tuple(one.said.topic for one in self.topics)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what one topic says; None where it says neither."""
        for part, one in enumerate(self.topics):
            if one.said.topic == topic:
                return _said(part, one, payload)
        return None

    def write(self, command: Command) -> Messages:  # noqa: ARG002 -- nobody orders a device to be there
        """Return nothing: a device cannot be ordered to be there."""
        return ()


def _said(part: int, one: Reachable, payload: bytes) -> Reading | None:
    text = one.said.text(payload)
    if not text:
        return None
    if text in (one.available, one.not_available):
        return AvailabilityReading(part, text == one.available)
    if is_unknown(text):
        return None
    raise UnreadableMessage("not one of the described words")


def read_availability(fields: Fields) -> tuple[Availability, AvailabilityMode] | None:
    """Return what a part says of how it can be reached, None if it says nothing. Raises NotServed.

    Of two entries with one topic the first counts, since a message can be only one part.
    """
    entries = fields.settings.get(_LIST)
    if entries is None:
        single = _entry(fields, _SINGLE, "availability_template")
        return None if single is None else (Availability((single,)), AvailabilityMode.LATEST)
    if fields.has(_SINGLE):
        raise NotServed("not supported: it has both availability and availability_topic")
    listed = entries if isinstance(entries, list) else []
    if len(listed) > MAX_PARTS:
        raise NotServed(f"not supported: it has more than {MAX_PARTS} availability topics")
    found: dict[str, Reachable] = {}
    for entry in listed:
        inner = Fields(entry, fields.prefix, fields.templates) if isinstance(entry, dict) else fields
        one = _entry(inner, "topic", "value_template")
        if one is not None:
            found.setdefault(one.said.topic, one)
    mode = _MODES.get(fields.word("availability_mode", ""), AvailabilityMode.LATEST)
    return (Availability(tuple(found.values())), mode) if found else None


def _entry(fields: Fields, topic_key: str, template_key: str) -> Reachable | None:
    said = fields.said(topic_key, template_key)
    if said is None:
        return None
    return Reachable(said, fields.word("payload_available", ONLINE), fields.word("payload_not_available", OFFLINE))
