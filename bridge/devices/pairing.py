"""From what devices say of themselves, and what people decided about them, to the entities of the catalogue.

Plain computation: ids are the database's, names and corrections are people's. Knows neither storage nor conventions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.devices.corrections import check_correction, corrected, possible_kinds
from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import NO_HABITS, Device, Entity, EntityKind, Habits
from bridge.devices.merging import DeviceKey
from bridge.errors import CorrectionRefused

ALONE: Final = (EntityKind.BATTERY, EntityKind.AVAILABILITY)
"""The kinds of which a device has one at most: they tell of it as a whole."""


@dataclass(frozen=True, slots=True)
class PairedEntity:
    """What is kept of one thing that a device does. `id`: permanent, never reused.

    `kind`: what a person said that it is, None: as described.
    """

    id: str
    kind: EntityKind | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """What is kept of a device that was accepted. `device`: its permanent id. `entities`: by their ids at the source.

    `name` and `room` where a person gave them. `accepted` False: a gateway that nobody accepted, of which is followed
    only whether it can be reached, for the devices behind it.
    """

    device: str
    home: str
    entities: Mapping[str, PairedEntity] = field(default_factory=dict)
    name: str | None = None
    room: str | None = None
    accepted: bool = True


def catalogued(devices: Mapping[DeviceKey, DescribedDevice], pairings: Mapping[DeviceKey, Pairing]) -> list[Entity]:
    """Return the entities of all paired devices that are described now. One without a permanent id is left out."""
    leading = {(source, device.via) for (source, _), device in devices.items() if device.via}
    return [
        entity
        for key, pairing in pairings.items()
        if key in devices
        for entity in entities_of(
            devices[key],
            pairing,
            gateway=_reach_of((key[0], devices[key].via), devices, pairings),
            leads=key in leading,
        )
    ]


def entities_of(device: DescribedDevice, pairing: Pairing, *, gateway: str = "", leads: bool = False) -> list[Entity]:
    """Return the entities of one device. `gateway`: the id of the AVAILABILITY of the device that it speaks through."""
    room = device.room if pairing.room is None else pairing.room
    as_paired = Device(pairing.device, pairing.home, pairing.name or device.name, room, gateway)
    wanted = device.entities if pairing.accepted else [each for each in device.entities if _tells_reach(each)]
    entities, alone = [], set[EntityKind]()
    for described in wanted:
        paired = pairing.entities.get(described.id)
        if paired is None:
            continue
        kind = _kind(described, paired, device)
        if kind in alone:
            continue
        if kind in ALONE:
            alone.add(kind)
        entities.append(_entity(described, paired, kind, as_paired, pairing, leads=leads))
    return entities


def gateways_of(devices: Mapping[DeviceKey, DescribedDevice], accepted: Iterable[DeviceKey]) -> set[DeviceKey]:
    """Return the described devices through which accepted ones speak: pair them too, if only to follow them."""
    named = {(key[0], devices[key].via) for key in accepted if key in devices and devices[key].via}
    return {key for key in named if key in devices}


def check_kind(described: DescribedEntity, wanted: EntityKind, device: DescribedDevice) -> None:
    """Raise CorrectionRefused unless a person may say that something described is of another kind."""
    what = described.name or device.name
    check_correction(what, described.kind, wanted, described.unit)
    taken = any(each.kind is wanted for each in device.entities if each.id != described.id)
    if wanted in ALONE and wanted is not described.kind and taken:
        raise CorrectionRefused(f"{device.name} has a {wanted} already: {what} cannot be another one")


def _kind(described: DescribedEntity, paired: PairedEntity, device: DescribedDevice) -> EntityKind:
    """Return what an entity is. What a person said of another description counts while it still makes sense."""
    wanted = paired.kind
    if wanted is None or wanted not in possible_kinds(described.kind, described.unit):
        return described.kind
    taken = wanted in ALONE and any(each.kind is wanted for each in device.entities)
    return described.kind if taken else wanted


def _entity(
    described: DescribedEntity, paired: PairedEntity, kind: EntityKind, device: Device, pairing: Pairing, *, leads: bool
) -> Entity:
    exposed = not described.minor or kind in ALONE  # what tells of the device as a whole goes with it
    return Entity(
        id=paired.id,
        device=device,
        kind=kind,
        dialect=corrected(described.dialect, described.kind, kind),
        exposed=pairing.accepted and exposed,
        unit=described.unit,
        availability=described.availability,
        habits=_habits(described, kind, behind=bool(device.gateway), leads=leads),
        name=described.name,
    )


def _habits(described: DescribedEntity, kind: EntityKind, *, behind: bool, leads: bool) -> Habits:
    """Return how an entity behaves over time: NO_HABITS itself where nothing is to be said of it."""
    habits = Habits(
        off_after_s=described.off_after_s,
        expires_after_s=described.expires_after_s,
        hold_repeats=described.hold_repeats,
        behind=behind and kind in (EntityKind.BUTTON, EntityKind.AVAILABILITY),
        leads=leads and kind is EntityKind.AVAILABILITY,
    )
    return NO_HABITS if habits == NO_HABITS else habits


def _reach_of(
    key: DeviceKey, devices: Mapping[DeviceKey, DescribedDevice], pairings: Mapping[DeviceKey, Pairing]
) -> str:
    """Return the id of the entity that says whether a device can be reached, "" if there is none."""
    device, pairing = devices.get(key), pairings.get(key)
    if device is None or pairing is None:
        return ""
    found = (pairing.entities.get(each.id) for each in device.entities if _tells_reach(each))
    return next((paired.id for paired in found if paired is not None), "")


def _tells_reach(described: DescribedEntity) -> bool:
    return described.kind is EntityKind.AVAILABILITY
