"""The latest committed state of each entity. A cache of the database: it changes only after a commit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntityState:
    """What is known of an entity. `value` None: nothing yet. `since_ms`: when it took that value (epoch).

    `presses` are the words a button has spoken so far, at most MAX_PRESSES of them. `position` of a cover in percent, 0
    being closed. `fired`: the kinds of events that must be undone before they count again.
    """

    value: str | None = None
    brightness: int | None = None
    since_ms: int | None = None
    presses: tuple[str, ...] = ()
    position: int | None = None
    fired: tuple[str, ...] = ()


NOTHING_KNOWN = EntityState()
MAX_PRESSES = 32


class LastKnown:
    """Committed states by entity id."""

    def __init__(self, states: Mapping[str, EntityState]) -> None:
        self._states = dict(states)

    def of(self, entity: str) -> EntityState:
        """Return what is known of an entity, NOTHING_KNOWN if nothing is."""
        return self._states.get(entity, NOTHING_KNOWN)

    def replace(self, states: Mapping[str, EntityState]) -> None:
        """Take over what has just been committed."""
        self._states.update(states)

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)
