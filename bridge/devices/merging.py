"""From what several descriptions say to devices: fragments of one device are put together, and of two sources that
describe the same hardware the native one counts. Plain computation; keeps nothing.
"""  # noqa: D205 -- one sentence

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import EntityKind

DeviceKey = tuple[str, str]
"""Source, and the device's id there."""

GENERIC: Final = "homeassistant"
"""The source that others describe their devices to as well (rule I5): whoever speaks for itself knows better."""


def put_together(fragments: Iterable[tuple[str, DescribedDevice]]) -> dict[DeviceKey, DescribedDevice]:
    """Return one device for all fragments with the same source and id. Of two that contradict, the first counts."""
    devices: dict[DeviceKey, DescribedDevice] = {}
    for source, fragment in fragments:
        known = devices.get((source, fragment.id))
        devices[source, fragment.id] = fragment if known is None else _joined(known, fragment)
    return devices


def shadowed(devices: Mapping[DeviceKey, DescribedDevice]) -> dict[DeviceKey, DeviceKey]:
    """Return the devices that a native source describes too, each with the device that counts in its place."""
    native = {
        address: key
        for key, device in sorted(devices.items(), reverse=True)
        if key[0] != GENERIC and device.entities
        for address in device.hardware
    }
    found = {
        key: native[min(device.hardware & native.keys())]
        for key, device in devices.items()
        if key[0] == GENERIC and device.hardware & native.keys()
    }
    return found | _shadowed_behind(devices, found)


def _shadowed_behind(
    devices: Mapping[DeviceKey, DescribedDevice], found: Mapping[DeviceKey, DeviceKey]
) -> dict[DeviceKey, DeviceKey]:
    """Return what has no address by which it were known, such as a group of lamps: it speaks through a gateway that
    a native source describes too, and on the topics of a native device behind that gateway.
    """  # noqa: D205 -- one sentence
    behind = {key: found[GENERIC, device.via] for key, device in devices.items() if (GENERIC, device.via) in found}
    loose = {key: gateway for key, gateway in behind.items() if key[0] == GENERIC and key not in found}
    if not loose:
        return {}
    native = {
        ((key[0], device.via), topic): key
        for key, device in sorted(devices.items(), reverse=True)
        if key[0] != GENERIC and device.via
        for topic in _state_topics(device)
    }
    same = {
        key: [native[gateway, topic] for topic in _state_topics(devices[key]) if (gateway, topic) in native]
        for key, gateway in loose.items()
    }
    return {key: min(counterparts) for key, counterparts in same.items() if counterparts}


def _state_topics(device: DescribedDevice) -> set[str]:
    """Return where a device speaks, but for how it is reached: of that its gateway may speak for all."""
    speaking = (entity for entity in device.entities if entity.kind is not EntityKind.AVAILABILITY)
    return {topic for entity in speaking for topic in entity.dialect.state_topics}


def _joined(first: DescribedDevice, second: DescribedDevice) -> DescribedDevice:
    entities: dict[str, DescribedEntity] = {}
    for entity in (*first.entities, *second.entities):
        entities.setdefault(entity.id, entity)
    named = first.name if first.name != first.id else second.name
    return replace(
        first,
        name=named or first.name,
        model=first.model or second.model,
        room=first.room or second.room,
        via=first.via or second.via,
        hardware=first.hardware | second.hardware,
        entities=tuple(entities.values()),
        unserved=(*first.unserved, *second.unserved),
    )
