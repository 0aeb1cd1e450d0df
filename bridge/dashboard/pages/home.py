"""The devices of the home."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bridge.dashboard.frame import Frame
from bridge.dashboard.page import Ask, Asked
from bridge.desk.requests import ExposeDevice, ListDevices
from bridge.desk.rows import DeviceRow
from bridge.errors import NoSuchResource


@dataclass(frozen=True, slots=True)
class HomePage:
    """Shows them, and lets IFTTT see them or not."""

    frame: Frame
    ask: Ask

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show all."""
        devices = await self.ask(ListDevices(None), list[DeviceRow])
        return await self.frame.page(asked, "home", title="Home", devices=devices)

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- the form says it all
        """Show a device to IFTTT, or hide it."""
        match fields.get("decision"):
            case "expose" | "hide" as decision:
                exposed = decision == "expose"
                row = await self.ask(ExposeDevice(fields.get("device", ""), exposed), DeviceRow)
                return f"{row.name} is now {'shown to' if exposed else 'hidden from'} IFTTT."
            case _:
                raise NoSuchResource("There is no such thing to do.")
