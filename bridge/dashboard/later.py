"""A page that is loaded when somebody comes: most of the time nobody looks, and a small computer has little memory."""

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import web

from bridge.dashboard.page import Asked, Page


class Later:
    """Stands for a page until then. `make` loads what it needs and returns it."""

    def __init__(self, make: Callable[[], Page]) -> None:
        self._make = make
        self._page: Page | None = None

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show it."""
        return await (await self._loaded()).show(asked)

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:
        """Let it do what a form asks for."""
        return await (await self._loaded()).take(asked, fields)

    async def _loaded(self) -> Page:
        if self._page is None:
            self._page = await asyncio.to_thread(self._make)
        return self._page
