"""What time does to an entity, and what its gateway does: states that end by themselves or expire, buttons that repeat
themselves while they are held, presses that a gateway only says again.

Wraps the rules of interpretation.py and shaping.py for those that need it. Knows neither timers nor storage nor topics.
"""  # noqa: D205 -- one sentence

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from bridge.devices.availability import OFFLINE, ONLINE
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.interpretation import Circumstances, Outcome, interpret
from bridge.devices.last_known import EntityState, Fading
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.devices.shaping import due_ms as due_of_pending
from bridge.devices.shaping import has_lasted, settle, space
from bridge.events import Event

OFF_OF: Final = {"on": "off", "open": "closed"}
"""What a state is after it has ended by itself."""

HELD: Final = "long"
HOLD_REPEAT_MS: Final = 10_000
"""So long after a button said that it is held, it may say so again without having been let go."""

REPLAY_MS: Final = 3_000
"""So long after a gateway came online, it may say again what was pressed before."""

_CLOCK_SET_MS: Final = 978_307_200_000  # 2001: what is older comes from a device that does not know the time


@dataclass(frozen=True, slots=True)
class Gateway:
    """What is known of the device that another speaks through. `online_ms`: when it came online last (epoch)."""

    offline: bool
    online_ms: int | None = None


def gateway_of(state: EntityState) -> Gateway:
    """Return what the reach of a device says of it as a gateway."""
    return Gateway(state.value == OFFLINE, state.over_time.online_ms)


def is_cut_off(entity: Entity, state_of: Callable[[str], EntityState]) -> bool:
    """Tell whether an entity is out of reach because its gateway is (rule A3)."""
    gateway = entity.device.gateway
    return bool(gateway) and gateway_of(state_of(gateway)).offline


Said = Callable[[EntityState, Reading, Circumstances], Outcome]
"""What a message means for an entity without habits."""


def due_ms(entity: Entity, state: EntityState, now_ms: int) -> int | None:
    """Return when time alone changes a state (epoch), None if it never does."""
    moments = []
    if state.pending is not None:
        lasted = has_lasted(entity, state.pending, now_ms)
        moments.append(now_ms if lasted else due_of_pending(entity, state.pending))
    timed = state.over_time
    if timed.fading is not None:
        moments.append(_due(timed.fading.since_ms, entity.habits.off_after_s, now_ms))
    if timed.heard_ms is not None and timed.lost is None:
        moments.append(_due(timed.heard_ms, entity.habits.expires_after_s, now_ms))
    return min(moments, default=None)


def begins_to_wait(before: EntityState, after: EntityState) -> bool:
    """Tell whether time has something to change that it had not before."""
    was, timed = before.over_time, after.over_time
    fades = timed.fading is not None and was.fading is None
    return fades or (timed.heard_ms is not None and (was.heard_ms is None or was.lost is not None))


def let_pass(entity: Entity, known: EntityState, now_ms: int) -> Outcome:
    """Let count what time has changed by now, if we hear all that happens."""
    state, events = known, tuple[Event, ...]()
    if known.pending is not None and has_lasted(entity, known.pending, now_ms) and not _fades_first(entity, known):
        settled = settle(entity, known, known.pending, now_ms)
        state, events = settled.state, settled.events
    fading = state.over_time.fading
    if fading is not None and _due(fading.since_ms, entity.habits.off_after_s, now_ms) <= now_ms:
        faded = _fade(entity, state, fading, now_ms)
        state, events = faded.state, events + faded.events
    return Outcome(_expired(entity, state, now_ms), events)


def forgotten(state: EntityState) -> EntityState:
    """Return the state of an entity that is gone: should it come back, what was under way is long over."""
    timed = state.over_time
    value = state.value if timed.fading is None else OFF_OF.get(state.value or "", state.value)
    return replace(state, value=value, pending=None, over_time=replace(timed, fading=None, heard_ms=None))


def live_through(
    entity: Entity, known: EntityState, reading: Reading, how: Circumstances, gateway: Gateway | None, said: Said
) -> Outcome:
    """Decide what a reading changes for an entity with habits."""
    as_it_happens = not how.retained and not how.backlog
    passed = let_pass(entity, known, how.now_ms) if as_it_happens else Outcome(known)
    match reading:
        case PressReading():
            outcome = _press(entity, passed.state, reading, _behind(gateway, reading, how), said)
        case StateReading() | AvailabilityReading() if entity.kind is EntityKind.AVAILABILITY:
            outcome = _reached(entity, passed.state, reading, _below(gateway, how), said)
        case StateReading():
            outcome = _state(entity, passed.state, reading, how, said)
        case _:
            outcome = said(passed.state, reading, how)
    return Outcome(outcome.state, passed.events + outcome.events)


def _due(since_ms: int, after_s: float | None, now_ms: int) -> int:
    """Return when something is over. A clock that was set back must not hold it up, nor a habit that it has lost."""
    return now_ms if after_s is None or now_ms < since_ms else since_ms + round(after_s * 1000)


