"""From one number to the next: which thresholds were passed. Numbers themselves are no events.

A threshold is passed when it is reached: rising, 25 counts for "above 25". With hysteresis it counts again only after
the number has been further back than that. Knows neither topics nor storage nor who asks.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from bridge.devices.entity import Entity
from bridge.devices.interpretation import Circumstances, Outcome, names_of
from bridge.devices.last_known import EntityState
from bridge.devices.reading import StateReading
from bridge.devices.shaping import space
from bridge.devices.watches import Crossing
from bridge.errors import UnreadableMessage
from bridge.events import Event, NotOffered

_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """A number that an entity said, and when (epoch): one place in its ring of readings."""

    entity: str
    at_ms: int
    value: float


@lru_cache(maxsize=_REMEMBERED)
def read_number(text: str) -> Decimal:
    """Return the number that a text is. Raises UnreadableMessage for what no database can hold.

    Remembered: of the numbers that a device tells at once, most are those that it told before.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableMessage("not a number") from None
    if not number.is_finite() or not math.isfinite(float(number)):
        raise UnreadableMessage("not a finite number")
    return number


def measured(entity: Entity, known: EntityState, reading: StateReading, how: Circumstances) -> Measured | None:
    """Return what goes into the ring: every number but one that the broker has only kept since it was last said."""
    if reading.value is None or (how.retained and reading.value == known.value):
        return None
    return Measured(entity.id, how.now_ms, float(read_number(reading.value)))


def cross(
    entity: Entity, known: EntityState, reading: StateReading, how: Circumstances, watched: Collection[Crossing]
) -> Outcome:
    """Decide what a number changes, and which of the watched thresholds it has passed."""
    if reading.value is None or reading.value == known.value:
        return Outcome(known)
    after, before = read_number(reading.value), _number_before(known)
    state = known.taking(reading.value, how.now_ms)
    if before is None or not (watched or known.fired):
        return Outcome(replace(state, fired=()) if known.fired else state)  # the first ever: nobody saw it change
    hysteresis = entity.shaping.hysteresis
    passed = sorted(
        (crossing for crossing in watched if _passes(crossing, before, after)),
        key=lambda crossing: abs(crossing.threshold - before),
    )
    events = tuple(
        _event(entity, crossing, known, state, how, again=crossing.kind in known.fired) for crossing in passed
    )
    fired = () if not hysteresis else _fired(known, watched, passed, after, hysteresis)
    return space(entity, Outcome(state if fired == known.fired else replace(state, fired=fired), events), how.now_ms)


def _number_before(known: EntityState) -> Decimal | None:
    """Return the number before, None for the first one: ever, or since the entity was of another kind."""
    try:
        return None if known.value is None else read_number(known.value)
    except UnreadableMessage:
        return None


def _passes(crossing: Crossing, before: Decimal, after: Decimal) -> bool:
    threshold = crossing.threshold
    return before < threshold <= after if crossing.rising else before > threshold >= after


def _fired(
    known: EntityState, watched: Collection[Crossing], passed: list[Crossing], after: Decimal, hysteresis: Decimal
) -> tuple[str, ...]:
    """Return the crossings that do not count again until the number has been far enough back."""
    kept = [
        crossing.kind
        for crossing in watched
        if crossing.kind in known.fired and not _is_back(crossing, after, hysteresis)
    ]
    return tuple(sorted({*kept, *(crossing.kind for crossing in passed)}))


def _is_back(crossing: Crossing, after: Decimal, hysteresis: Decimal) -> bool:
    threshold = crossing.threshold
    return after < threshold - hysteresis if crossing.rising else after > threshold + hysteresis


def _event(
    entity: Entity, crossing: Crossing, known: EntityState, state: EntityState, how: Circumstances, *, again: bool
) -> Event:
    reason = None
    if how.retained and not how.policy.fire_changed_while_away:
        reason = NotOffered.CHANGED_WHILE_AWAY
    elif again and entity.shaping.hysteresis:
        reason = NotOffered.WITHIN_HYSTERESIS
    return Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=crossing.kind,
        ingredients=names_of(entity)
        | {
            "value": state.value or "",
            "previous_value": known.value or "",
            "unit": entity.unit,
            "threshold": crossing.written,
        },
        before=known.value,
        after=state.value,
        reason=reason,
    )
