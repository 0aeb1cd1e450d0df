"""An event with its permanent place and id, and the timelines it belongs to."""

import secrets
from dataclasses import dataclass
from typing import NamedTuple

from bridge.events import FAMILIES, Event, any_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded event. `seq` orders; `id` never changes and is never derived from the order."""

    seq: int
    id: str
    recorded_at_ms: int
    event: Event

    @property
    def offered(self) -> bool:
        """Whether triggers may show it."""
        return self.event.reason is None


class TimelineKey(NamedTuple):
    """One timeline: of a home or of one entity of it, of one kind or of a whole family (`any_of`).

    A tuple, as are keys and questions made of it: several are looked up for each event, and tuples are hashed in C.
    """

    home: str
    entity: str | None
    kind: str


def entry_id(now_ms: int) -> str:
    """Return a new permanent id: 32 hex digits.

    The leading 12 are the millisecond, so that the index of ids grows at its end; the other 80 bits are random.
    """
    return f"{now_ms & 0xFFFF_FFFF_FFFF:012x}{secrets.token_hex(10)}"


def keys_of(event: Event) -> tuple[TimelineKey, ...]:
    """Return every timeline in which an event shows."""
    keys = (TimelineKey(event.home, event.entity, event.kind), TimelineKey(event.home, None, event.kind))
    for family in FAMILIES:
        if event.kind.startswith(f"{family}."):
            whole = any_of(family)
            return (*keys, TimelineKey(event.home, event.entity, whole), TimelineKey(event.home, None, whole))
    return keys
