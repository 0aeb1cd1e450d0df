"""An Applet, and what became of an event with it, as they are answered at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.desk.journey_rows import AppletRow, ArrivedRow, VerdictRow
from bridge.ifttt.applets import Applet
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.journey_words import arrived_words, outcome_words, verdict_words
from bridge.ifttt.journeys import Verdict
from bridge.ifttt.watermarks import KeptMoves
from bridge.timeline.arrived import read_line
from bridge.timeline.entry import Entry


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called. One of which nothing is known any more is called by its id."""

    known: Mapping[str, str]

    def __call__(self, thing: str) -> str:
        """Return what a thing or a device is called."""
        return self.known.get(thing, thing)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row tells."""

    applet: Applet
    moves: KeptMoves
    names: Names
    now_ms: int


def applet_row(facts: Facts, events: int, *, most: int) -> AppletRow:
    """Return the row of an Applet. `events` that it was to be shown, counted up to `most`."""
    applet, in_vain = facts.applet, facts.moves.in_vain
    told = [each for each in facts.moves.told if each.succeeded]
    return AppletRow(
        identity=applet.key.identity,
        user=applet.user_name,
        home=applet.home,
        client=applet.key.client,
        trigger=applet.trigger,
        fields=dict(applet.fields),
        words=applet.sentence(facts.names),
        state=applet.state(facts.now_ms).value,
        since=iso_time(applet.first_seen_ms),
        ended=_time(applet.removed_ms),
        last_poll=iso_time(applet.last_polled_ms),
        last_poll_age_s=_age_s(applet, facts.now_ms),
        last_told=iso_time(told[-1].at_ms) if told else None,
        events=events,
        more_events=events >= most,
        errors=sum(each.attempts for each in in_vain),
        trouble=outcome_words(in_vain[-1].status) if in_vain else "",
    )


def arrived_row(entry: Entry) -> ArrivedRow | None:
    """Return the row of how a message came; None where nobody wrote it down."""
    arrived = None if entry.arrived is None else read_line(entry.arrived)
    if arrived is None:
        return None
    return ArrivedRow(
        arrived.topic,
        arrived.qos,
        arrived.retained,
        arrived.duplicate,
        arrived.backlog,
        arrived.away_s,
        arrived.delay_ms,
        tuple(arrived_words(arrived)),
    )


def verdict_row(verdict: Verdict, entry: Entry, names: Names, now_ms: int) -> VerdictRow:
    """Return the row of a verdict."""
    applet, told, asked = verdict.applet, verdict.told, verdict.asked
    return VerdictRow(
        identity=applet.key.identity,
        user=applet.user_name,
        client=applet.key.client,
        waits_for=applet.sentence(names),
        state=applet.state(now_ms).value,
        why=None if verdict.why is None else verdict.why.value,
        words=verdict_words(verdict, entry, names),
        told=None if told is None else iso_time(told.at_ms),
        told_after_ms=None if told is None else max(0, told.at_ms - entry.recorded_at_ms),
        told_by=verdict.told_by,
        outcome=None if told is None else told.status,
        asked=None if asked is None else iso_time(asked.at_ms),
        asked_after_ms=None if asked is None else max(0, asked.at_ms - entry.recorded_at_ms),
        asked_by=verdict.asked_by,
        last_poll=iso_time(applet.last_polled_ms),
        last_poll_age_s=_age_s(applet, now_ms),
    )


def _age_s(applet: Applet, now_ms: int) -> int:
    return max(0, now_ms - applet.last_polled_ms) // 1000


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_time(at_ms)
