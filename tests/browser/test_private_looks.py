"""How the pages of health and people look."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from bridge.oauth.connection import Cause, ConnectionKey, FailedCheck
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.database import open_database
from tests.browser.conftest import Visit
from tests.browser.homes import LONGEST_WORD
from tests.browser.looks import look
from tests.browser.private import OWNER, PrivateHome, running_private_home
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.grants import connect
from tests.parts.tokens import more_users


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path) as running:
        yield running


async def test_each_page_fits_any_screen_and_keeps_nobody_out(visit: Visit, home: PrivateHome, axe: Axe) -> None:
    visitor = await visit(PHONE)
    await _see_everything(visitor.page, home, lambda name: look(visitor.page, axe, name))
    assert visitor.complaints == []


async def _fail_checks(path: Path, name: str, client: str) -> None:
    """Let somebody be connected, and checks of it fail."""
    await connect(path, name, client)
    async with open_database(path) as database:
        user = await Accounts(database).user_named(name)
        failed = (ConnectionKey(user.id, client), FailedCheck(time.time_ns() // 1_000_000, Cause.REVOKED))  # noqa: TID251 -- as the daemon does
        await Checks(database).note({}, [failed] * 4)


async def _see_everything(page: Page, home: PrivateHome, seen: Callable[[str], Awaitable[None]]) -> None:
    """Go through both pages, with all that may stand on them."""
    await home.begin(page)
    await more_users(home.daemon.database, OWNER, [LONGEST_WORD])
    await _fail_checks(home.daemon.database, LONGEST_WORD, "a-client-with-a-long-name")
    await home.broker.publish("home/front-door/state", "ajar")
    await page.goto(f"{home.url}/health")
    await page.get_by_role("button", name="Look at everything").click()
    await expect(page.locator("#doctor")).to_contain_text("Just now:")
    await seen("health")
    await page.goto(f"{home.url}/people")
    await expect(page.get_by_text("4 of 15 failed checks")).to_be_visible()
    for summary in await page.get_by_text("Change").all():
        await summary.click()
    await seen("people")
