"""How far events have come, in a word each: for a whole page of a timeline, where nobody wants it explained yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

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
    return [
        _farthest(
            judge(entry, applet, sharing[entry.event.entity], moves.get(applet.key, KeptMoves([], [])))
            for applet in applets
        )
        for entry, applets in meant
    ]


def _farthest(verdicts: Iterable[Verdict]) -> Reached:
    order = list(Reached)
    return max((_of(verdict) for verdict in verdicts), key=order.index, default=Reached.NOBODY)


def _of(verdict: Verdict) -> Reached:
    if verdict.why is not None:
        return Reached.NOBODY
    if verdict.asked is not None:
        return Reached.ASKED
    return Reached.TOLD if verdict.told is not None and verdict.told.succeeded else Reached.WAITING
