"""Server-sent events: a page that is open hears that something has changed, and asks for itself anew.

What is sent says nothing of what has changed. Knows neither pages nor devices.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from bridge.dashboard.plain import plain
from bridge.errors import BridgeError
from bridge.web.pages import HEADERS

MOST: Final = 32
"""So many pages may listen at once."""

STEP_S: Final = 1.0
"""A page is told so often at most, however much happens."""

PING_S: Final = 20.0
"""Browsers notice by this that we are still here; so do we that they are."""

AGAIN_MS: Final = 3000


class Live:
    """Tells pages. `next_news` returns what is set at the next change; `over`: the bridge stops."""

    def __init__(self, next_news: Callable[[], asyncio.Event], over: Callable[[], bool]) -> None:
        self._next_news = next_news
        self._over = over
        self._listening: list[web.BaseRequest] = []

    async def stream(self, request: web.BaseRequest, is_in: Callable[[], Awaitable[bool]]) -> web.StreamResponse:
        """Tell one page until it goes, or until whoever looks at it is no longer signed in."""
        self._listening = [each for each in self._listening if each.transport is not None]  # else it has gone
        if len(self._listening) >= MOST:
            return plain("Too many pages are open.", 503, **{"Retry-After": "60"})
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        self._listening.append(request)
        try:
            await response.prepare(request)
            await response.write(f"retry: {AGAIN_MS}\n\n".encode())
            with suppress(ConnectionError, BridgeError):  # the browser comes again by itself
                await self._tell(response, is_in)
        finally:
            self._listening = [each for each in self._listening if each is not request]
        return response

    async def _tell(self, response: web.StreamResponse, is_in: Callable[[], Awaitable[bool]]) -> None:
        number, coming = 0, self._next_news()
        while not self._over():
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_S):
                    await coming.wait()
            if not await is_in():
                return
            if not coming.is_set():
                await response.write(b": still here\n\n")
                continue
            coming = self._next_news()  # before the page looks: what comes during the pause is told after it
            number += 1
            await response.write(f"id: {number}\nevent: changed\ndata: {number}\n\n".encode())
            await asyncio.sleep(STEP_S)
