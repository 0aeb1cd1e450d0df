"""How the pages of health and people look: on any screen, enlarged, in the light and in the dark, and to axe."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bridge.oauth.connection import Cause, ConnectionKey, FailedCheck
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.database import open_database
from tests.browser.conftest import Visit
from tests.browser.homes import LONGEST_WORD
from tests.browser.private import OWNER, PrivateHome, running_private_home
from tests.browser.test_looks import SCHEMES, SCREENS, TEXT_SIZES, WIDTHS
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.grants import connect
from tests.parts.tokens import more_users

Look = Callable[[Page, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path_factory.mktemp("home")) as running:
        yield running


async def test_no_page_is_wider_than_the_screen_even_with_text_twice_as_large(visit: Visit, home: PrivateHome) -> None:
    async def look(page: Page, name: str) -> None:
        for width, height in SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            for size in TEXT_SIZES:
                wide, room = await page.evaluate(WIDTHS, size)
                assert wide <= room, (name, width, size)

    await _see_everything((await visit(PHONE)).page, home, look)


async def test_nothing_keeps_anybody_out_in_the_light_and_in_the_dark(
    visit: Visit, home: PrivateHome, axe: Axe
) -> None:
    async def look(page: Page, name: str) -> None:
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await axe.findings(page) == [], (name, scheme)

    visitor = await visit()
    await _see_everything(visitor.page, home, look)
    assert visitor.complaints == []


async def _fail_checks(path: Path, name: str, client: str) -> None:
    """Let somebody be connected, and checks of it fail."""
    await connect(path, name, client)
    async with open_database(path) as database:
        user = await Accounts(database).user_named(name)
        failed = (ConnectionKey(user.id, client), FailedCheck(time.time_ns() // 1_000_000, Cause.REVOKED))  # noqa: TID251 -- as the daemon does
        await Checks(database).note({}, [failed] * 4)


async def _see_everything(page: Page, home: PrivateHome, look: Look) -> None:
    """Go through both pages, with all that may stand on them."""
    await page.goto(home.url)
    if page.url.endswith("/first"):
        await home.begin(page)
        await more_users(home.daemon.database, OWNER, [LONGEST_WORD])
        await _fail_checks(home.daemon.database, LONGEST_WORD, "a-client-with-a-long-name")
    else:
        await home.come_in(page)
    await home.broker.publish("home/front-door/state", "ajar")
    await page.goto(f"{home.url}/health")
    await page.get_by_role("button", name="Look at everything").click()
    await expect(page.locator("#doctor")).to_contain_text("Just now:")
    await look(page, "health")
    await page.goto(f"{home.url}/people")
    await expect(page.get_by_text("4 of 15 failed checks")).to_be_visible()
    for summary in await page.get_by_text("Change").all():
        await summary.click()
    await look(page, "people")
