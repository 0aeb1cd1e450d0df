"""How a device is just now, from what it does and what was heard of it. Plain computation; knows no database."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.desk.house_rows import HouseDevice, LatestRow, ThingRow
from bridge.devices.availability import OFFLINE, ONLINE
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.habits import is_cut_off
from bridge.devices.last_known import EntityState
from bridge.events import BATTERY_LOW
from bridge.timeline.entry import Entry

OF_THE_WHOLE: Final = (EntityKind.BATTERY, EntityKind.AVAILABILITY)
"""What tells of a device as a whole, and is no thing that it does."""

_REACH: Final = {ONLINE: True, OFFLINE: False}


@dataclass(frozen=True, slots=True)
class Lately:
    """What a daemon has in memory. `state_of` an entity; `spoken_ms`: when a topic was spoken on last (epoch)."""

    state_of: Callable[[str], EntityState]
    spoken_ms: Callable[[str], int | None]


def device_of(
    entities: Sequence[Entity], lately: Lately, latest: Entry | None, *, minor: Collection[str], new: bool
) -> HouseDevice:
    """Return how a device is that does all this. `latest`: what it did last; `minor`: settings and diagnoses, by id."""
    device = entities[0].device
    battery = next((lately.state_of(each.id) for each in entities if each.kind is EntityKind.BATTERY), None)
    things = tuple(
        thing_of(each, lately.state_of(each.id), minor=each.id in minor)
        for each in entities
        if each.kind not in OF_THE_WHOLE
    )
    return HouseDevice(
        id=device.id,
        name=device.name,
        room=device.room,
        home=device.home,
        things=things,
        seen_ms=_seen_ms(entities, lately, latest),
        battery=None if battery is None else battery.value,
        low=battery is not None and BATTERY_LOW in battery.fired,
        online=_online(entities, lately),
        exposed=any(thing.exposed for thing in things) if things else any(each.exposed for each in entities),
        latest=None if latest is None else LatestRow(latest.event.entity, latest.event.kind, latest.recorded_at_ms),
        new=new,
    )


def thing_of(entity: Entity, state: EntityState, *, minor: bool) -> ThingRow:
    """Return one thing as it is."""
    return ThingRow(
        id=entity.id,
        name=entity.name,
        kind=entity.kind.value,
        unit=entity.unit,
        state=state.value,
        since_ms=state.since_ms,
        brightness=state.brightness,
        position=state.position,
        color=state.color,
        exposed=entity.exposed,
        minor=minor,
    )


def _seen_ms(entities: Iterable[Entity], lately: Lately, latest: Entry | None) -> int | None:
    """Return when a device was heard last: what others say of its connection is not its own word."""
    moments = [] if latest is None else [latest.recorded_at_ms]
    for entity in entities:
        if entity.kind is EntityKind.AVAILABILITY:
            continue
        said = (lately.spoken_ms(topic) for topic in entity.dialect.state_topics)
        moments += (at_ms for at_ms in (*said, lately.state_of(entity.id).since_ms) if at_ms is not None)
    return max(moments, default=None)


def _online(entities: Sequence[Entity], lately: Lately) -> bool | None:
    if any(is_cut_off(entity, lately.state_of) for entity in entities):
        return False
    reach = next((each for each in entities if each.kind is EntityKind.AVAILABILITY), None)
    return None if reach is None else _REACH.get(lately.state_of(reach.id).value or "")
