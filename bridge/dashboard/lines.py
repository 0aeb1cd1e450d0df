"""What happened, as lines of the days on which it did: rows in, what a page shows out. Knows no page."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final, NamedTuple

from bridge.dashboard.happenings import HeldBack, family_of, held_back, name_of, what_happened
from bridge.dashboard.local_time import LocalTime, When, at_ms
from bridge.desk.journey_rows import TimelinePage
from bridge.desk.rows import EventRow
from bridge.devices.entity import Entity
from bridge.ifttt.reached import Reached


class Sign(NamedTuple):
    """How far an event has come, to be seen at a glance. `text`: for those who do not see it."""

    mark: str
    tone: str
    text: str


_SIGNS: Final[Mapping[str, Sign]] = {
    Reached.WAITING: Sign("waits", "bad", "IFTTT is not told yet"),
    Reached.TOLD: Sign("told", "", "IFTTT is told"),
    Reached.ASKED: Sign("done", "good", "IFTTT has it"),
}


class Line(NamedTuple):
    """One event. `part`: which of the things that its device does, where it does several. `mark`: of which family."""

    id: str
    at: When
    name: str
    part: str
    room: str
    what: str
    mark: str
    held: HeldBack | None
    sign: Sign | None


class Day(NamedTuple):
    """What happened on one day, newest first."""

    name: str
    lines: list[Line]


class Named(NamedTuple):
    """A device to be chosen."""

    id: str
    name: str


def days_of(page: TimelinePage, parts: Mapping[str, str], clock: LocalTime) -> list[Day]:
    """Return events, newest first, by day."""
    said = (
        (clock.day(at_ms(event.recorded_at)), line_of(event, parts, clock, reached=reached))
        for event, reached in zip(page.events, page.reached, strict=True)
    )
    return [Day(day, [line for _, line in lines]) for day, lines in groupby(said, key=lambda pair: pair[0])]


def line_of(event: EventRow, parts: Mapping[str, str], clock: LocalTime, *, reached: str = "") -> Line:
    """Return an event as it is shown."""
    return Line(
        event.id,
        clock.clock(at_ms(event.recorded_at)),
        name_of(event.ingredients, event.device),
        parts.get(event.entity, ""),
        event.ingredients.get("room", ""),
        what_happened(event.kind, event.ingredients),
        family_of(event.kind),
        held_back(event.reason),
        _SIGNS.get(reached),
    )


def devices_of(things: Iterable[Entity], home: str) -> list[Named]:
    """Return the devices of a home, by name: one that does several things is one device."""
    found = {thing.device.id: thing.device.name for thing in things if thing.home == home}
    return [Named(*each) for each in sorted(found.items(), key=lambda each: (each[1].casefold(), each[0]))]


def parts_of(things: Iterable[Entity]) -> dict[str, str]:
    """Return what each thing is called within its device, of those that are called otherwise than their device."""
    return {thing.id: thing.name for thing in things if thing.name}


def names_of(things: Iterable[Entity]) -> dict[str, str]:
    """Return what things and devices are called, by id."""
    return {
        id_: name for thing in things for id_, name in ((thing.device.id, thing.device.name), (thing.id, thing.label))
    }
