"""Applets as people think of them: whose, what they wait for, and how they are. Rows in, what pages show out."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from bridge.dashboard.happenings import family_of
from bridge.dashboard.lines import Line, line_of
from bridge.dashboard.local_time import LocalTime, When, at_ms, counted
from bridge.dashboard.verdicts import Meant, first_large, meant_of
from bridge.desk.journey_rows import AppletJourney, AppletRow, VerdictRow
from bridge.desk.rows import EventRow
from bridge.ifttt.applets import State
from bridge.ifttt.service import TRIGGERS


class Health(NamedTuple):
    """How an Applet is: in a word or two, and what that means, "" where all is well."""

    badge: str
    tone: str
    meaning: str


_HEALTH: Final[Mapping[str, Health]] = {
    State.WAITS: Health("waits", "good", ""),
    State.RESTS: Health(
        "rests",
        "",
        "IFTTT has not asked for it in 30 days, so it is not told any more. It goes on as soon as IFTTT asks again.",
    ),
    State.NOT_CONNECTED: Health("not connected", "bad", "Its owner is not connected to IFTTT any more."),
    State.NOT_OFFERED: Health("no longer offered", "bad", "What it waits for is not offered any more."),
    State.ENDED: Health("ended", "", "It was turned off or deleted on IFTTT."),
}


class Card(NamedTuple):
    """An Applet. `trouble`: what came of the last attempts to tell IFTTT, "" where all is well."""

    words: str
    user: str
    home: str
    address: str
    mark: str
    health: Health
    since: When
    ended: When | None
    last_poll: When
    last_told: When | None
    events: str
    trouble: str


class Became(NamedTuple):
    """An event of the sort that an Applet waits for, and what became of it."""

    line: Line
    day: str
    meant: Meant


class Page(NamedTuple):
    """All of one Applet. `fields`: by their labels; `client`: by which it is known."""

    card: Card
    trigger: str
    fields: tuple[tuple[str, str], ...]
    client: str
    identity: str
    events: tuple[Became, ...]


def card_of(row: AppletRow, clock: LocalTime) -> Card:
    """Return an Applet as it is shown."""
    return Card(
        first_large(row.words),
        row.user,
        row.home,
        f"/applet/{quote(row.identity, safe='')}",
        _mark(row.trigger),
        _HEALTH.get(row.state, Health(row.state, "", "")),
        clock.moment(at_ms(row.since)),
        None if row.ended is None else clock.moment(at_ms(row.ended)),
        clock.ago(at_ms(row.last_poll)),
        None if row.last_told is None else clock.ago(at_ms(row.last_told)),
        f"{row.events}+" if row.more_events else str(row.events),
        f"{row.trouble}, {counted(row.errors, 'time')}" if row.errors else "",
    )


def pages_of(journeys: Sequence[AppletJourney], names: Mapping[str, str], clock: LocalTime) -> list[Page]:
    """Return the Applets of one identity: it may be another one with another client or user."""
    return [_page(each, names, clock) for each in journeys]


def _page(journey: AppletJourney, names: Mapping[str, str], clock: LocalTime) -> Page:
    row = journey.applet
    declared = TRIGGERS.get(row.trigger)
    labels = {} if declared is None else {field.slug: field.label for field in declared.fields}
    return Page(
        card_of(row, clock),
        row.trigger if declared is None else declared.name,
        tuple((labels.get(slug, slug), names.get(value, value)) for slug, value in row.fields.items()),
        row.client,
        row.identity,
        tuple(_became(event, verdict, clock) for event, verdict in journey.events),
    )


def _became(event: EventRow, verdict: VerdictRow, clock: LocalTime) -> Became:
    return Became(line_of(event, {}, clock), clock.day(at_ms(event.recorded_at)), meant_of(verdict, event, clock))


def _mark(trigger: str) -> str:
    """Return the family of what a trigger waits for, by the beginning of its name."""
    word = trigger.partition("_")[0]
    return {"door": "contact"}.get(word, family_of(word))