def _fade(entity: Entity, known: EntityState, fading: Fading, now_ms: int) -> Outcome:
    """Let a state end. One that nobody heard begin ends in silence too."""
    timed, value = replace(known.over_time, fading=None), OFF_OF.get(known.value or "")
    after_s = entity.habits.off_after_s
    if after_s is None:
        return Outcome(replace(known, over_time=timed))
    state = replace(known, over_time=timed, pending=None)
    if value is None:
        return Outcome(state)
    result = interpret(entity, state, StateReading(value), Circumstances(now_ms, retained=not fading.heard))
    ended = replace(result.state, since_ms=min(now_ms, fading.since_ms + round(after_s * 1000)))
    return space(entity, Outcome(ended, () if result.event is None else (result.event,)), now_ms)


def _fades_first(entity: Entity, known: EntityState) -> bool:
    """Tell whether a state ends before it would have lasted long enough to count."""
    fading = known.over_time.fading
    if known.pending is None or fading is None or entity.habits.off_after_s is None:
        return False
    return fading.since_ms + round(entity.habits.off_after_s * 1000) < due_of_pending(entity, known.pending)


def _expired(entity: Entity, state: EntityState, now_ms: int) -> EntityState:
    timed = state.over_time
    if timed.heard_ms is None or timed.lost is not None:
        return state
    if entity.habits.expires_after_s is None or state.value is None:
        return replace(state, over_time=replace(timed, heard_ms=None))
    if now_ms < timed.heard_ms:  # the clock was set back: it has been heard by now
        return replace(state, over_time=replace(timed, heard_ms=now_ms))
    if now_ms < _due(timed.heard_ms, entity.habits.expires_after_s, now_ms):
        return state
    gone = replace(timed, lost=state.value, fading=None)
    return replace(state, value=None, since_ms=now_ms, pending=None, over_time=gone)


def _state(entity: Entity, known: EntityState, reading: StateReading, how: Circumstances, said: Said) -> Outcome:
    """Decide what a state means. What the broker only kept was said at a time that nobody knows."""
    fades = entity.habits.off_after_s is not None and reading.value in OFF_OF
    if reading.value is None:
        return said(known, reading, how)
    if how.retained and fades and known.value is not None:
        return Outcome(known)  # its last "on", and long over if it is not on now
    timed = known.over_time
    if how.retained and timed.lost is not None:
        compared = replace(known, over_time=replace(timed, lost=reading.value))
        return Outcome(known if reading.value == timed.lost else compared)
    before = known
    if timed.lost is not None:
        before = replace(known, value=timed.lost, since_ms=how.now_ms, over_time=replace(timed, lost=None))
    outcome = said(before, reading, how)
    return Outcome(_with_clocks(entity, outcome.state, how, fades=fades), outcome.events)


def _with_clocks(entity: Entity, state: EntityState, how: Circumstances, *, fades: bool) -> EntityState:
    """Return a state with the moments from which time counts."""
    timed, habits = state.over_time, entity.habits
    if habits.off_after_s is not None:
        timed = replace(timed, fading=Fading(how.now_ms, heard=not how.retained) if fades else None)
    expires = habits.expires_after_s is not None and state.value is not None
    if expires and not (how.retained and timed.heard_ms is not None):
        timed = replace(timed, heard_ms=how.now_ms)
    return state if timed == state.over_time else replace(state, over_time=timed)


def _press(entity: Entity, known: EntityState, reading: PressReading, how: Circumstances, said: Said) -> Outcome:
    if how.retained or how.replayed or not reading.word or not entity.habits.hold_repeats:
        return said(known, reading, how)
    timed, held_ms = known.over_time, how.now_ms if reading.word == HELD else None
    still = held_ms is not None and timed.held_ms is not None and 0 <= held_ms - timed.held_ms <= HOLD_REPEAT_MS
    outcome = Outcome(known) if still else said(known, reading, how)
    if held_ms == timed.held_ms:
        return outcome
    return Outcome(replace(outcome.state, over_time=replace(timed, held_ms=held_ms)), outcome.events)


def _behind(gateway: Gateway | None, reading: PressReading, how: Circumstances) -> Circumstances:
    """Return how a press came. A gateway that comes online may say again what was pressed before (rule R8)."""
    if gateway is None or gateway.online_ms is None or how.now_ms < gateway.online_ms:
        return how
    pressed_ms = reading.device_time_ms
    if pressed_ms is not None and pressed_ms >= _CLOCK_SET_MS:  # in whole seconds, as most devices tell the time
        replayed = pressed_ms // 1000 < gateway.online_ms // 1000
    else:
        replayed = how.now_ms - gateway.online_ms <= REPLAY_MS
    return replace(how, replayed=True) if replayed else how


def _below(gateway: Gateway | None, how: Circumstances) -> Circumstances:
    """Return how word of a device's reach came, behind a gateway that may be out of reach itself (rule A3)."""
    return replace(how, taken_along=True) if gateway is not None and gateway.offline else how


def _reached(
    entity: Entity, known: EntityState, reading: StateReading | AvailabilityReading, how: Circumstances, said: Said
) -> Outcome:
    """Decide what word of a device's reach means. When a gateway came online is remembered, however often it does."""
    outcome = said(known, reading, how)
    online = reading.online if isinstance(reading, AvailabilityReading) else reading.value == ONLINE
    if how.retained or not online or not entity.habits.leads:
        return outcome
    timed = replace(outcome.state.over_time, online_ms=how.now_ms)
    return Outcome(replace(outcome.state, over_time=timed), outcome.events)
