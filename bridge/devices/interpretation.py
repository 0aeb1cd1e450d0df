"""From a reading and what was known before to a new state and, perhaps, an event.

The rules of edges, presses, retained messages and lateness; knows neither topics nor storage nor the clock.
"""

import dataclasses
from dataclasses import dataclass
from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from bridge.devices.availability import OFFLINE, together, with_part
from bridge.devices.batteries import with_charge
from bridge.devices.covers import STARTED_FROM, cover_value
from bridge.devices.entity import ALARMS, Entity, EntityKind
from bridge.devices.last_known import MAX_PRESSES, MAX_STAMPS, EntityState
from bridge.devices.reading import AvailabilityReading, CustomReading, PressReading, Reading, StateReading
from bridge.events import (
    ALARM_CLEARED,
    ALARM_RAISED,
    BATTERY_LOW,
    CONTACT_CLOSED,
    CONTACT_OPENED,
    COVER_CLOSED,
    COVER_OPENED,
    DEVICE_CAME_ONLINE,
    DEVICE_WENT_OFFLINE,
    LIGHT_TURNED_OFF,
    LIGHT_TURNED_ON,
    LOCK_JAMMED,
    LOCK_LOCKED,
    LOCK_UNLOCKED,
    MOTION_CLEARED,
    MOTION_DETECTED,
    SWITCH_TURNED_OFF,
    SWITCH_TURNED_ON,
    Event,
    NotOffered,
    alarm_kind,
    press_kind,
)

EDGE_KINDS: Final = {
    (EntityKind.CONTACT, "open"): CONTACT_OPENED,
    (EntityKind.CONTACT, "closed"): CONTACT_CLOSED,
    (EntityKind.LIGHT, "on"): LIGHT_TURNED_ON,
    (EntityKind.LIGHT, "off"): LIGHT_TURNED_OFF,
    (EntityKind.SWITCH, "on"): SWITCH_TURNED_ON,
    (EntityKind.SWITCH, "off"): SWITCH_TURNED_OFF,
    (EntityKind.MOTION, "on"): MOTION_DETECTED,
    (EntityKind.MOTION, "off"): MOTION_CLEARED,
    (EntityKind.LOCK, "locked"): LOCK_LOCKED,
    (EntityKind.LOCK, "unlocked"): LOCK_UNLOCKED,
    (EntityKind.LOCK, "jammed"): LOCK_JAMMED,
    (EntityKind.COVER, "open"): COVER_OPENED,
    (EntityKind.COVER, "closed"): COVER_CLOSED,
    (EntityKind.AVAILABILITY, "online"): DEVICE_CAME_ONLINE,
    (EntityKind.AVAILABILITY, "offline"): DEVICE_WENT_OFFLINE,
    **{(kind, "on"): alarm_kind(ALARM_RAISED, kind) for kind in ALARMS},
    **{(kind, "off"): alarm_kind(ALARM_CLEARED, kind) for kind in ALARMS},
}

FIRST_COUNTS: Final = frozenset({EntityKind.MOTION, *ALARMS})
"""What is an event even when it is the very first word of a sensor, if it was heard as it happened: water is water."""


_COVER: Final = EntityKind.COVER
"""By a name of its own: Python 3.11 takes half a microsecond to find a member of an enumeration, in every message."""

VALUES: Final = ("value1", "value2", "value3")
"""What a custom event tells."""


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What to do with what arrives after the fact: `late_press_limit` and `changed_while_away` of the settings."""

    late_press_limit_s: float = 120.0
    fire_changed_while_away: bool = False


class Circumstances(msgspec.Struct, frozen=True, gc=False):
    """How a message came. `backlog`: it waited at the broker while the bridge was away for `away_s` seconds.

    `replayed`: a press that the gateway only says again (rule R8). `taken_along`: the device is out of reach because
    its gateway is (rule A3).
    """

    now_ms: int
    retained: bool = False
    backlog: bool = False
    away_s: float = 0.0
    policy: LatePolicy = LatePolicy()
    replayed: bool = False
    taken_along: bool = False


class Interpretation(msgspec.Struct, frozen=True, gc=False):
    """The state afterwards, and what happened, if anything did."""

    state: EntityState
    event: Event | None = None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The state afterwards, and everything that happened, in order."""

    state: EntityState
    events: tuple[Event, ...] = ()


