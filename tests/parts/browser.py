"""A real Chromium, Debian's own, and visitors who look at pages with it: at a desk or on a phone, with scripts or not.

Sees nothing but this machine: names that end in `.test` are served here, as far as they are (each such name is a site
of its own, as the internet's are); every other name and address elsewhere counts as unknown.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright, expect

from tests.parts.programs import program

WAIT_MS: Final = 10_000
"""How long anything on a page may take. A test that fails waits so long, one that passes does not."""

_OPTIONS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1",
)
_AS_ROOT: Final = ("--no-sandbox",)
"""Chromium refuses to start as root without it."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a visitor looks at. Sizes in CSS pixels, `scale` in the pixels of the device for one of them."""

    width: int
    height: int
    scale: float = 1
    touch: bool = False


DESKTOP: Final = Screen(1280, 800)
PHONE: Final = Screen(390, 844, scale=2, touch=True)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a fresh profile: no cookies, nothing cached.

    `complaints`: what the browser wrote to its console as an error (a script that failed, what the page's policy
    forbade, an answer of 400 or more), in order.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Start Chromium, which takes a second or two; skip the test where there is none."""
    path = program("chromium")
    expect.set_options(timeout=WAIT_MS)
    options = [*_OPTIONS, *(_AS_ROOT if os.geteuid() == 0 else ())]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visitor(
    browser: Browser, screen: Screen = DESKTOP, *, dark: bool = False, scripts: bool = True
) -> AsyncIterator[Visitor]:
    """Open a window. Any certificate is believed: who signs it is no business of a page."""
    context = await browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=screen.scale,
        has_touch=screen.touch,
        is_mobile=screen.touch,
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        ignore_https_errors=True,
        locale="en-GB",
        timezone_id="UTC",
    )
    try:
        context.set_default_timeout(WAIT_MS)
        seen = Visitor(await context.new_page())
        _listen(seen)
        yield seen
    finally:
        await context.close()


def _listen(visitor: Visitor) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            visitor.complaints.append(message.text)

    def failed(error: Error) -> None:
        visitor.complaints.append(error.message)

    visitor.page.on("console", console)
    visitor.page.on("pageerror", failed)
