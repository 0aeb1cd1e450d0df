"""An event with its permanent place and id, and the timelines it belongs to."""

import os
from functools import lru_cache
from typing import Final

import msgspec

from bridge.events import FAMILIES, Event, any_of

REMEMBERED: Final = 2000
"""Things that happen are few, and each happens again: their timelines are put together once."""

_FAMILIES: Final = tuple((f"{family}.", any_of(family)) for family in FAMILIES)
"""How the kinds of a family begin, and what stands for all of them."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A recorded event. `seq` orders; `id` never changes and is never derived from the order.

    `arrived`: how its message came (arrived.py), None where time alone made it, and where nobody asked for that.
    """

    seq: int
    id: str
    recorded_at_ms: int
    event: Event
    arrived: str | None = None

    @property
    def offered(self) -> bool:
        """Whether triggers may show it."""
        return self.event.reason is None


class TimelineKey(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """One timeline: of a home or of one entity of it, of one kind or of a whole family (`any_of`)."""

    home: str
    entity: str | None
    kind: str


def entry_id(now_ms: int) -> str:
    """Return a new permanent id: 32 hex digits.

    The leading 12 are the millisecond, so that the index of ids grows at its end; the other 80 bits are random.
    """
    return f"{now_ms & 0xFFFF_FFFF_FFFF:012x}{os.urandom(10).hex()}"


def keys_of(event: Event) -> tuple[TimelineKey, ...]:
    """Return every timeline in which an event shows."""
    return _keys(event.home, event.entity, event.kind)


@lru_cache(maxsize=REMEMBERED)
def _keys(home: str, entity: str, kind: str) -> tuple[TimelineKey, ...]:
    keys = (TimelineKey(home, entity, kind), TimelineKey(home, None, kind))
    for beginning, whole in _FAMILIES:
        if kind.startswith(beginning):
            return (*keys, TimelineKey(home, entity, whole), TimelineKey(home, None, whole))
    return keys
