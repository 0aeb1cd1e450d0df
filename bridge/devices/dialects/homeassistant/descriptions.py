"""From the message of a description to what it describes: one thing, or the parts of a whole device.

Short keys become long ones, `~` becomes what it stands for, and what a device says for all its parts comes to each.
Knows nothing of what the parts are good for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.devices.availability import MAX_PARTS
from bridge.devices.dialects.descriptions import LONGEST_DESCRIPTION, MAX_ENTITIES
from bridge.devices.dialects.homeassistant.abbreviations import DEVICE as DEVICE_KEYS
from bridge.devices.dialects.homeassistant.abbreviations import ENTITY, ORIGIN
from bridge.devices.dialects.homeassistant.topics import DEVICE, Place
from bridge.devices.dialects.json_values import parse_object
from bridge.errors import UnreadableMessage

LONGEST_ID: Final = 255

_BASE: Final = "~"
_AVAILABILITY: Final = "availability"
_FORMS_OF_AVAILABILITY: Final = frozenset({_AVAILABILITY, "availability_topic"})
_SHARED: Final = (
    "availability_mode",
    "availability_template",
    "payload_available",
    "payload_not_available",
    "command_topic",
    "state_topic",
)
_PLATFORM: Final = "platform"

Settings = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is described. `settings`: under their long keys. `device`: what is said of the device it is of."""

    place: Place
    settings: Settings
    device: Settings


@dataclass(frozen=True, slots=True)
class Description:
    """What one message describes. `device`: the permanent id of the device (rule I1). `whole`: it is told all at once.

    `migrating`: it is about to be described elsewhere, and nothing more is said.
    """

    device: str
    parts: tuple[Part, ...]
    whole: bool = False
    migrating: bool = False


def read_description(place: Place, payload: bytes) -> Description | None:
    """Read a description; None where a message takes one away. Raises UnreadableMessage."""
    if not payload:
        return None
    if len(payload) > LONGEST_DESCRIPTION:
        raise UnreadableMessage("a description of more than 64 KiB")
    said = _expanded(parse_object(payload))
    if not said:
        return None
    if said.get("migrate_discovery") is True:
        return Description("", (), migrating=True)
    device = _settings(said.get("device"))
    if place.component == DEVICE:
        return _whole(place, said, device)
    return Description(_device_id(place, said, device), (Part(place, _based(said, None), device),))


def _whole(place: Place, said: dict[str, object], device: Settings) -> Description:
    components, origin = _settings(said.get("components")), _settings(said.get("origin"))
    if not origin.get("name") or not _identified(device):
        raise UnreadableMessage("a device without origin or identity")
    if len(components) > MAX_ENTITIES:
        raise UnreadableMessage("a device of more than 256 parts")
    parts = tuple(_parts(place, said, device, components))
    return Description(_device_id(place, said, device), parts, whole=True)


def _parts(place: Place, said: dict[str, object], device: Settings, components: Settings) -> Iterator[Part]:
    base = said.get(_BASE)
    shared = _based(said, None)
    for key, given in components.items():
        settings = _expanded(_settings(given))
        platform = settings.pop(_PLATFORM, None)
        if not settings or not isinstance(platform, str):
            continue  # reduced to its platform: taken away
        yield Part(place.within(platform, key), _based(_inherited(settings, shared), base), device)


def _inherited(settings: dict[str, object], shared: Settings) -> dict[str, object]:
    """Return the settings of a part with what the device says for all, where the part says nothing itself."""
    whole = {key: shared[key] for key in _SHARED if key in shared}
    if not _FORMS_OF_AVAILABILITY & settings.keys():
        whole |= {key: shared[key] for key in _FORMS_OF_AVAILABILITY if key in shared}
    return whole | settings


def _expanded(said: Settings) -> dict[str, object]:
    """Return a description under its long keys. A long key that is there itself counts more than its short one."""
    long = _renamed(said, ENTITY)
    for key, short_keys in (("device", DEVICE_KEYS), ("origin", ORIGIN)):
        if isinstance(inner := long.get(key), dict):
            long[key] = _renamed(inner, short_keys)
    if _AVAILABILITY in long:
        entries = long[_AVAILABILITY] if isinstance(long[_AVAILABILITY], list) else [long[_AVAILABILITY]]
        few = entries[: MAX_PARTS + 1]  # one too many is enough to be refused
        long[_AVAILABILITY] = [_renamed(entry, ENTITY) if isinstance(entry, dict) else entry for entry in few]
    return long


def _renamed(said: Settings, short_keys: Mapping[str, str]) -> dict[str, object]:
    renamed = {short_keys.get(key, key): value for key, value in said.items()}
    return renamed | {key: value for key, value in said.items() if key not in short_keys}


def _based(said: dict[str, object], otherwise: object) -> dict[str, object]:
    """Return settings with `~` put in: in topics only, at their start or their end."""
    base = said.get(_BASE, otherwise)
    if not isinstance(base, str):
        return said
    based = {key: _with_base(value, base) if key.endswith("topic") else value for key, value in said.items()}
    if isinstance(entries := said.get(_AVAILABILITY), list):
        based[_AVAILABILITY] = [_based_entry(entry, base) for entry in entries]
    return based


def _based_entry(entry: object, base: str) -> object:
    if not isinstance(entry, dict):
        return entry
    return {key: _with_base(value, base) if key == "topic" else value for key, value in entry.items()}


def _with_base(value: object, base: str) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith(_BASE):
        value = base + value[1:]
    return value[:-1] + base if value.endswith(_BASE) else value


def _settings(value: object) -> Settings:
    return value if isinstance(value, dict) else {}


def _device_id(place: Place, said: Settings, device: Settings) -> str:
    """Return the permanent id of the device that a description is of (rule I1)."""
    found = _identified(device) or as_id(said.get("unique_id")) or place.path
    if len(found) > LONGEST_ID:
        raise UnreadableMessage("an identity of more than 255 letters")
    return found


def _identified(device: Settings) -> str:
    identifiers = device.get("identifiers")
    ids = identifiers if isinstance(identifiers, list) else [identifiers]
    first = next(filter(None, map(as_id, ids)), "")
    return first or next((value for kind, value in connections(device) if kind == "mac"), "")


def connections(device: Settings) -> tuple[tuple[str, str], ...]:
    """Return the addresses of a device, each with its kind, such as mac."""
    given = device.get("connections")
    pairs = given if isinstance(given, list) else []
    return tuple(
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == len(("kind", "value")) and all(isinstance(one, str) for one in pair)
    )


def as_id(value: object) -> str:
    """Return what a description gives as an id, "" if that is none. Some give a number."""
    match value:
        case bool():
            return ""
        case str():
            return value.strip() if value.isprintable() else ""
        case int():
            return str(value)
        case _:
            return ""