def tells_how_it_is(reading: Reading) -> bool:
    """Tell whether a reading can be something said again, rather than something that happens just now."""
    match reading:
        case StateReading() | AvailabilityReading():
            return True
        case PressReading(counted=counted):
            return counted
        case _:
            return False


def as_if_kept(how: Circumstances) -> Circumstances:
    """Return how the first word comes after a copy was put back: nobody knows how it was before, nor what was told.

    As if the broker had kept it: it sets the state, and what it changes is recorded and never offered.
    """
    return replace(how, retained=True, policy=dataclasses.replace(how.policy, fire_changed_while_away=False))


def interpret(entity: Entity, known: EntityState, reading: Reading, how: Circumstances) -> Interpretation:
    """Decide what a reading changes and whether it is an event."""
    match reading:
        case StateReading():
            return _state(entity, known, reading, how)
        case PressReading():
            return _press(entity, known, reading, how)
        case AvailabilityReading():
            return _availability(entity, known, reading, how)
        case CustomReading():
            return Interpretation(known, _custom(entity, reading, how))
        case _:
            assert_never(reading)


def _availability(
    entity: Entity, known: EntityState, reading: AvailabilityReading, how: Circumstances
) -> Interpretation:
    parts = with_part(known.parts, reading)
    value = together(parts, reading, entity.availability, topics=len(entity.dialect.state_topics))
    return _state(entity, known if parts == known.parts else replace(known, parts=parts), StateReading(value), how)


def _state(entity: Entity, known: EntityState, reading: StateReading, how: Circumstances) -> Interpretation:
    value = cover_value(known, reading) if entity.kind is _COVER else reading.value
    told = _with_particulars(known, reading)
    if value is None or value == known.value:
        return Interpretation(told)
    if how.taken_along:
        return Interpretation(known if value == OFFLINE else replace(told, value=value, since_ms=how.now_ms))
    state = told.taking(value, how.now_ms)
    if entity.kind is EntityKind.BATTERY:
        state = with_charge(state, entity.low_level)
    kind = _kind_of_change(entity, known, state, how)
    return Interpretation(state, None if kind is None else _change(entity, known, state, kind, how))


def _with_particulars(known: EntityState, reading: StateReading) -> EntityState:
    """Return the state with what a reading says besides; the same one if that is nothing new."""
    brightness = known.brightness if reading.brightness is None else reading.brightness
    position = known.position if reading.position is None else reading.position
    color = known.color if reading.color is None else reading.color
    color_temp = known.color_temp if reading.color_temp is None else reading.color_temp
    before = (known.brightness, known.position, known.color, known.color_temp)
    if (brightness, position, color, color_temp) == before:
        return known
    return replace(known, brightness=brightness, position=position, color=color, color_temp=color_temp)


def _kind_of_change(entity: Entity, known: EntityState, state: EntityState, how: Circumstances) -> str | None:
    """Return what happened, None where nothing did: nobody saw a first value change, nor one of another kind."""
    value = state.value or ""
    if entity.kind is EntityKind.BATTERY:
        return BATTERY_LOW if known.value is not None and len(state.fired) > len(known.fired) else None
    before = _before(entity, known)
    if (entity.kind, before) not in EDGE_KINDS:
        counts = entity.kind in FIRST_COUNTS and value == "on" and not how.retained
        return EDGE_KINDS[entity.kind, value] if counts else None
    return None if value == before else EDGE_KINDS.get((entity.kind, value))


