"""What became of an event with one Applet, in words, with what can be done about it.

Decides nothing: that is done in ifttt/journeys.py. Knows no page.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple
from urllib.parse import quote

from bridge.dashboard.local_time import LocalTime, When, at_ms
from bridge.dashboard.measured import duration
from bridge.desk.journey_rows import VerdictRow
from bridge.desk.rows import EventRow
from bridge.events import NotOffered
from bridge.ifttt.journey_words import outcome_words
from bridge.ifttt.journeys import Why

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_OFTEN_S: Final = 24 * 3600
"""IFTTT asks at least so often, where all is well."""


class Step(NamedTuple):
    """One step of a journey. `tone`: good, bad, or "" where it says neither."""

    mark: str
    title: str
    at: When | None
    notes: tuple[str, ...]
    tone: str = ""


class Cure(NamedTuple):
    """What can be done about it, and where."""

    text: str
    address: str


class Meant(NamedTuple):
    """An Applet that could be meant. `why`: it was not, or it was in vain; `steps`: those that it took else."""

    words: str
    user: str
    address: str
    badge: str
    tone: str
    why: str
    cure: Cure | None
    steps: tuple[Step, ...]
    last_poll: When


class Place(Enum):
    """Where an Applet stands to an event: it concerned it, or should have, or the Applet waits for something else."""

    CONCERNED = auto()
    MISSED = auto()
    ELSEWHERE = auto()


def place_of(verdict: VerdictRow) -> Place:
    """Return where an Applet stands."""
    if verdict.why is None:
        return Place.CONCERNED
    return Place.ELSEWHERE if verdict.why in {Why.OTHER_FIELD, Why.OTHER_TRIGGER} else Place.MISSED


def meant_of(verdict: VerdictRow, event: EventRow, clock: LocalTime) -> Meant:
    """Return what became of an event with an Applet."""
    badge, tone = _badge(verdict)
    return Meant(
        first_large(verdict.waits_for),
        verdict.user,
        f"/applet/{quote(verdict.identity, safe='')}",
        badge,
        tone,
        "" if verdict.why is None else f"{first_large(in_local_time(verdict.words, clock))}.",
        _cure(verdict, event),
        tuple(_told_and_asked(verdict, clock)) if verdict.why is None else (),
        clock.ago(at_ms(verdict.last_poll)),
    )


def cure_of_reason(event: EventRow) -> Cure | None:
    """Return what can be done about what is offered to nobody."""
    if event.reason == NotOffered.HIDDEN:
        return Cure("See whether IFTTT sees it now", f"/device/{quote(event.device, safe='')}")
    return None


def in_local_time(words: str, clock: LocalTime) -> str:
    """Write the times in a text as they are on the clock of whoever reads it."""
    return _ISO.sub(lambda found: clock.moment(at_ms(found[0])).text, words)


def _badge(verdict: VerdictRow) -> tuple[str, str]:
    if verdict.why is not None:
        return ("missed" if place_of(verdict) is Place.MISSED else "not concerned"), ""
    if verdict.asked is not None:
        return "IFTTT has it", "good"
    if verdict.outcome is None:
        return "not told yet", ""
    return ("told", "good") if _is_good(verdict.outcome) else ("could not be told", "bad")


def _told_and_asked(verdict: VerdictRow, clock: LocalTime) -> Iterator[Step]:
    if verdict.told is None or verdict.outcome is None:
        yield Step("told", "IFTTT was not told", None, ())
    else:
        good = _is_good(verdict.outcome)
        notes = (outcome_words(verdict.outcome), *_later(verdict.told_after_ms, by=verdict.told_by))
        at = clock.clock(at_ms(verdict.told))
        yield Step("told", "Told IFTTT" if good else "Tried to tell IFTTT", at, notes, "good" if good else "bad")
    if verdict.asked is None:
        last = clock.moment(at_ms(verdict.last_poll)).text
        rare = verdict.last_poll_age_s > _OFTEN_S
        yield Step("waits", "IFTTT has not asked yet", None, (f"it asked last {last}",), "bad" if rare else "")
    else:
        notes = tuple(_later(verdict.asked_after_ms, by=verdict.asked_by))
        yield Step("done", "IFTTT asked, and got it", clock.clock(at_ms(verdict.asked)), notes, "good")


def _later(after_ms: int | None, *, by: bool) -> Iterator[str]:
    if by:
        yield "by then, or before: what was earlier is not kept"
    elif after_ms is not None:
        yield f"{duration(after_ms / 1000)} later" if after_ms else "within a millisecond"


def _cure(verdict: VerdictRow, event: EventRow) -> Cure | None:
    match verdict.why:
        case Why.NOT_SHARED:
            return Cure(f"See what {verdict.user} sees", f"/device/{quote(event.device, safe='')}")
        case Why.NOT_CONNECTED:
            return Cure(f"See how {verdict.user} is connected", "/people")
        case Why.NOT_OFFERED:
            return cure_of_reason(event)
    if verdict.outcome is not None and not _is_good(verdict.outcome):
        return Cure("See how IFTTT is reached", "/health")
    return None


def _is_good(outcome: str) -> bool:
    return outcome.startswith("2")


def first_large(words: str) -> str:
    """Begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"
