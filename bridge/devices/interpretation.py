"""From a reading and what was known before to a new state and, perhaps, an event.

The rules of edges, presses, retained messages and lateness; knows neither topics nor storage nor the clock.
"""

from dataclasses import dataclass, replace
from typing import Final, assert_never

from bridge.devices.entity import Entity, EntityKind
from bridge.devices.last_known import MAX_PRESSES, EntityState
from bridge.devices.reading import PressReading, Reading, StateReading
from bridge.events import (
    CONTACT_CLOSED,
    CONTACT_OPENED,
    LIGHT_TURNED_OFF,
    LIGHT_TURNED_ON,
    SWITCH_TURNED_OFF,
    SWITCH_TURNED_ON,
    Event,
    NotOffered,
    press_kind,
)

EDGE_KINDS: Final = {
    (EntityKind.CONTACT, "open"): CONTACT_OPENED,
    (EntityKind.CONTACT, "closed"): CONTACT_CLOSED,
    (EntityKind.LIGHT, "on"): LIGHT_TURNED_ON,
    (EntityKind.LIGHT, "off"): LIGHT_TURNED_OFF,
    (EntityKind.SWITCH, "on"): SWITCH_TURNED_ON,
    (EntityKind.SWITCH, "off"): SWITCH_TURNED_OFF,
}


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What to do with what arrives after the fact: `late_press_limit` and `changed_while_away` of the settings."""

    late_press_limit_s: float = 120.0
    fire_changed_while_away: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a message came. `backlog`: it waited at the broker while the bridge was away for `away_s` seconds."""

    now_ms: int
    retained: bool = False
    backlog: bool = False
    away_s: float = 0.0
    policy: LatePolicy = LatePolicy()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The state afterwards, and what happened, if anything did."""

    state: EntityState
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state afterwards, and everything that happened, in order."""

    state: EntityState
    events: tuple[Event, ...] = ()


def interpret(entity: Entity, known: EntityState, reading: Reading, how: Circumstances) -> Interpretation:
    """Decide what a reading changes and whether it is an event."""
    match reading:
        case StateReading():
            return _state(entity, known, reading, how)
        case PressReading():
            return _press(entity, known, reading, how)
        case _:
            assert_never(reading)


def _state(entity: Entity, known: EntityState, reading: StateReading, how: Circumstances) -> Interpretation:
    brightness = known.brightness if reading.brightness is None else reading.brightness
    if reading.value is None or reading.value == known.value:
        return Interpretation(known if brightness == known.brightness else replace(known, brightness=brightness))
    state = replace(known, value=reading.value, brightness=brightness, since_ms=how.now_ms)
    if (entity.kind, known.value) not in EDGE_KINDS:
        return Interpretation(state)  # the first value ever, or since it was another kind: nobody saw it change
    reason = None
    if how.retained and not how.policy.fire_changed_while_away:
        reason = NotOffered.CHANGED_WHILE_AWAY
    ingredients = names_of(entity)
    if entity.kind is EntityKind.LIGHT:
        ingredients["brightness"] = "" if brightness is None or reading.value == "off" else str(brightness)
    event = Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=EDGE_KINDS[entity.kind, reading.value],
        ingredients=ingredients,
        before=known.value,
        after=reading.value,
        reason=reason,
    )
    return Interpretation(state, event)


def _press(entity: Entity, known: EntityState, reading: PressReading, how: Circumstances) -> Interpretation:
    if how.retained:
        return Interpretation(known)  # an old press that somebody retained: it fires nothing, ever
    state = known
    if reading.word not in known.presses and len(known.presses) < MAX_PRESSES:
        state = replace(known, presses=(*known.presses, reading.word))
    event = Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=press_kind(reading.word),
        ingredients=names_of(entity) | {"press": reading.word},
        after=reading.word,
        device_time_ms=reading.device_time_ms,
        reason=NotOffered.LATE if _is_late(reading, how) else None,
    )
    return Interpretation(state, event)


def _is_late(reading: PressReading, how: Circumstances) -> bool:
    """Tell whether a press that waited at the broker is too old. The device's own time knows better than ours."""
    if not how.backlog:
        return False
    if reading.device_time_ms is not None:
        return how.now_ms - reading.device_time_ms > how.policy.late_press_limit_s * 1000
    return how.away_s > how.policy.late_press_limit_s


def names_of(entity: Entity) -> dict[str, str]:
    """Return the ingredients that say which device it was, as it is called now."""
    device = entity.device
    return {"device_name": device.name, "device_id": device.id, "room": device.room}
