"""The journey of an event, from the wire to the Applets, as steps that can be read: rows in, words and links out.

What became of it has been decided when it happened (ifttt/journeys.py). Knows no page.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bridge.dashboard.happenings import HeldBack, held_back, name_of, what_happened
from bridge.dashboard.local_time import LocalTime, at_ms
from bridge.dashboard.verdicts import Cure, Meant, Place, Step, cure_of_reason, in_local_time, meant_of, place_of
from bridge.desk.journey_rows import ArrivedRow, JourneyRow


class Journey(NamedTuple):
    """All of it. `held`: why no Applet was offered it. `missed`: Applets that wait for such and did not get it;
    `elsewhere`: those that wait for something else.
    """  # noqa: D205 -- one paragraph

    title: str
    what: str
    room: str
    day: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    held: HeldBack | None
    reason: str
    cure: Cure | None
    concerned: tuple[Meant, ...]
    missed: tuple[Meant, ...]
    elsewhere: tuple[Meant, ...]
    left_out: int
    device: str
    id: str


def journey_of(row: JourneyRow, clock: LocalTime) -> Journey:
    """Return the journey of an event."""
    event = row.event
    held = held_back(event.reason)
    meant: dict[Place, list[Meant]] = {place: [] for place in Place}
    for verdict in row.applets:
        meant[place_of(verdict)].append(meant_of(verdict, event, clock))
    return Journey(
        title=name_of(event.ingredients, row.name),
        what=what_happened(event.kind, event.ingredients),
        room=event.ingredients.get("room", ""),
        day=clock.day(at_ms(event.recorded_at)),
        facts=tuple(_facts(row)),
        steps=tuple(_steps(row, clock)),
        held=held,
        reason=in_local_time(row.reason, clock),
        cure=cure_of_reason(event),
        concerned=tuple(meant[Place.CONCERNED]),
        missed=tuple(meant[Place.MISSED]),
        elsewhere=tuple(meant[Place.ELSEWHERE]),
        left_out=row.left_out,
        device=event.device,
        id=event.id,
    )


def _steps(row: JourneyRow, clock: LocalTime) -> Iterator[Step]:
    at = clock.clock(at_ms(row.event.recorded_at))
    if row.arrived is None:
        yield Step("waits", "Nothing was received", None, ("Time alone made it, or it is from an older version.",))
    else:
        yield Step("wire", "Received", at, tuple(_received(row, row.arrived, clock)))
    became = f"{row.before} → {row.after}" if row.before and row.after else ""
    yield Step("custom", "Understood", None, tuple(filter(None, (f"as {row.event.kind}", became))))
    yield Step("disk", "On disk", at, (f"as number {row.event.seq}; then the broker got its acknowledgement",), "good")


def _received(row: JourneyRow, arrived: ArrivedRow, clock: LocalTime) -> Iterator[str]:
    yield f"on {arrived.topic}"
    yield ", ".join(arrived.notes)
    if row.device_time is not None:
        yield f"the device says that it happened {clock.moment(at_ms(row.device_time)).text}"


def _facts(row: JourneyRow) -> Iterator[tuple[str, str]]:
    for slug, value in row.event.ingredients.items():
        if value and slug != "device_id":
            yield slug.replace("_", " ").capitalize(), value
