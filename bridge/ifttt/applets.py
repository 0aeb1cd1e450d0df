"""An Applet as people think of it: a trigger identity, whose it is, and what it waits for in words. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bridge.ifttt.identities import RESTS_AFTER_MS, IdentityKey
from bridge.ifttt.service import TRIGGERS
from bridge.timeline.entry import TimelineKey


class State(StrEnum):
    """How an Applet is. Only one that waits is told of what happens."""

    WAITS = "waits"
    RESTS = "rests"
    NOT_CONNECTED = "not connected"
    NOT_OFFERED = "not offered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Applet:
    """An identity that is used, or was. `user_name`, `user_since_seq`, `connected`: of its user, and with its client.

    `timeline`: what it waits for, None where that is no longer offered. `start_seq`: nothing older is shown.
    `told_seq`: IFTTT knows of all up to it. `removed_ms` None: it has not ended.
    """

    key: IdentityKey
    home: str
    user_name: str
    user_since_seq: int
    connected: bool
    trigger: str
    fields: Mapping[str, str]
    timeline: TimelineKey | None
    first_seen_ms: int
    start_seq: int
    told_seq: int
    last_polled_ms: int
    removed_ms: int | None = None

    def sentence(self, name_of: Callable[[str], str]) -> str:
        """Return what it waits for in words, such as `when Front door opens`."""
        declared = TRIGGERS.get(self.trigger)
        return self.trigger if declared is None else declared.sentence(self.fields, name_of)

    def rested(self, at_ms: int) -> bool:
        """Tell whether it rested at a time: IFTTT had not asked for so long that it may have been left behind."""
        return at_ms - self.last_polled_ms > RESTS_AFTER_MS

    def state(self, now_ms: int) -> State:
        """Return how it is."""
        if self.removed_ms is not None:
            return State.ENDED
        if self.timeline is None:
            return State.NOT_OFFERED
        if not self.connected:
            return State.NOT_CONNECTED
        return State.RESTS if self.rested(now_ms) else State.WAITS
