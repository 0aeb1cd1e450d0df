"""What happened, newest first, and the journey of one event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bridge.dashboard.frame import Frame
from bridge.dashboard.happenings import FAMILIES
from bridge.dashboard.journey import journey_of
from bridge.dashboard.lines import Named, days_of, devices_of, parts_of
from bridge.dashboard.local_time import LocalTime, clock_of
from bridge.dashboard.page import Ask, Asked
from bridge.desk.journey_rows import TimelinePage as Walked
from bridge.desk.journey_rows import Traced
from bridge.desk.requests import ReadTimeline, Trace
from bridge.devices.entity import Entity
from bridge.errors import AccountError, NoSuchResource

MOST_CHARACTERS: Final = 200
_LARGEST_SEQ: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody wants to see. The times as they were typed; `before`: where the page before ended."""

    home: str
    device: str
    kind: str
    from_text: str
    until_text: str
    before: int | None

    @property
    def any(self) -> bool:
        """Whether something is left out."""
        return bool(self.device or self.kind or self.from_text or self.until_text)

    def address(self, before: int | None = None) -> str:
        """Return where the same is shown, from the newest or from further back."""
        asked = {
            "home": self.home,
            "device": self.device,
            "kind": self.kind,
            "from": self.from_text,
            "until": self.until_text,
            "before": "" if before is None else str(before),
        }
        said = urlencode({name: value for name, value in asked.items() if value})
        return f"/timeline?{said}"


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Shows it. Nothing here can be changed. `things`: what there is in the homes."""

    frame: Frame
    ask: Ask
    clock_ms: Callable[[], int]
    things: Callable[[], Iterable[Entity]]

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show the days, or one event."""
        clock = clock_of(asked, self.clock_ms())
        match asked.path:
            case ():
                return await self._days(asked, clock)
            case (event,):
                return await self._event(asked, event, clock)
        raise NoSuchResource("There is no such page.")

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- there is nothing to do
        """Refuse: what happened cannot be changed."""
        raise NoSuchResource("There is no such thing to do.")

    async def _days(self, asked: Asked, clock: LocalTime) -> web.StreamResponse:
        things = list(self.things())
        filters = filters_of(asked.query, clock, asked.owner.home)
        homes = sorted({thing.home for thing in things} | {filters.home})
        page = await self.ask(_request(filters, clock), Walked)
        return await self.frame.page(
            asked,
            "timeline",
            title="Timeline",
            zone=clock.name,
            filters=filters,
            homes=homes,
            devices=_with(filters.device, devices_of(things, filters.home)),
            families=FAMILIES,
            days=days_of(page, parts_of(things), clock),
            older="" if page.before is None else filters.address(page.before),
            newest=filters.address(),
        )

    async def _event(self, asked: Asked, event: str, clock: LocalTime) -> web.StreamResponse:
        try:
            traced = await self.ask(Trace(event), Traced)
        except AccountError:
            raise NoSuchResource("There is no such event.") from None
        if traced.event is None or traced.event.event.id != event:
            raise NoSuchResource("There is no such event.")
        journey = journey_of(traced.event, clock)
        return await self.frame.page(
            asked, "journey", title=journey.title, here="timeline", zone=clock.name, journey=journey
        )


def filters_of(query: Mapping[str, str], clock: LocalTime, home: str) -> Filters:
    """Return what a query asks for; what makes no sense in it is not asked for."""
    said = {name: value for name, value in query.items() if len(value) <= MOST_CHARACTERS}
    kind, before = said.get("kind", ""), said.get("before", "")
    return Filters(
        said.get("home", "") or home,
        said.get("device", ""),
        kind if kind in FAMILIES else "",
        _time(said.get("from", ""), clock),
        _time(said.get("until", ""), clock),
        int(before) if before.isascii() and before.isdecimal() and int(before) < _LARGEST_SEQ else None,
    )


def _time(text: str, clock: LocalTime) -> str:
    return "" if clock.typed(text) is None else text


def _request(filters: Filters, clock: LocalTime) -> ReadTimeline:
    return ReadTimeline(
        filters.home,
        filters.before,
        filters.device or None,
        f"{filters.kind}." if filters.kind else "",
        clock.typed(filters.from_text),
        clock.typed(filters.until_text),
        reached=True,
    )


def _with(chosen: str, devices: list[Named]) -> list[Named]:
    """Let the list hold what is chosen, though it has gone."""
    if not chosen or any(device.id == chosen for device in devices):
        return devices
    return [*devices, Named(chosen, f"{chosen} (gone)")]
