"""A home whose owner looks at the private pages: the real daemon with a real Mosquitto, and IFTTT's Realtime API."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi, realtime_api
from tests.parts.waiting import until

OWNER: Final = "anna"
PASSWORD: Final = "correct horse battery"
_CODE: Final = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}")


@dataclass(frozen=True, slots=True)
class PrivateHome:
    """`url`: where the pages are. `token`: as IFTTT asks in the owner's name."""

    daemon: Daemon
    broker: Mosquitto
    realtime: RealtimeApi
    token: str

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.daemon.private_port}"

    async def say(self, topic: str, payload: str) -> None:
        """Let a device speak, and wait until what happened is on disk."""
        before = self.daemon.count_events()
        await self.broker.publish(topic, payload)
        await until(lambda: self.daemon.count_events() > before, what=f"{payload} on disk")

    async def begin(self, page: Page) -> None:
        """Become the first owner."""
        code = _CODE.search(self.daemon.command("setup-code"))
        assert code is not None
        await page.goto(f"{self.url}/first")
        await page.get_by_label("Set-up code").fill(code[0])
        await page.get_by_label("Your name").fill(OWNER)
        await page.get_by_label("A password").fill(PASSWORD)
        await page.get_by_label("The same again").fill(PASSWORD)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Begin").click()

    async def come_in(self, page: Page, path: str = "/") -> None:
        """Sign in, and look at a page."""
        await page.goto(f"{self.url}/sign-in")
        await page.get_by_label("Name").fill(OWNER)
        await page.get_by_label("Password").fill(PASSWORD)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Sign in").click()
        await page.goto(f"{self.url}{path}")


@asynccontextmanager
async def running_private_home(folder: Path) -> AsyncIterator[PrivateHome]:
    """Run all of it in one folder."""
    for name in ("broker", "daemon"):
        (folder / name).mkdir()
    async with realtime_api() as realtime:
        broker = Mosquitto(folder / "broker")
        daemon = Daemon(folder / "daemon", broker.port, realtime.url)
        try:
            await broker.start()
            token = daemon.add_user(OWNER)
            await daemon.start()
            yield PrivateHome(daemon, broker, realtime, token)
        finally:
            daemon.close()
            broker.close()
