"""How far events have come, in a word each: for a whole page of a timeline, where nobody wants it explained yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.ifttt.applets import Applet
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.journeys import Sharing, Verdict, judge
from bridge.ifttt.watermarks import KeptMoves
from bridge.timeline.entry import Entry, TimelineKey, keys_of


class Reached(StrEnum):
    """How far an event has come with the Applet with which it has come farthest."""

    NOBODY = ""
    WAITING = "waiting"
    TOLD = "told"
    ASKED = "asked"


_FAR: Final = {each: place for place, each in enumerate(Reached)}
_NONE: Final = KeptMoves([], [])

Meant = Sequence[tuple[Entry, Sequence[Applet]]]
"""Entries with the Applets that wait for such."""


def meant_of(entries: Iterable[Entry], applets: Iterable[Applet]) -> Meant:
    """Return which Applets wait for each of some entries; nobody is offered what was held back."""
    waiting: defaultdict[TimelineKey, list[Applet]] = defaultdict(list)
    for applet in applets:
        timeline = applet.timeline
        if timeline is not None:
            waiting[timeline].append(applet)
    return [
        (entry, [applet for key in keys_of(entry.event) for applet in waiting.get(key, ())] if entry.offered else [])
        for entry in entries
    ]


def reached(meant: Meant, sharing: Mapping[str, Sharing], moves: Mapping[IdentityKey, KeptMoves]) -> list[Reached]:
    """Return how far each has come. `sharing`, by what an event is about."""
    applets = {applet.key for _, each in meant for applet in each}
    ways = {key: _Way.of(moves.get(key, _NONE)) for key in applets}
    return [_farthest(entry, applets, sharing, ways) for entry, applets in meant]


@dataclass(frozen=True, slots=True)
class _Way:
    """How far an Applet was told and has asked, at most."""

    moves: KeptMoves
    told_up_to: int
    asked_up_to: int

    @classmethod
    def of(cls, moves: KeptMoves) -> "_Way":
        told = (each.up_to_seq for each in moves.told if each.succeeded)
        return cls(moves, max(told, default=0), max((each.up_to_seq for each in moves.asked), default=0))

    def at_most(self, seq: int) -> Reached:
        """Return how far an event may have come here; judging each would take too long where many wait for it."""
        if self.asked_up_to >= seq:
            return Reached.ASKED
        return Reached.TOLD if self.told_up_to >= seq else Reached.WAITING


def _farthest(
    entry: Entry, applets: Iterable[Applet], sharing: Mapping[str, Sharing], ways: Mapping[IdentityKey, _Way]
) -> Reached:
    farthest = Reached.NOBODY
    for applet in applets:
        way = ways[applet.key]
        if _FAR[way.at_most(entry.seq)] > _FAR[farthest]:
            found = _of(judge(entry, applet, sharing[entry.event.entity], way.moves))
            farthest = max(farthest, found, key=_FAR.__getitem__)
            if farthest is Reached.ASKED:
                break
    return farthest


def _of(verdict: Verdict) -> Reached:
    if verdict.why is not None:
        return Reached.NOBODY
    if verdict.asked is not None:
        return Reached.ASKED
    return Reached.TOLD if verdict.told is not None and verdict.told.succeeded else Reached.WAITING
