"""Looks at the dashboard of the demo, as its owner would, and keeps what is seen: scripts/screenshots calls it."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Browser, Page, async_playwright

FOLDER: Final = Path(__file__).parent / "pictures"
PATIENCE_S: Final = 600.0
ROUNDS: Final = 30
"""So many times a door has opened and a button was pressed before anybody looks: lags are noted once a minute."""

PAUSE_S: Final = 4.0
_SIGN_IN: Final = re.compile(r"your side\s+(http://\S+/) \(sign in as (\S+), password (\S+)\)")
_OPENED: Final = "The front door opens."


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo, and how its dashboard is opened."""

    url: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is looked at, and how. `path`: of the page; `opens`: a link on it that is followed first."""

    name: str
    path: str
    width: int = 1280
    height: int = 800
    scheme: Literal["light", "dark"] = "light"
    opens: str = ""


PICTURES: Final = (
    Picture("home", "/"),
    Picture("home-phone", "/", 390, 844, "dark"),
    Picture("journey", "/timeline", opens="main li:has(.sign.good) a[href^='/timeline/']"),
    Picture("timeline-phone", "/timeline", 390, 844),
    Picture("applets", "/applets", 1280, 640),
    Picture("health", "/health", 1280, 900, "dark"),
    Picture("setup", "/setup", 1280, 800),
)


@asynccontextmanager
async def demo() -> AsyncIterator[Demo]:
    """Play the demo while the context lasts; begins once it has played for a while."""
    program = (sys.executable, "-m", "bridge", "demo", "--pause", str(PAUSE_S))
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await _until_played(process)
        reading = asyncio.ensure_future(_read_on(process))  # noqa: TID251 -- a full pipe would hold the demo up
        yield found
        reading.cancel()
    finally:
        process.terminate()
        await process.wait()


async def _until_played(process: asyncio.subprocess.Process) -> Demo:
    if process.stdout is None:
        raise ValueError("the demo must be read along")
    found, opened = None, 0
    async for line in process.stdout:
        said = _SIGN_IN.search(line.decode())
        found = Demo(*said.groups()) if said else found
        opened += _OPENED in line.decode()
        if found is not None and opened > ROUNDS:
            return found
    raise SystemExit("the demo ended before anything could be looked at")


async def _read_on(process: asyncio.subprocess.Process) -> None:
    while process.stdout is not None and await process.stdout.read(4096):
        pass


async def sign_in(page: Page, found: Demo) -> None:
    """Sign in as the owner."""
    await page.goto(f"{found.url}sign-in")
    await page.get_by_label("Name").fill(found.name)
    await page.get_by_label("Password").fill(found.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(found.url)


async def look(browser: Browser, found: Demo, picture: Picture) -> None:
    """Take one picture."""
    context = await browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=1.5,
        color_scheme=picture.scheme,
        locale="en-GB",
    )
    page = await context.new_page()
    await sign_in(page, found)
    await page.goto(f"{found.url.rstrip('/')}{picture.path}")
    if picture.opens:
        await page.locator(picture.opens).first.click()
    await page.wait_for_load_state("load")
    await page.screenshot(path=FOLDER / f"dashboard-{picture.name}.png")
    print(f"{picture.name}: {page.url.removeprefix(found.url.rstrip('/'))}")
    await context.close()


async def main() -> None:
    """Take all of them, or those that are named."""
    wanted = [each for each in PICTURES if each.name in sys.argv[1:] or not sys.argv[1:]]
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with demo() as found, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for picture in wanted:
            await look(browser, found, picture)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
