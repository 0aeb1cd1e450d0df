"""The wall clock was set. What counts from some instant moves along, so that it lasts as long as it should.

A door that has been open for nine minutes has been so whatever the clock says now. Events that have been recorded stay
as they are. Knows neither clocks nor storage.
"""

import dataclasses

from msgspec.structs import replace

from bridge.devices.deadlines import Deadline
from bridge.devices.last_known import UNTIMED, EntityState, OverTime


def moved_state(state: EntityState, by_ms: int) -> EntityState:
    """Return a state whose instants are told by a clock that was set by so much; the same one where it has none."""
    pending, timed = state.pending, state.over_time
    if state.since_ms is None and pending is None and state.offered_ms is None and timed is UNTIMED:
        return state
    return replace(
        state,
        since_ms=_moved(state.since_ms, by_ms),
        offered_ms=_moved(state.offered_ms, by_ms),
        pending=None
        if pending is None
        else replace(pending, since_ms=pending.since_ms + by_ms, first_ms=pending.first_ms + by_ms),
        over_time=timed if timed is UNTIMED else _moved_habits(timed, by_ms),
    )


def moved_deadline(deadline: Deadline, by_ms: int) -> Deadline:
    """Return a deadline by a clock that was set by so much."""
    return dataclasses.replace(deadline, opened_at_ms=deadline.opened_at_ms + by_ms, due_ms=deadline.due_ms + by_ms)


def latest_ms(state: EntityState) -> int:
    """Return the latest instant that a state speaks of (epoch), 0 where it has none."""
    pending, timed = state.pending, state.over_time
    instants = (
        state.since_ms,
        state.offered_ms,
        None if pending is None else pending.since_ms,
        None if timed.fading is None else timed.fading.since_ms,
        timed.heard_ms,
        timed.held_ms,
        timed.online_ms,
    )
    return max((each for each in instants if each is not None), default=0)


def _moved_habits(timed: OverTime, by_ms: int) -> OverTime:
    fading = timed.fading
    return replace(
        timed,
        fading=None if fading is None else replace(fading, since_ms=fading.since_ms + by_ms),
        heard_ms=_moved(timed.heard_ms, by_ms),
        held_ms=_moved(timed.held_ms, by_ms),
        online_ms=_moved(timed.online_ms, by_ms),
    )


def _moved(instant_ms: int | None, by_ms: int) -> int | None:
    return None if instant_ms is None else instant_ms + by_ms