def _before(entity: Entity, known: EntityState) -> str | None:
    """Return the state before, for a cover on its way the one that it left."""
    value = known.value
    return STARTED_FROM.get(value, value) if entity.kind is EntityKind.COVER and value is not None else value


def _change(entity: Entity, known: EntityState, state: EntityState, kind: str, how: Circumstances) -> Event:
    """Return an event. What tells of the device as a whole carries the device's id."""
    of_device = entity.kind in (EntityKind.AVAILABILITY, EntityKind.BATTERY)
    reason = None
    if how.retained and (entity.kind is EntityKind.AVAILABILITY or not how.policy.fire_changed_while_away):
        reason = NotOffered.CHANGED_WHILE_AWAY
    return Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.device.id if of_device else entity.id,
        kind=kind,
        ingredients=names_of(entity) | _particulars(entity, state),
        before=_before(entity, known),
        after=state.value,
        reason=reason,
    )


def _particulars(entity: Entity, state: EntityState) -> dict[str, str]:
    """Return the ingredients that only this kind has."""
    match entity.kind:
        case EntityKind.LIGHT:
            return {"brightness": "" if state.brightness is None or state.value == "off" else str(state.brightness)}
        case EntityKind.BATTERY:
            return {"level": state.value or ""}
        case kind if kind in ALARMS:
            return {"alarm": kind.value}
        case _:
            return {}


def _press(entity: Entity, known: EntityState, reading: PressReading, how: Circumstances) -> Interpretation:
    if how.retained:  # an old press that somebody retained: it fires nothing, ever
        return Interpretation(_stamped(known, reading))
    if not reading.word or reading.stamp in known.stamps:
        return Interpretation(_stamped(known, reading))  # said again
    state = _stamped(known, reading)
    if reading.counted and not known.stamps:
        return Interpretation(state)  # where counting begins
    if reading.word not in known.presses and len(known.presses) < MAX_PRESSES:
        state = replace(state, presses=(*known.presses, reading.word))
    event = Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=press_kind(reading.word),
        ingredients=names_of(entity) | {"press": reading.word},
        after=reading.word,
        device_time_ms=reading.device_time_ms,
        reason=_reason_of_press(reading, how),
    )
    return Interpretation(state, event)


def _reason_of_press(reading: PressReading, how: Circumstances) -> NotOffered | None:
    if how.replayed:
        return NotOffered.REPLAYED
    return NotOffered.LATE if _is_late(reading, how) else None


def _stamped(known: EntityState, reading: PressReading) -> EntityState:
    """Return the state with the stamp of a press: of a count only the newest, of times the newest few."""
    if not reading.stamp or reading.stamp in known.stamps[:1]:
        return known
    older = () if reading.counted else tuple(stamp for stamp in known.stamps if stamp != reading.stamp)
    return replace(known, stamps=(reading.stamp, *older)[:MAX_STAMPS])


def _custom(entity: Entity, reading: CustomReading, how: Circumstances) -> Event | None:
    if how.retained:
        return None  # as a press: it was said before anybody asked
    values = dict.fromkeys(VALUES, "") | dict(zip(VALUES, reading.values, strict=False))
    return Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=entity.id,  # custom.<slug>
        ingredients={"name": entity.device.name} | values,
        reason=NotOffered.REPLAYED if how.replayed else NotOffered.LATE if _waited_too_long(how) else None,
    )


def _is_late(reading: PressReading, how: Circumstances) -> bool:
    """Tell whether a press that waited at the broker is too old. The device's own time knows better than ours."""
    if not how.backlog:
        return False
    if reading.device_time_ms is not None:
        return how.now_ms - reading.device_time_ms > how.policy.late_press_limit_s * 1000
    return _waited_too_long(how)


def _waited_too_long(how: Circumstances) -> bool:
    return how.backlog and how.away_s > how.policy.late_press_limit_s


def names_of(entity: Entity) -> dict[str, str]:
    """Return the ingredients that say which device it was, as it is called now."""
    device = entity.device
    return {"device_name": device.name, "device_id": device.id, "room": device.room}
