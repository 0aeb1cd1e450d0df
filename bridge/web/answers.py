"""Encoded answers of triggers, kept until something changes in their timeline. A cache, bounded by bytes."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bridge.devices.last_known import EntityState
from bridge.timeline.entry import Entry, TimelineKey, keys_of
from bridge.timeline.timeline import Question
from bridge.web.envelope import Encoded

MAX_BYTES: Final = 4 * 1024 * 1024
_OVERHEAD_BYTES: Final = 600
"""About what the keys and links of one kept answer take."""


class AnswerKey(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Two polls with the same key get the same bytes. The hash is computed once: a key finds its answer very often."""

    trigger: str
    question: Question


@dataclass(slots=True, eq=False)
class Reading:
    """A question under way: what it finds must not be kept if its timeline changed meanwhile."""

    timeline: TimelineKey
    stale: bool = field(default=False)


class Answers:
    """The kept answers."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[AnswerKey, Encoded] = OrderedDict()
        self._by_timeline: defaultdict[TimelineKey, set[AnswerKey]] = defaultdict(set)
        self._readings: defaultdict[TimelineKey, set[Reading]] = defaultdict(set)

    @property
    def size(self) -> int:
        """How many bytes are kept, about."""
        return self._bytes

    def find(self, key: AnswerKey) -> Encoded | None:
        """Return a kept answer."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def begin(self, timeline: TimelineKey) -> Reading:
        """Say that a timeline is about to be read."""
        reading = Reading(timeline)
        self._readings[timeline].add(reading)
        return reading

    def end(self, reading: Reading) -> None:
        """Say that the reading is over, whatever came of it."""
        readings = self._readings[reading.timeline]
        readings.discard(reading)
        if not readings:
            del self._readings[reading.timeline]

    def keep(self, key: AnswerKey, encoded: Encoded, reading: Reading) -> None:
        """Keep what a reading found, unless it is outdated already."""
        if reading.stale or encoded.size > self._max_bytes:
            return
        self._drop(key)
        self._kept[key] = encoded
        self._by_timeline[key.question.key].add(key)
        self._bytes += encoded.size + _OVERHEAD_BYTES
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are in no timeline
        """Forget what new entries outdate."""
        if self._by_timeline or self._readings:
            for timeline in {timeline for entry in entries for timeline in keys_of(entry.event)}:
                self._outdate(timeline)

    def clear(self) -> None:
        """Forget all of them, those too that are being read: what they were made of is there no more."""
        for timeline in [*self._by_timeline, *self._readings]:
            self._outdate(timeline)

    def _outdate(self, timeline: TimelineKey) -> None:
        for reading in self._readings.get(timeline, ()):
            reading.stale = True
        for key in tuple(self._by_timeline.get(timeline, ())):
            self._drop(key)

    def _drop(self, key: AnswerKey) -> None:
        encoded = self._kept.pop(key, None)
        if encoded is None:
            return
        self._bytes -= encoded.size + _OVERHEAD_BYTES
        keys = self._by_timeline[key.question.key]
        keys.discard(key)
        if not keys:
            del self._by_timeline[key.question.key]
