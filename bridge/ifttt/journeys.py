"""What became of an event with an Applet: was it meant, was IFTTT told, did it ask; and if not, why not.

Plain computation on what was stored when it happened; never a guess: what is no longer known is said to be so. All its
words are in journey_words.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bridge.events import Event, family_of
from bridge.homes.sight import Share
from bridge.ifttt.applets import Applet
from bridge.ifttt.fields import ANY
from bridge.ifttt.service import TRIGGERS
from bridge.ifttt.watermarks import Asked, KeptMoves, Told
from bridge.timeline.entry import Entry

_CHOSEN: Final = {"press": ANY, "minutes": "1", "threshold": "1", "event": "custom.any"}
"""Something for each field that decides the kind of a timeline."""


class Why(StrEnum):
    """Why an event did not concern an Applet."""

    OTHER_TRIGGER = "other trigger"
    OTHER_FIELD = "other field"
    NO_TRIGGER = "no such trigger"
    ENDED = "ended"
    NOT_OFFERED = "not offered"
    NOT_SHARED = "not shared"
    NEWER_USER = "newer user"
    NEWER = "newer"
    NOT_CONNECTED = "not connected"
    RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who sees what an event is about: it, or the things that its device does. `shares`: where a user differs."""

    things: tuple[str, ...] = ()
    shares: Mapping[tuple[str, str], Share] = field(default_factory=dict)

    def saw(self, user: str, seq: int) -> bool:
        """Tell whether a user saw one of the things when an event of that number was committed."""
        return not self.things or any(_shared(self.shares.get((user, thing)), seq) for thing in self.things)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event with an Applet. `why` None: it concerned it.

    `told`: the first time that IFTTT took note after the event, or the last attempts in vain; `asked`: the first poll
    after it that showed something. `told_by`, `asked_by`: that early, or earlier: what was before is not kept.
    """

    applet: Applet
    why: Why | None
    told: Told | None = None
    asked: Asked | None = None
    told_by: bool = False
    asked_by: bool = False


def triggers_of(kind: str) -> tuple[str, ...]:
    """Return the triggers that wait for such a kind of event, whatever its variant."""
    family = _family(kind)
    return tuple(slug for slug, of in _families().items() if of == family)


def judge(entry: Entry, applet: Applet, sharing: Sharing, moves: KeptMoves) -> Verdict:
    """Judge what became of an event with an Applet of its home."""
    event, seq = entry.event, entry.seq
    why = _not_meant(event, applet) or _kept_from(entry, applet, sharing, moves)
    if why is not None:
        return Verdict(applet, why)
    told, told_by = _told(moves, entry)
    asked = next((each for each in moves.asked if each.up_to_seq >= seq), None)
    asked_by = asked is not None and moves.asked_before and asked is moves.asked[0]
    if asked is None and (told is None or not told.succeeded) and applet.told_seq < seq:
        why = _reached_nobody(entry, applet)
    return Verdict(applet, why, told, asked, told_by, asked_by)


def is_meant(event: Event, applet: Applet) -> bool:
    """Tell whether an Applet waits for just such an event."""
    return _not_meant(event, applet) is None


def is_about(event: Event, applet: Applet) -> bool:
    """Tell whether an Applet waits for anything of the same thing or device, be it something else."""
    timeline = applet.timeline
    return timeline is not None and timeline.entity in (event.entity, event.device)


def differing(event: Event, applet: Applet) -> list[tuple[str, str, bool]]:
    """Return what an Applet waits for and what the event was instead, and whether that names a thing."""
    timeline = applet.timeline
    if timeline is None:
        return []
    found = []
    if timeline.entity not in (None, event.entity):
        found.append((timeline.entity, event.entity, True))
    wanted, was = family_of(timeline.kind)[1], family_of(event.kind)[1]
    if wanted not in ("*", was):
        found.append((wanted, was, False))
    return found


def _not_meant(event: Event, applet: Applet) -> Why | None:
    timeline = applet.timeline
    if timeline is None:
        return Why.NO_TRIGGER
    if _family(timeline.kind) != _family(event.kind):
        return Why.OTHER_TRIGGER
    return Why.OTHER_FIELD if differing(event, applet) else None


def _kept_from(entry: Entry, applet: Applet, sharing: Sharing, moves: KeptMoves) -> Why | None:
    """Return what kept an event from an Applet that waits for such. What it was told of itself, it was told."""
    if entry.event.reason is not None:
        return Why.NOT_OFFERED
    if applet.removed_ms is not None and applet.removed_ms <= entry.recorded_at_ms:
        return Why.ENDED
    if entry.seq in {*(each.up_to_seq for each in moves.told), *(each.up_to_seq for each in moves.asked)}:
        return None
    if applet.user_since_seq > entry.seq:
        return Why.NEWER_USER
    if applet.start_seq > entry.seq:
        return Why.NEWER
    return None if sharing.saw(applet.key.user, entry.seq) else Why.NOT_SHARED


def _told(moves: KeptMoves, entry: Entry) -> tuple[Told | None, bool]:
    """Return when IFTTT took note, and whether it may have been before; else the last attempts in vain."""
    covering = [each for each in moves.told if each.up_to_seq >= entry.seq]
    taken = next((each for each in covering if each.succeeded), None)
    if taken is not None:
        return taken, moves.told_before and taken is moves.told[0]
    return (covering[-1], False) if covering else (None, False)


def _reached_nobody(entry: Entry, applet: Applet) -> Why | None:
    if not applet.connected:
        return Why.NOT_CONNECTED
    return Why.RESTS if applet.rested(entry.recorded_at_ms) else None


def _shared(share: Share | None, seq: int) -> bool:
    """Tell whether something was shared: `since_seq` is where that began, or where it ended."""
    return share is None or share.shared == (seq >= share.since_seq)


def _family(kind: str) -> str:
    return "custom" if kind.startswith("custom.") else family_of(kind)[0]


@lru_cache(maxsize=1)
def _families() -> Mapping[str, str]:
    return {slug: _family(trigger.kind_of(_CHOSEN)) for slug, trigger in TRIGGERS.items()}


def concerned_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return them in an order to be read: whom it concerned, then who waits for nearly that, by whose they are."""
    order = {why: place for place, why in enumerate((None, *reversed(Why)))}
    return sorted(verdicts, key=lambda each: (order[each.why], each.applet.user_name, each.applet.first_seen_ms))
