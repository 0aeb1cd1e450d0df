"""One device: what it does and did, what it is called, who sees it; and trying what it can be told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bridge.dashboard.ago import ago, lasting
from bridge.dashboard.day import Day, day_of
from bridge.dashboard.frame import Frame
from bridge.dashboard.page import Ask, Asked
from bridge.dashboard.pages.home import accepted, switched
from bridge.dashboard.rooms import line_of
from bridge.dashboard.states import KINDS, Said, happened, kind_of, said_of
from bridge.dashboard.trying import Target, Trying
from bridge.desk.house_rows import DevicePage as Shown
from bridge.desk.house_rows import ThingDetail
from bridge.desk.requests import CorrectKind, ReadDevice, RemoveDevice, RenameDevice, ShareDevice
from bridge.desk.rows import AnnouncedRow, DeviceRow
from bridge.errors import NoSuchResource
from bridge.ifttt.ingredients import iso_time


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that the device does, as its page shows it. `title`: its own name, or what kind of thing it is."""

    title: str
    detail: ThingDetail
    said: Said
    day: Day | None


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Shows a device, and does what is decided there."""

    frame: Frame
    ask: Ask
    trying: Trying

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show it."""
        page = await self.ask(ReadDevice(_id(asked)), Shown)
        cards = await asyncio.to_thread(_cards, page)
        return await self.frame.page(
            asked,
            "device",
            title=page.device.name,
            here="home",
            page=page,
            device=page.device,
            cards=[card for card in cards if not card.detail.row.minor],
            minor=[card for card in cards if card.detail.row.minor],
            kind=kind_of(page.device),
            lit=line_of(page.device).lit,
            kinds=KINDS,
            happened=happened,
            lasting=lasting,
            ago=lambda at_ms: ago(at_ms, page.now_ms),
            iso=iso_time,
        )

    async def take(  # noqa: PLR0911 -- a table of decisions
        self, asked: Asked, fields: Mapping[str, str]
    ) -> str:
        """Do what is decided about it."""
        device, thing = _id(asked), fields.get("thing", "")
        match fields.get("decision"):
            case "expose" | "hide" as decision:
                return await switched(self.ask, thing or device, exposed=decision == "expose")
            case "accept":
                return await accepted(self.ask, [device], fields.get("home") or None)
            case "rename":
                return await self._rename(device, fields)
            case "share" | "unshare" as decision:
                return await self._share(device, fields.get("user", ""), shared=decision == "share")
            case "kind":
                return await self._correct(device, thing, fields.get("kind") or None)
            case "remove":
                row = await self.ask(RemoveDevice(device), AnnouncedRow)
                return f"{row.name} is removed, and all that it did is erased. While it is still there, it waits below."
            case "try":
                return await self._try(asked, device, thing, fields)
            case _:
                raise NoSuchResource("There is no such thing to do.")

    async def _rename(self, device: str, fields: Mapping[str, str]) -> str:
        name = fields.get("name", "").strip() or None
        row = await self.ask(RenameDevice(device, name, fields.get("room", "")), DeviceRow)
        return f"It is called {row.name} now{f', in {row.room}' if row.room else ''}. Applets go on as they are."

    async def _share(self, device: str, user: str, *, shared: bool) -> str:
        row = await self.ask(ShareDevice(device, user, shared), DeviceRow)
        return f"{user} {'sees' if shared else 'does not see'} {row.name} {'from now on' if shared else 'any more'}."

    async def _correct(self, device: str, thing: str, kind: str | None) -> str:
        row = await self.ask(CorrectKind(device, thing, kind), AnnouncedRow)
        found = next((each for each in row.abilities if each.id == thing), None)
        what = KINDS.get(found.kind, found.kind) if found is not None else "it"
        return f"From now on that counts as: {what}."

    async def _try(self, asked: Asked, device: str, thing: str, fields: Mapping[str, str]) -> str:
        page = await self.ask(ReadDevice(device), Shown)
        row = next((each.row for each in page.details if each.row.id == thing), None)
        if row is None:
            raise NoSuchResource("The device has just been removed.")
        name = f"{page.device.name}: {row.name}" if row.name else page.device.name
        return await self.trying.order(Target(page.device.home, row.id, row.kind, name), fields, asked.owner)


def _cards(page: Shown) -> list[Card]:
    """Return a card for each thing. On a thread: thousands of numbers may be drawn, and no event waits for that."""
    return [_card(detail, page) for detail in page.details if not _is_silent(detail)]


def _card(detail: ThingDetail, page: Shown) -> Card:
    row = detail.row
    title = row.name or KINDS.get(row.kind, row.kind)
    return Card(title, detail, said_of(row, page.device.latest), day_of(detail, page.now_ms, page.since_ms))


def _is_silent(detail: ThingDetail) -> bool:
    """Tell whether a gateway knows of a connection of which nobody has ever said anything: that is nothing to show."""
    return detail.row.kind == "availability" and detail.row.state is None


def _id(asked: Asked) -> str:
    """Return the id in the address. Raises NoSuchResource."""
    if len(asked.path) != 1:
        raise NoSuchResource("There is no such page.")
    return asked.path[0]
