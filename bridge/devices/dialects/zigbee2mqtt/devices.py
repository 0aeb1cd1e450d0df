"""What is kept of a device or a group in Zigbee2MQTT's lists, and what that comes to.

Kept is what the meaning of messages depends on, and nothing that comes and goes, such as routes and firmware: so a
device that has not changed gives equal bytes (rule I4).
"""

from collections.abc import Iterator
from typing import Final

from bridge.devices.described import DescribedDevice, DescribedEntity, Unserved, hardware_address
from bridge.devices.dialects.descriptions import (
    canonical,
    exact_in,
    first_of_each,
    is_safe_topic,
    list_in,
    object_in,
    text_in,
    whole_in,
)
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.dialects.zigbee2mqtt.channel import Channel
from bridge.devices.dialects.zigbee2mqtt.entities import Found, entities_of, reach_of
from bridge.devices.dialects.zigbee2mqtt.exposes import kept_of, read_exposes
from bridge.devices.dialects.zigbee2mqtt.lights import Light, LightFeatures
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage

COORDINATOR: Final = "Coordinator"
_BRIDGE: Final = "bridge"
_LONGEST_NAME: Final = 512
_NOTES: Final = {
    "disabled": "it is disabled in Zigbee2MQTT: it reports nothing and takes no orders",
    "interviewing": "Zigbee2MQTT is still finding out what it is, or could not",
    "unknown": "Zigbee2MQTT does not know this model",
    "too long": "its description is too long",
}
_EVERYTHING: Final = "everything"


def kept_device(listed: dict[str, object]) -> tuple[str, bytes] | None:
    """Return the address of a listed device, and what to keep of it; None for what has no address."""
    address = hardware_address(exact_in(listed.get("ieee_address")))
    if address is None:
        return None
    definition = object_in(listed.get("definition"))
    kept: dict[str, object] = {
        "name": exact_in(listed.get("friendly_name", listed.get("ieee_address")), _LONGEST_NAME),
        "type": exact_in(listed.get("type")),
        "vendor": text_in(definition.get("vendor")),
        "model": text_in(definition.get("model")),
        "note": _note(listed, definition),
        "exposes": kept_of(definition.get("exposes")),
    }
    return f"0x{address}", _within_bounds(kept)


def kept_group(listed: dict[str, object]) -> tuple[str, bytes] | None:
    """Return the number of a listed group, and what to keep of it; None for what has no number."""
    number = whole_in(listed.get("id"))
    if number is None:
        return None
    name = exact_in(listed.get("friendly_name"), _LONGEST_NAME)
    return str(number), canonical({"name": name, "members": bool(list_in(listed.get("members"), 1))})


def is_coordinator(kept: bytes) -> bool:
    """Tell whether what is kept is that of the radio itself, which is no device. Raises UnreadableMessage."""
    return exact_in(parse_object(kept).get("type")) == COORDINATOR


def gateway(base: str, coordinators: frozenset[str]) -> DescribedDevice:
    """Describe Zigbee2MQTT itself, through which all its devices speak."""
    return DescribedDevice(
        id=base,
        name="Zigbee2MQTT" if base == "zigbee2mqtt" else f"Zigbee2MQTT ({base})",
        entities=(reach_of(f"{base}/{_BRIDGE}/state"),),
        model="Zigbee2MQTT",
        hardware=coordinators,
    )


def read_device(base: str, address: str, content: bytes) -> DescribedDevice:
    """Describe a device out of what is kept. Raises UnreadableMessage."""
    hardware = hardware_address(address)
    if hardware is None:
        raise UnreadableMessage("a device without an address")
    kept = parse_object(content)
    name = exact_in(kept.get("name"), _LONGEST_NAME)
    why = _unusable(base, name)
    found: list[Found] = [Unserved(_EVERYTHING, why)] if why else list(_found(f"{base}/{name}", kept))
    return _device(base, address, name, found, model=_model(kept), hardware=frozenset({hardware}))


def read_group(base: str, number: str, content: bytes) -> DescribedDevice:
    """Describe a group out of what is kept. Raises UnreadableMessage.

    Its members are described elsewhere, so what they are is a guess: most groups are of lights, and a group of switches
    is told and reports the same words.
    """
    kept = parse_object(content)
    name = exact_in(kept.get("name"), _LONGEST_NAME)
    why = _unusable(base, name)
    if not why and kept.get("members") is not True:
        why = "no device is in this group"
    found: list[Found] = [Unserved(_EVERYTHING, why)] if why else list(_group(f"{base}/{name}"))
    return _device(base, f"{base}/group/{number}", name, found, model="Group")


def _device(
    base: str, identity: str, name: str, found: list[Found], *, model: str, hardware: frozenset[str] = frozenset()
) -> DescribedDevice:
    entities, unserved = first_of_each(
        (one for one in found if isinstance(one, DescribedEntity)),
        (one for one in found if isinstance(one, Unserved)),
    )
    label = text_in(name) or identity
    return DescribedDevice(identity, label, entities, model, hardware=hardware, via=base, unserved=unserved)


def _found(topic: str, kept: dict[str, object]) -> Iterator[Found]:
    note = _NOTES.get(exact_in(kept.get("note")))
    if note is not None:
        yield Unserved(_EVERYTHING, note)
    yield reach_of(f"{topic}/availability")
    yield from entities_of(topic, tuple(read_exposes(kept.get("exposes"))))


def _group(topic: str) -> Iterator[Found]:
    yield reach_of(f"{topic}/availability")
    features = LightFeatures(brightness="brightness", color="color", color_temp="color_temp")
    dialect = Light(Channel(topic, ("state", "brightness", "color_temp")), "state", features=features)
    yield DescribedEntity(EntityKind.LIGHT.value, EntityKind.LIGHT, dialect, certain=False)


def _note(listed: dict[str, object], definition: dict[str, object]) -> str:
    """Return why a device cannot be served as it should, "" if it can."""
    if listed.get("disabled") is True:
        return "disabled"
    state = listed.get("interview_state")
    done = listed.get("interview_completed") is not False if state is None else state == "SUCCESSFUL"
    if not done and not definition:
        return "interviewing"
    return "" if definition or listed.get("type") == COORDINATOR else "unknown"


def _within_bounds(kept: dict[str, object]) -> bytes:
    try:
        return canonical(kept)
    except UnreadableMessage:
        return canonical({**kept, "note": "too long", "exposes": []})


def _model(kept: dict[str, object]) -> str:
    return " ".join(filter(None, (text_in(kept.get("vendor")), text_in(kept.get("model")))))


def _unusable(base: str, name: str) -> str:
    """Return why a friendly name cannot be part of topics, "" if it can (rule H1)."""
    levels = name.split("/")
    if not name or not is_safe_topic(f"{base}/{name}/availability", ()):
        return "refused: its name cannot be part of a topic"
    if levels[0] == _BRIDGE:
        return "refused: it is called as Zigbee2MQTT's own topics"
    if levels[-1] == "availability" or not {"set", "get"}.isdisjoint(levels):
        return "refused: it is called as another device's topics"
    return ""
