"""Where a device speaks: all that it knows in one JSON object on its topic, and orders in another one below it.

With `output: attribute` Zigbee2MQTT tells each property alone, plainly, on a topic of its own below the device's; then
what is told is read as an object with one key. Knows nothing of what properties mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bridge.commands import Publication
from bridge.devices.dialects.descriptions import is_safe_topic
from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text
from bridge.devices.dialects.zigbee2mqtt.exposes import Value
from bridge.devices.payloads import parse_value
from bridge.errors import UnreadableMessage

NOTHING: Final[Mapping[str, object]] = {}
_TAKEN: Final = frozenset({"set", "get", "availability", "action"})
"""What has another meaning below the topic of a device; presses are told there a second time (rule R7)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """The topic of a device, and the properties that one entity reads there."""

    topic: str
    properties: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """Where to listen: the topic itself, and where each property would be told alone."""
        alone = (f"{self.topic}/{name}" for name in self.properties if name not in _TAKEN and "/" not in name)
        return (self.topic, *(topic for topic in alone if is_safe_topic(topic, ())))

    def said(self, topic: str, payload: bytes) -> Mapping[str, object]:
        """Return what a message says, by property. Raises UnreadableMessage."""
        if not payload:
            return NOTHING  # the deletion of a retained message
        if topic == self.topic:
            return parse_object(payload)
        name = topic.removeprefix(f"{self.topic}/")
        return {name: _plain(payload)} if name in self.properties and name not in _TAKEN else NOTHING

    def order(self, body: Mapping[str, object]) -> tuple[Publication, ...]:
        """Return the message that asks the device for something."""
        return (Publication(f"{self.topic}/set", msgspec.json.encode(body)),)


def is_on(value: object, on: Value, off: Value) -> bool | None:
    """Return whether a value is the one for on, or the one for off; None where there is none.

    What is described as a boolean must be one: the text "false" may mean anything. Raises UnreadableMessage.
    """
    if value is None:
        return None
    if isinstance(value, bool) == isinstance(on, bool) and value == on:
        return True
    if isinstance(value, bool) == isinstance(off, bool) and value == off:
        return False
    if isinstance(value, str) and is_unknown(value):
        return None
    raise UnreadableMessage("not one of the described values")


def _plain(payload: bytes) -> object:
    """Return a value that stands alone. An object is none: another device may be called so, and this is its state."""
    text = parse_text(payload)
    try:
        value = parse_value(payload)
    except UnreadableMessage:
        return text
    return None if isinstance(value, dict | list) else value
