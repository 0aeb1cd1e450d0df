"""The Applets that IFTTT asks for, and one of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bridge.dashboard.applets import card_of, pages_of
from bridge.dashboard.frame import Frame
from bridge.dashboard.lines import names_of
from bridge.dashboard.local_time import clock_of
from bridge.dashboard.page import Ask, Asked
from bridge.desk.journey_rows import AppletPage as Listed
from bridge.desk.journey_rows import Traced
from bridge.desk.requests import ListApplets, Trace
from bridge.devices.entity import Entity
from bridge.errors import AccountError, NoSuchResource

_LARGEST: Final = 18
"""Digits of the place where a page begins."""


@dataclass(frozen=True, slots=True)
class AppletsPage:
    """Shows all. They are made, changed and ended at IFTTT."""

    frame: Frame
    ask: Ask
    clock_ms: Callable[[], int]

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show them, in the order in which they came."""
        if asked.path:
            raise NoSuchResource("There is no such page.")
        after = asked.query.get("after", "0")
        behind = int(after) if after.isascii() and after.isdecimal() and len(after) <= _LARGEST else 0
        page = await self.ask(ListApplets(None, behind), Listed)
        clock = clock_of(asked, self.clock_ms())
        return await self.frame.page(
            asked,
            "applets",
            title="Applets",
            zone=clock.name,
            cards=[card_of(row, clock) for row in page.applets],
            homes=len({row.home for row in page.applets}),
            more="" if page.after is None else f"/applets?after={page.after}",
            begins=behind == 0,
        )

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- there is nothing to do
        """Refuse: they are IFTTT's."""
        raise NoSuchResource("There is no such thing to do.")


@dataclass(frozen=True, slots=True)
class AppletPage:
    """Shows one: what it waits for, and what became of its last events. `things`: what there is in the homes."""

    frame: Frame
    ask: Ask
    clock_ms: Callable[[], int]
    things: Callable[[], Iterable[Entity]]

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show one."""
        if len(asked.path) != 1:
            raise NoSuchResource("There is no such page.")
        try:
            traced = await self.ask(Trace(asked.path[0]), Traced)
        except AccountError:
            raise NoSuchResource("There is no such Applet.") from None
        clock = clock_of(asked, self.clock_ms())
        names = names_of(self.things())
        found = [each for each in pages_of(traced.applets, names, clock) if each.identity == asked.path[0]]
        if not found:
            raise NoSuchResource("There is no such Applet.")
        return await self.frame.page(
            asked, "applet", title=found[0].card.words, here="applets", zone=clock.name, applets=found
        )

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- there is nothing to do
        """Refuse: it is IFTTT's."""
        raise NoSuchResource("There is no such thing to do.")
