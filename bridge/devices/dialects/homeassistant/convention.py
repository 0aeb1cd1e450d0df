"""The discovery of Home Assistant, which most devices speak: ESPHome, Zigbee2MQTT, Tasmota, Z-Wave JS UI, and others.

Things are described one by one, or a device describes itself whole; then each group is one device. A message that
takes a description away does not say of which device it was, so parts are known by their topics alone (Told.sole).

A description that is about to move elsewhere (`migrate_discovery`) stays until the message that takes it away: what it
described is served from both places meanwhile, once, under the same ids.
"""

from collections.abc import Mapping

from bridge.commands import Publication
from bridge.devices.described import Announcement, Told
from bridge.devices.dialects.homeassistant.descriptions import Description, read_description
from bridge.devices.dialects.homeassistant.devices import read_device
from bridge.devices.dialects.homeassistant.fields import Templates
from bridge.devices.dialects.homeassistant.topics import filters, read_place
from bridge.errors import UnreadableMessage

SOURCE = "homeassistant"


class HomeAssistant:
    """Discovery below a prefix. Keeps nothing but templates that it has read, which are the same for the same text."""

    def __init__(self, prefix: str = "homeassistant") -> None:
        self._prefix = prefix
        self._templates = Templates()

    @property
    def source(self) -> str:
        """The first part of the identity of its devices, whatever the prefix."""
        return SOURCE

    @property
    def filters(self) -> tuple[str, ...]:
        """Where descriptions are told."""
        return filters(self._prefix)

    @property
    def questions(self) -> tuple[Publication, ...]:
        """Nothing: the one question that devices answer would disturb a Home Assistant that runs (section 3.8)."""
        return ()

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in the description of a thing or a device. Raises UnreadableMessage."""
        place = read_place(self._prefix, topic)
        if place is None:
            return None
        described = read_description(place, payload)
        if described is None:
            return Told("", {topic: b""}, sole=True)
        return None if described.migrating else Told(described.device, {topic: payload}, sole=True)

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Put the descriptions of one device together. Raises UnreadableMessage."""
        described = [found for topic in sorted(parts) if (found := self._described(topic, parts[topic])) is not None]
        if not described:
            return Announcement()
        return Announcement((read_device(group, described, self._prefix, self._templates),))

    def _described(self, topic: str, payload: bytes) -> Description | None:
        place = read_place(self._prefix, topic)
        if place is None:
            raise UnreadableMessage("not the topic of a description")
        return read_description(place, payload)
