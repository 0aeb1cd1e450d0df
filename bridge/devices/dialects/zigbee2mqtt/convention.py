"""How Zigbee2MQTT announces devices: two retained lists, of devices and of groups, published anew at each change.

Two lists are two groups of parts, so that neither takes away what the other told. Their names are their topics: so what
is kept can be read whatever the instance, and several networks (several bases) do not get in each other's way.

Nothing else below `<base>/bridge` is listened to but the state of Zigbee2MQTT itself: `info` holds secrets, `logging`
quotes every message, and `event` says nothing that the lists do not say (rules H4 and P9).
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from bridge.commands import Publication
from bridge.devices.described import Announcement, DescribedDevice, Told, Unserved, hardware_address
from bridge.devices.dialects.descriptions import object_in
from bridge.devices.dialects.zigbee2mqtt.devices import (
    gateway,
    is_coordinator,
    kept_device,
    kept_group,
    read_device,
    read_group,
)
from bridge.devices.payloads import parse_value
from bridge.errors import UnreadableMessage

DEVICES: Final = "/bridge/devices"
GROUPS: Final = "/bridge/groups"
MAX_LIST_BYTES: Final = 4 * 1024 * 1024
"""The list of 70 devices takes 270 kB: a thousand, more than any Zigbee network bears, take less than this."""

MAX_LISTED: Final = 1000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_Keeper = Callable[[dict[str, object]], tuple[str, bytes] | None]


class Zigbee2Mqtt:
    """The devices of one Zigbee2MQTT. `source`: another one where several bases must be told apart."""

    def __init__(self, base: str = "zigbee2mqtt", source: str = "zigbee2mqtt") -> None:
        self._source = source
        self._filters = (f"{base}{DEVICES}", f"{base}{GROUPS}")

    @property
    def source(self) -> str:
        """The first part of the identity of its devices."""
        return self._source

    @property
    def filters(self) -> tuple[str, ...]:
        """The two lists."""
        return self._filters

    @property
    def questions(self) -> tuple[Publication, ...]:
        """Nothing: the lists are retained, and states may be read only from devices that are awake."""
        return ()

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in a list of devices or of groups; an empty message is an empty list. Raises UnreadableMessage."""
        if topic not in self._filters:
            return None
        keeper: _Keeper = kept_device if topic.endswith(DEVICES) else kept_group
        parts = dict(kept for listed in _listed(payload) if (kept := keeper(listed)) is not None)
        return Told(topic, parts, whole=True)

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe the devices of a list. One that cannot be read takes none along. Raises UnreadableMessage."""
        if group.endswith(DEVICES):
            return _read_devices(group.removesuffix(DEVICES), parts)
        if group.endswith(GROUPS):
            return _read_groups(group.removesuffix(GROUPS), parts)
        raise UnreadableMessage("neither devices nor groups")


def _listed(payload: bytes) -> list[dict[str, object]]:
    """Return the entries of a list. Each is parsed by itself, with the bounds of a message."""
    if not payload:
        return []
    if len(payload) > MAX_LIST_BYTES:
        raise UnreadableMessage("larger than 4 MiB")
    try:
        entries = msgspec.json.decode(payload.removeprefix(_BYTE_ORDER_MARK), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableMessage("not a JSON list") from None
    if len(entries) > MAX_LISTED:
        raise UnreadableMessage("a list of more than 1000")
    return [object_in(parse_value(bytes(entry))) for entry in entries]


def _read_devices(base: str, parts: Mapping[str, bytes]) -> Announcement:
    devices: list[DescribedDevice] = []
    unserved: list[Unserved] = []
    coordinators = set[str]()
    for address, content in sorted(parts.items()):
        try:
            if is_coordinator(content):
                coordinators.add(hardware_address(address) or "")
            else:
                devices.append(read_device(base, address, content))
        except UnreadableMessage as error:
            unserved.append(Unserved(address, error.reason))
    first = gateway(base, frozenset(coordinators - {""}))
    return Announcement((first, *devices), unserved=tuple(unserved))


def _read_groups(base: str, parts: Mapping[str, bytes]) -> Announcement:
    groups: list[DescribedDevice] = []
    unserved: list[Unserved] = []
    for number, content in sorted(parts.items()):
        try:
            groups.append(read_group(base, number, content))
        except UnreadableMessage as error:
            unserved.append(Unserved(number, error.reason))
    return Announcement(tuple(groups), unserved=tuple(unserved))
