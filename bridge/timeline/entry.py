"""An event with its permanent place and id, and the timelines it belongs to."""

import secrets
from dataclasses import dataclass

from bridge.events import BUTTON, Event

ANY_PRESS = f"{BUTTON}.*"
"""Stands for every kind of the family in a timeline key."""


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


@dataclass(frozen=True, slots=True)
class TimelineKey:
    """One timeline: of a home or of one entity of it, of one kind or of every press (ANY_PRESS)."""

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
    if not event.kind.startswith(f"{BUTTON}."):
        return keys
    return (*keys, TimelineKey(event.home, event.entity, ANY_PRESS), TimelineKey(event.home, None, ANY_PRESS))
