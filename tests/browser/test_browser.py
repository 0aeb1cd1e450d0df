"""The browser itself: that a page is seen as a person would see it, and nothing but this machine."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Error

from tests.browser.conftest import Visit
from tests.parts.browser import DESKTOP, PHONE, Screen
from tests.parts.ports import free_port

PAGE: Final = """<!doctype html><title>A page</title><meta name="viewport" content="width=device-width">
<style>p { color: rgb(0, 0, 0) } @media (prefers-color-scheme: dark) { p { color: rgb(255, 255, 255) } }</style>
<p>as it was written</p>
<script>
document.querySelector("p").textContent =
    [innerWidth, innerHeight, devicePixelRatio, matchMedia("(pointer: coarse)").matches].join(" ");
</script>"""


@pytest_asyncio.fixture(loop_scope="session")
async def url() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def wrong(_: web.Request) -> web.Response:
        return web.Response(text="<script>nothing.here</script>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/wrong", wrong)])
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("screen", "seen"), [(DESKTOP, "1280 800 1 false"), (PHONE, "390 844 2 true")], ids=["desk", "phone"]
)
async def test_a_page_is_as_large_and_as_sharp_as_the_screen(visit: Visit, url: str, screen: Screen, seen: str) -> None:
    visitor = await visit(screen)
    await visitor.page.goto(url)
    assert await visitor.page.inner_text("p") == seen


@pytest.mark.parametrize(("dark", "color"), [(False, "rgb(0, 0, 0)"), (True, "rgb(255, 255, 255)")])
async def test_who_prefers_the_dark_is_shown_it(visit: Visit, url: str, *, dark: bool, color: str) -> None:
    visitor = await visit(dark=dark)
    await visitor.page.goto(url)
    assert await visitor.page.locator("p").evaluate("p => getComputedStyle(p).color") == color


async def test_without_scripts_a_page_stays_as_it_was_written(visit: Visit, url: str) -> None:
    visitor = await visit(scripts=False)
    await visitor.page.goto(url)
    assert await visitor.page.inner_text("p") == "as it was written"


async def test_a_script_that_fails_is_a_complaint(visit: Visit, url: str) -> None:
    visitor = await visit()
    await visitor.page.goto(f"{url}/wrong")
    assert visitor.complaints == ["nothing is not defined"]


@pytest.mark.parametrize("elsewhere", ["https://ifttt.com/", "http://192.0.2.1/"])
async def test_nothing_but_this_machine_is_reached(visit: Visit, elsewhere: str) -> None:
    visitor = await visit()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await visitor.page.goto(elsewhere)
