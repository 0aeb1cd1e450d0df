"""What somebody wants to be told that no message says by itself: a number past a threshold, a door that stays open.

Kept in step with the identities that ask for it. Knows nobody who asks.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeVar

from bridge.events import dropped_below_kind, left_open_kind, rose_above_kind

_ROSE: Final = rose_above_kind("")
_DROPPED: Final = dropped_below_kind("")
_LEFT_OPEN: Final = left_open_kind("")


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold, and the direction in which a number must pass it. `written`: as a person chose it."""

    kind: str
    rising: bool
    written: str
    threshold: Decimal = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "threshold", Decimal(self.written))


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """For how many minutes a contact must stand open."""

    kind: str
    minutes: int


Watch = Crossing | LeftOpen
Key = tuple[str, str]
Kind = TypeVar("Kind", Crossing, LeftOpen)


def watch_of(kind: str) -> Watch | None:
    """Return what must be watched so that events of a kind happen; None where messages say it themselves."""
    if kind.startswith(_ROSE):
        return Crossing(kind, rising=True, written=kind.removeprefix(_ROSE))
    if kind.startswith(_DROPPED):
        return Crossing(kind, rising=False, written=kind.removeprefix(_DROPPED))
    if kind.startswith(_LEFT_OPEN):
        return LeftOpen(kind, int(kind.removeprefix(_LEFT_OPEN)))
    return None


class Watches:
    """What is watched of each entity, counted: it ends with the last who asks. A home watches only what is its own."""

    def __init__(self) -> None:
        self._crossings: defaultdict[tuple[str, str], dict[Crossing, int]] = defaultdict(dict)
        self._left_open: defaultdict[tuple[str, str], dict[LeftOpen, int]] = defaultdict(dict)
        self._changed: Callable[[], None] = _nothing

    def on_change(self, changed: Callable[[], None]) -> None:
        """Name who wants to know when somebody begins or ceases to wait for a door."""
        self._changed = changed

    def add(self, home: str, entity: str, kind: str) -> None:
        """Count one who asks for a kind."""
        match watch_of(kind):
            case Crossing() as crossing:
                counts = self._crossings[home, entity]
                counts[crossing] = counts.get(crossing, 0) + 1
            case LeftOpen() as left_open:
                waiting = self._left_open[home, entity]
                waiting[left_open] = waiting.get(left_open, 0) + 1
                self._changed()
            case None:
                pass

    def remove(self, home: str, entity: str, kind: str) -> None:
        """Count one less who asks for a kind."""
        match watch_of(kind):
            case Crossing() as crossing:
                _one_less(self._crossings, (home, entity), crossing)
            case LeftOpen() as left_open:
                _one_less(self._left_open, (home, entity), left_open)
                self._changed()
            case None:
                pass

    def crossings(self, home: str, entity: str) -> Collection[Crossing]:
        """Return the thresholds that somebody of this home watches a number for."""
        return self._crossings.get((home, entity), ())

    def left_open(self, home: str, entity: str) -> Collection[LeftOpen]:
        """Return how long a contact must stand open for somebody of this home."""
        return self._left_open.get((home, entity), ())

    def contacts(self) -> Iterator[tuple[str, str]]:
        """Yield the home and id of each contact that somebody waits for."""
        yield from self._left_open


def _one_less(counts: dict[Key, dict[Kind, int]], key: Key, watch: Kind) -> None:
    waiting = counts[key]
    waiting[watch] -= 1
    if not waiting[watch]:
        del waiting[watch]
    if not waiting:
        del counts[key]


def _nothing() -> None:
    """Stand in until somebody wants to know."""
