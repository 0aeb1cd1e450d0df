"""An owner's browser at the private pages of a running daemon, without scripts: reads pages, and sends their forms."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Final

import aiohttp

from tests.parts.daemon import Daemon
from tests.parts.walker import Page, Walker

PASSWORD: Final = "correct horse battery"
_CODE: Final = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}")
_NOTICE: Final = re.compile(r'<p class="notice (?:good|bad)"[^>]*>(.*?)</p>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Owner:
    """One browser."""

    daemon: Daemon
    walker: Walker

    async def begin(self, name: str = "anna") -> None:
        """Become the first owner."""
        code = _CODE.search(self.daemon.command("setup-code"))
        assert code is not None
        page = await self.walker.get("/first")
        fields = {"code": code[0], "username": name, "password": PASSWORD, "again": PASSWORD}
        done = await self.walker.post("/first", {**page.forms[0].fields, **fields})
        assert done.status == 303, done.text

    async def sign_in(self, name: str = "anna", password: str = PASSWORD) -> bool:
        """Sign in; tell whether that went well."""
        page = await self.walker.get("/sign-in")
        fields = {**page.forms[0].fields, "username": name, "password": password}
        return (await self.walker.post("/sign-in", fields)).status == 303

    async def is_in(self) -> bool:
        """Tell whether this browser is signed in."""
        return (await self.walker.get("/people")).status == 200

    async def see(self, path: str) -> str:
        """Open a page, and return what is on it."""
        page = await self.walker.get(path)
        assert page.status == 200, (page.status, page.location)
        return unescape(page.text)

    async def do(self, path: str, **fields: str) -> str:
        """Send a form of a page, and return what is said about it on the next one."""
        page = await self.walker.get(path)
        done = await self.walker.post(path, {"form": page.forms[0].fields["form"], **fields})
        assert done.status == 303, done.text
        said = _NOTICE.search((await self.next(done)).text)
        return "" if said is None else unescape(said[1])

    async def next(self, page: Page) -> Page:
        """Go where a page leads to; who is not signed in any more is led to the door."""
        while page.location is not None:
            page = await self.walker.get(page.location)
        return page


@asynccontextmanager
async def owner_at(daemon: Daemon) -> AsyncIterator[Owner]:
    """Open a fresh browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Owner(daemon, Walker(session, daemon.private_port, f"http://127.0.0.1:{daemon.private_port}"))
