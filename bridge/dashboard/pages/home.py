"""The devices of the house by room, those that wait to be accepted, and the window in which all are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bridge.dashboard.ago import ago
from bridge.dashboard.frame import Frame
from bridge.dashboard.page import Ask, Asked
from bridge.dashboard.rooms import rooms_of
from bridge.dashboard.states import KINDS
from bridge.desk.house import DEVICES_SHOWN
from bridge.desk.house_rows import HousePage as House
from bridge.desk.requests import AcceptDevices, EndPermit, ExposeDevice, PermitDevices, ReadHouse
from bridge.desk.rows import AnnouncedRow, DeviceRow, PermitPage
from bridge.errors import BadInput, NoSuchResource
from bridge.ifttt.ingredients import iso_time

PERMIT_S: Final = 120.0
MAX_SEARCH_CHARACTERS: Final = 100
MAX_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class HomePage:
    """Shows them, and does what is decided there."""

    frame: Frame
    ask: Ask

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show a page of them, or those that a search finds."""
        search = asked.query.get("search", "").strip()[:MAX_SEARCH_CHARACTERS]
        start, waiting = _count(asked.query.get("start")), _count(asked.query.get("waiting"))
        house = await self.ask(ReadHouse(search, start, waiting), House)
        return await self.frame.page(
            asked,
            "home",
            title="Home",
            house=house,
            rooms=rooms_of(house.devices, house.homes),
            search=search,
            address=str(asked.request.rel_url),
            kinds=KINDS,
            links=_links(house, search),
            ago=lambda at_ms: ago(at_ms, house.now_ms),
            iso=iso_time,
        )

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- the form says it all
        """Show a device to IFTTT or hide it, accept what waits, open or end the window."""
        home = fields.get("home") or None
        match fields.get("decision"):
            case "expose" | "hide" as decision:
                return await switched(self.ask, fields.get("device", ""), exposed=decision == "expose")
            case "accept":
                return await accepted(self.ask, fields.get("device", "").split(), home)
            case "permit":
                await self.ask(PermitDevices(home, PERMIT_S), PermitPage)
                return "For two minutes, whatever announces itself is accepted. Now switch your new devices on."
            case "end":
                return await self._end(fields.get("window", ""))
            case _:
                raise NoSuchResource("There is no such thing to do.")

    async def _end(self, number: str) -> str:
        page = await self.ask(EndPermit(_count(number)), PermitPage)
        names = ", ".join(row.name for row in page.accepted)
        return f"Closed again. What came in: {names}." if names else "Closed again. Nothing came in."


async def switched(ask: Ask, device: str, *, exposed: bool) -> str:
    """Show a device, or one thing that it does, to IFTTT, or hide it. Return what to say about it."""
    row = await ask(ExposeDevice(device, exposed), DeviceRow)
    return f"{row.name} is now {'shown to' if exposed else 'hidden from'} IFTTT."


async def accepted(ask: Ask, devices: list[str], home: str | None) -> str:
    """Accept devices into a home. Return what to say about it."""
    if not devices:
        raise BadInput("Nothing was chosen, so nothing was accepted.")
    rows = await ask(AcceptDevices(tuple(devices), home, None, None), list[AnnouncedRow])
    names = ", ".join(row.name for row in rows)
    return f"{names} {'is' if len(rows) == 1 else 'are'} accepted, and IFTTT sees what {_it(rows)} from now on."


def _it(rows: list[AnnouncedRow]) -> str:
    return "it does" if len(rows) == 1 else "they do"


def _count(text: str | None) -> int:
    """Return a count that an address or a form says, 0 where it is none."""
    return int(text) if text and len(text) <= MAX_DIGITS and text.isascii() and text.isdigit() else 0


def _links(house: House, search: str) -> dict[str, str]:
    """Return where there is more, by what it is called."""
    kept = {"search": search} if search else {}
    links = {}
    if house.start:
        links["Earlier devices"] = {"start": max(0, house.start - DEVICES_SHOWN)}
    if house.start + len(house.devices) < house.count:
        links["More devices"] = {"start": house.start + len(house.devices)}
    if house.waiting_start + len(house.waiting) < house.waiting_count:
        links["More that wait"] = {"waiting": house.waiting_start + len(house.waiting)}
    return {name: f"/?{urlencode({**kept, **where})}" for name, where in links.items()}
