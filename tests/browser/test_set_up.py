"""From an empty folder to the first Applet, by the pages alone but for the configuration, which stays the owner's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import Page, expect

from bridge.simulator.zigbee2mqtt_speech import DOOR
from tests.browser.conftest import Visit
from tests.browser.first_start import SERVICE_KEY, FirstStart, running_first_start
from tests.browser.looks import look
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.connecting import PRODUCTION

SCREENS: Final = ("API", "Authentication", "Triggers", "Actions", "Queries", "Applets")
STEPS: Final = 7


@pytest_asyncio.fixture(loop_scope="session")
async def start(tmp_path: Path) -> AsyncIterator[FirstStart]:
    async with running_first_start(tmp_path) as there:
        yield there


async def begun(start: FirstStart, page: Page, service_key: str = "stand-in-for-a-key") -> None:
    """Start with a first configuration, and become the owner."""
    start.write_first(service_key)
    await start.daemon.start(ready=False)
    await page.goto(start.url)
    await start.begin(page)


async def done(page: Page, count: int) -> None:
    """Wait until so many steps are ticked."""
    await expect(page.get_by_text(f"{count} of {STEPS} steps are done.")).to_be_visible(timeout=60_000)


def step(page: Page, title: str) -> Callable[[], Awaitable[None]]:
    """Return what opens a step."""
    return page.get_by_role("heading", name=title).click


async def test_from_an_empty_folder_to_the_first_applet(start: FirstStart, visit: Visit) -> None:
    visitor = await visit()
    page = visitor.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await start.daemon.start(ready=False)
    await page.goto(start.url)
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.get_by_role("button", name="Copy").click()
    offered: str = await page.evaluate("navigator.clipboard.readText()")
    start.write_first(offered.partition('service_keys = ["')[2].partition('"')[0])
    await expect(page.get_by_label("Set-up code")).to_be_visible(timeout=60_000)  # by itself
    visitor.complaints.clear()  # while one program took the other's place, nobody answered
    await start.begin(page)
    await expect(page.get_by_role("heading", name="Set-up")).to_be_visible()
    await done(page, 2)
    async with AsyncExitStack() as others:
        home = await others.enter_async_context(start.home())
        await expect(page.get_by_text("found, 0 accepted")).to_be_visible(timeout=60_000)
        door = await accept_door(start, page)
        await done(page, 3)
        await fill_in(start, page)
        await done(page, 4)
        await page.get_by_role("button", name="Check the address").click()
        await expect(page.get_by_role("status").first).to_contain_text("came back here")
        await done(page, 5)
        tokens = await start.connect()
        await done(page, 6)
        ifttt = await others.enter_async_context(start.ifttt(tokens, door))
        await ifttt.accounts[0].wait_for_checks(ifttt.accounts[0].applets[0], 1, timeout_s=60)
        await expect(page.get_by_text("1 Applet, not told yet")).to_be_visible(timeout=60_000)
        await home.report()
        await home.open_door()
        await home.close_door()
        await home.open_door()
        await done(page, STEPS)
        await expect(page.get_by_text("1 Applet", exact=True)).to_be_visible()
    assert visitor.complaints == []


async def accept_door(start: FirstStart, page: Page) -> str:
    """Accept the door at Home, come back, and return the id of its contact."""
    pages = page.get_by_role("navigation", name="Pages")
    await pages.get_by_role("link", name="Home").click()
    await page.get_by_role("button", name=f"Accept {DOOR}").click()
    await expect(page.get_by_role("status")).to_contain_text("is accepted")
    await pages.get_by_role("link", name="Set-up").click()
    return start.contact()


async def fill_in(start: FirstStart, page: Page) -> None:
    """Copy what the platform asks for, screen by screen, and write what it shows into the configuration."""
    start.write_service()
    await page.get_by_role("button", name="Read the configuration again").click()
    await expect(page.get_by_text("only stands in")).to_have_count(0, timeout=60_000)
    await page.get_by_role("link", name="API").click()
    for title in SCREENS:
        await expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
        await page.get_by_role("button", name="Copy").first.click()
        copied: str = await page.evaluate("navigator.clipboard.readText()")
        assert copied
        if title == "API":
            assert copied == start.daemon.origin
        await page.get_by_role("button", name="All typed in").click()
        await expect(page.get_by_role("button", name="Not all typed in")).to_be_visible()
        if title != SCREENS[-1]:
            await page.get_by_role("link", name="Next").click()
    await page.get_by_role("main").get_by_role("link", name="Set-up").click()


async def test_a_secret_is_shown_only_after_a_button_was_pressed(start: FirstStart, visit: Visit) -> None:
    page = (await visit()).page
    await begun(start, page, SERVICE_KEY)
    start.write_service()
    await start.daemon.reload()
    for path, secret in (("api", SERVICE_KEY), ("authentication", PRODUCTION.secret)):
        await page.goto(f"{start.url}/setup/platform/{path}")
        assert secret not in await page.content()
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(page.get_by_text(secret)).to_be_visible()
        assert secret not in start.daemon.log


async def test_a_wrong_proxy_is_told_in_words(start: FirstStart, visit: Visit) -> None:
    page = (await visit()).page
    await begun(start, page, SERVICE_KEY)
    start.write(public=start.lines["public"] + f'\nurl = "http://127.0.0.1:{start.daemon.private_port}"')
    await start.daemon.reload()
    await page.reload()
    await step(page, "The public address")()
    await page.get_by_role("button", name="Check the address").click()
    await expect(page.get_by_role("alert")).to_contain_text("does not lead here yet")
    await expect(page.get_by_text("sends elsewhere")).to_be_visible()


async def test_without_scripts_all_of_it_works(start: FirstStart, visit: Visit) -> None:
    page = (await visit(PHONE, scripts=False)).page
    await begun(start, page)
    await done(page, 2)
    await page.goto(f"{start.url}/setup/platform/triggers")
    await page.get_by_role("button", name="Typed in", exact=True).first.click()
    await expect(page.get_by_role("status")).to_contain_text("Triggers: noted as typed in")
    await page.goto(f"{start.url}/setup")
    await step(page, "The broker")()
    await page.get_by_role("button", name="Test again").click()
    await expect(page.get_by_role("status").first).to_contain_text("The broker answers")


async def test_no_page_keeps_anybody_out_or_is_wider_than_a_phone(start: FirstStart, visit: Visit, axe: Axe) -> None:
    page = (await visit(PHONE)).page
    await start.daemon.start(ready=False)
    await page.goto(start.url)
    await look(page, axe, "the first page")
    start.write_first("stand-in-for-a-key")
    await expect(page.get_by_label("Set-up code")).to_be_visible(timeout=60_000)
    await start.begin(page)
    for path in ("setup", *(f"setup/platform/{name}" for name in ("authentication", "triggers", "applets"))):
        await page.goto(f"{start.url}/{path}")
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        await look(page, axe, path)
