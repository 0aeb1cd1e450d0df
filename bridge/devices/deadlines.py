"""Doors that stand open, and when somebody wants to hear of it. Knows neither timers nor storage nor who asks.

A deadline is made with the opening, or when somebody begins to ask while the moment is still to come. It goes with the
closing, or when nobody asks any more. Until then one that has been told stays, so that nothing can tell it twice, not
even a clock that is set back.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bridge.devices.entity import Entity, EntityKind
from bridge.devices.interpretation import names_of
from bridge.devices.last_known import EntityState
from bridge.devices.watches import LeftOpen
from bridge.events import Event, left_open_kind

OPEN: Final = "open"
_MINUTE_MS: Final = 60_000
_NONE: Final[Mapping[int, "Deadline"]] = {}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A contact that opened at some moment is to be told of at another (epoch), unless it closes before."""

    entity: str
    minutes: int
    opened_at_ms: int
    due_ms: int
    told: bool = False


DeadlineChanges = Mapping[tuple[str, int], Deadline | None]
"""By entity and minutes what a deadline is now; None: it is gone."""


class Deadlines:
    """The committed deadlines. A cache of the database: it changes only after a commit."""

    def __init__(self, deadlines: Collection[Deadline] = ()) -> None:
        self._by_entity: dict[str, dict[int, Deadline]] = {}
        self.replace({(deadline.entity, deadline.minutes): deadline for deadline in deadlines})

    def __iter__(self) -> Iterator[Deadline]:
        for deadlines in self._by_entity.values():
            yield from deadlines.values()

    def of(self, entity: str) -> Mapping[int, Deadline]:
        """Return the deadlines of a contact by their minutes."""
        return self._by_entity.get(entity, _NONE)

    def replace(self, changes: DeadlineChanges) -> None:
        """Take over what has just been committed."""
        for (entity, minutes), deadline in changes.items():
            if deadline is not None:
                self._by_entity.setdefault(entity, {})[minutes] = deadline
            elif entity in self._by_entity:
                self._by_entity[entity].pop(minutes, None)
                if not self._by_entity[entity]:
                    del self._by_entity[entity]


def follow(
    entity: Entity,
    state: EntityState,
    present: Mapping[int, Deadline],
    watched: Collection[LeftOpen],
    now_ms: int,
    *,
    opens: bool = False,
) -> dict[int, Deadline | None]:
    """Return what changes so that the deadlines of a contact fit its state and those who ask.

    `opens`: it is only now known to have opened, so a moment that has passed already is still to be told of.
    """
    opened_at_ms = state.since_ms if entity.kind is EntityKind.CONTACT and state.value == OPEN else None
    if opened_at_ms is None:
        return dict.fromkeys(present)
    wanted = {watch.minutes for watch in watched}
    changes: dict[int, Deadline | None] = {
        minutes: None
        for minutes, deadline in present.items()
        if minutes not in wanted or deadline.opened_at_ms != opened_at_ms
    }
    for minutes in wanted - (present.keys() - changes.keys()):
        due_ms = opened_at_ms + minutes * _MINUTE_MS
        if opens or due_ms > now_ms:
            changes[minutes] = Deadline(entity.id, minutes, opened_at_ms, due_ms)
    return changes


def may_fall_due(deadline: Deadline, state: EntityState) -> bool:
    """Tell whether only time is missing. A contact that may just have closed is waited for."""
    return not deadline.told and (state.pending is None or state.pending.value == OPEN)


def tell(entity: Entity, deadline: Deadline) -> tuple[Deadline, Event]:
    """Return a deadline that has been told, and the event that tells it."""
    minutes = str(deadline.minutes)
    opened_at = datetime.fromtimestamp(deadline.opened_at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = Event(
        home=entity.home,
        device=entity.device.id,
        entity=entity.id,
        kind=left_open_kind(minutes),
        ingredients=names_of(entity) | {"opened_at": opened_at, "minutes": minutes},
        after=OPEN,
    )
    return replace(deadline, told=True), event
