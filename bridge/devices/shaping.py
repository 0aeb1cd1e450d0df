"""What is held back of what a device says: states that do not last, and events that follow one another too closely.

Knows neither timers nor storage: when a state has lasted, somebody else comes and says so.

Debouncing asks how long a state lasted, so it is for what is heard as it happens. What waited at the broker and what
was retained came at times that nobody knows: it counts, or does not, by the rules of interpretation.py alone.
"""

from msgspec.structs import replace

from bridge.devices.entity import Entity
from bridge.devices.interpretation import Circumstances, Outcome, interpret
from bridge.devices.last_known import EntityState, Pending
from bridge.devices.reading import Reading, StateReading
from bridge.events import Event, NotOffered


def due_ms(entity: Entity, pending: Pending) -> int:
    """Return when a state counts, if it lasts: at the latest when things have kept changing for so long."""
    shaping = entity.shaping
    return min(pending.since_ms + shaping.debounce_ms, pending.first_ms + shaping.debounce_max_ms)


def has_lasted(entity: Entity, pending: Pending, now_ms: int) -> bool:
    """Tell whether a state counts by now. A clock that was set back must not hold it up: then it counts at once."""
    return now_ms >= due_ms(entity, pending) or now_ms < pending.since_ms


def shape(entity: Entity, known: EntityState, reading: Reading, how: Circumstances) -> Outcome:
    """Decide what a reading changes and what of it is offered."""
    pending = known.pending
    if pending is not None and not how.retained and has_lasted(entity, pending, how.now_ms):
        settled = settle(entity, known, pending, how.now_ms)
        after = shape(entity, settled.state, reading, how)
        return Outcome(after.state, settled.events + after.events)
    if isinstance(reading, StateReading) and (entity.shaping.debounce_ms or pending is not None):
        outcome = _debounce(entity, known, reading, how)
    else:
        outcome = _at_once(entity, known, reading, how)
    return space(entity, outcome, how.now_ms)


def settle(entity: Entity, known: EntityState, pending: Pending, now_ms: int) -> Outcome:
    """Let a state count that has lasted. It began when it was first heard."""
    heard = Circumstances(pending.since_ms)
    return space(entity, _at_once(entity, replace(known, pending=None), StateReading(pending.value), heard), now_ms)


def space(entity: Entity, outcome: Outcome, now_ms: int) -> Outcome:
    """Offer at most the events of one message in the interval that a person wants between them.

    What is hidden is offered to nobody, so nothing has to keep its distance from it.
    """
    interval_ms = entity.shaping.min_interval_ms
    if not interval_ms or not entity.exposed or all(event.reason is not None for event in outcome.events):
        return outcome
    state, last_ms = outcome.state, outcome.state.offered_ms
    if last_ms is None or not 0 <= now_ms - last_ms < interval_ms:
        return Outcome(replace(state, offered_ms=now_ms), outcome.events)
    return Outcome(state, tuple(_held_back(event, NotOffered.TOO_SOON) for event in outcome.events))


def _debounce(entity: Entity, known: EntityState, reading: StateReading, how: Circumstances) -> Outcome:
    pending = known.pending
    unshaped = known if pending is None else replace(known, pending=None)
    if reading.value is None or (pending is not None and reading.value == pending.value):
        return Outcome(interpret(entity, known, replace(reading, value=None), how).state)
    at_once = _at_once(entity, unshaped, reading, how)
    too_short = () if pending is None else _too_short(entity, unshaped, pending)
    is_edge = bool(at_once.events) or (pending is not None and reading.value == known.value)
    if how.retained or how.backlog or not is_edge:
        return Outcome(at_once.state, too_short + at_once.events)
    first_ms = how.now_ms if pending is None else pending.first_ms
    side = interpret(entity, unshaped, replace(reading, value=None), how).state
    return Outcome(replace(side, pending=Pending(reading.value, how.now_ms, first_ms)), too_short)


def _too_short(entity: Entity, unshaped: EntityState, pending: Pending) -> tuple[Event, ...]:
    """Return what is recorded of a state that did not last; nothing where it was only the way back."""
    event = interpret(entity, unshaped, StateReading(pending.value), Circumstances(pending.since_ms)).event
    return () if event is None else (_held_back(event, NotOffered.TOO_SHORT),)


def _at_once(entity: Entity, known: EntityState, reading: Reading, how: Circumstances) -> Outcome:
    result = interpret(entity, known, reading, how)
    return Outcome(result.state, () if result.event is None else (result.event,))


def _held_back(event: Event, reason: NotOffered) -> Event:
    return event if event.reason is not None else replace(event, reason=reason)
