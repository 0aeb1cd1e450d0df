"""The latest committed state of each entity. A cache of the database: it changes only after a commit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec import structs


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A state that has not lasted long enough to count: since when it lasts, and since when things keep changing."""

    value: str
    since_ms: int
    first_ms: int


class Fading(msgspec.Struct, frozen=True, gc=False):
    """A state that ends by itself: when it was said last, and whether we heard it then (or only that it had been)."""

    since_ms: int
    heard: bool


class OverTime(msgspec.Struct, frozen=True, gc=False):
    """What the habits of an entity need to know. Apart from its state: few entities have any, and all have states.

    `heard_ms`: when its state was told last, where it expires; `lost`: the value that it had until it expired;
    `held_ms`: when a button that is held said so last; `online_ms`: when a gateway said last that it is online.
    """

    fading: Fading | None = None
    heard_ms: int | None = None
    lost: str | None = None
    held_ms: int | None = None
    online_ms: int | None = None


UNTIMED: Final = OverTime()


UNSURE: Final = "?"
"""In `fired`: this is from a copy of the database that was put back, and may have been overtaken since."""


class EntityState(msgspec.Struct, frozen=True, gc=False):
    """What is known of an entity. `value` None: nothing yet, or no longer. `since_ms`: when it took that value (epoch).

    `presses` are the words a button has spoken so far, at most MAX_PRESSES of them. `position` of a cover in percent, 0
    being closed. `fired`: the kinds of events that must be undone before they count again. `offered_ms`: when an event
    was offered last, where that matters. `color` as `#rrggbb`, `color_temp` in kelvin. `stamps`: of the presses heard
    last, where they have any, at most MAX_STAMPS. `parts`: the last word of each availability topic, "" for none yet.
    """

    value: str | None = None
    brightness: int | None = None
    since_ms: int | None = None
    presses: tuple[str, ...] = ()
    position: int | None = None
    fired: tuple[str, ...] = ()
    pending: Pending | None = None
    offered_ms: int | None = None
    color: str | None = None
    color_temp: int | None = None
    stamps: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    over_time: OverTime = UNTIMED

    @property
    def unsure(self) -> bool:
        """Whether what is known may long be otherwise: then what comes next is not seen to change anything."""
        return UNSURE in self.fired

    def sure(self) -> "EntityState":
        """Return the state as one that is known."""
        return structs.replace(self, fired=tuple(kind for kind in self.fired if kind != UNSURE))

    def taking(self, value: str | None, since_ms: int) -> "EntityState":
        """Return the state with another value that counts: no other waits any more.

        Most messages come by here, and `replace` takes three times as long.
        """
        return EntityState(
            value,
            self.brightness,
            since_ms,
            self.presses,
            self.position,
            self.fired,
            None,
            self.offered_ms,
            self.color,
            self.color_temp,
            self.stamps,
            self.parts,
            self.over_time,
        )


NOTHING_KNOWN = EntityState()
MAX_PRESSES = 32
MAX_STAMPS = 8


class LastKnown:
    """Committed states by entity id."""

    def __init__(self, states: Mapping[str, EntityState]) -> None:
        self._states = dict(states)
        self._waiting = {entity for entity, state in states.items() if _waits(state)}

    def of(self, entity: str) -> EntityState:
        """Return what is known of an entity, NOTHING_KNOWN if nothing is."""
        return self._states.get(entity, NOTHING_KNOWN)

    def replace(self, states: Mapping[str, EntityState]) -> None:
        """Take over what has just been committed."""
        self._states.update(states)
        for entity, state in states.items():
            if _waits(state):
                self._waiting.add(entity)
            elif self._waiting:
                self._waiting.discard(entity)

    def forget(self, entities: Iterable[str]) -> None:
        """Know nothing of entities any more."""
        for entity in entities:
            self._states.pop(entity, None)
            self._waiting.discard(entity)

    @property
    def waiting(self) -> Collection[str]:
        """The entities whose state changes by time alone: it has not lasted yet, ends by itself, or expires."""
        return self._waiting

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)


def _waits(state: EntityState) -> bool:
    if state.pending is not None or state.over_time is UNTIMED:
        return state.pending is not None
    timed = state.over_time
    return timed.fading is not None or (timed.heard_ms is not None and timed.lost is None)
