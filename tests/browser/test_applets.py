"""The Applets that IFTTT asks for, as the owner sees them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.lived_in import DOOR, DOUBLE, ask, begin_to_live
from tests.browser.private import PrivateHome, running_private_home
from tests.parts.browser import PHONE
from tests.parts.daemon import DOOR_TOPIC
from tests.parts.waiting import until

CARDS: Final = ".applet"


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path) as running:
        yield running


async def test_applets_say_what_they_wait_for_and_how_they_are(visit: Visit, home: PrivateHome) -> None:
    page = (await visit(PHONE, dark=True)).page
    await home.begin(page)
    await page.goto(f"{home.url}/applets")
    await expect(page.get_by_text("No Applet yet")).to_be_visible()
    await expect(page.get_by_role("link", name="How to get there")).to_be_visible()
    await begin_to_live(home)
    await home.say(DOOR_TOPIC, "open")
    await expect(page.locator(CARDS)).to_have_count(2)
    door = page.locator(CARDS).filter(has_text="When Front door opens")
    for said in ("For anna", "waits", "IFTTT asked", "just now"):
        await expect(door).to_contain_text(said)
    await until(lambda: DOOR in home.realtime.told, what="IFTTT being told")
    await ask(home, DOOR)
    await page.get_by_role("link", name="When Front door opens").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("When Front door opens")
    await expect(page.get_by_text("Door opened", exact=True)).to_be_visible()
    became = page.locator(".became")
    await expect(became).to_have_count(1)
    for said in ("Front door opened", "IFTTT has it", "IFTTT took note (200)", "IFTTT asked, and got it"):
        await expect(became).to_contain_text(said)
    await became.get_by_role("link", name="Front door opened").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Front door opened")


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_went_wrong_with_an_applet_is_said_on_it(visit: Visit, home: PrivateHome, *, scripts: bool) -> None:
    page = (await visit(scripts=scripts)).page
    await begin_to_live(home)
    home.realtime.status = 503
    await home.say(DOOR_TOPIC, "open")
    await until(lambda: home.realtime.requests > 0, what="IFTTT being told in vain")
    await home.begin(page)
    await page.goto(f"{home.url}/applets")
    card = page.locator(CARDS).filter(has_text="When Front door opens")
    await expect(card).to_contain_text("IFTTT took nothing (503)")
    await expect(page.locator(CARDS).filter(has_text="pressed (double)")).not_to_contain_text("503")
    await page.goto(f"{home.url}/applet/{DOUBLE}")
    await expect(page.get_by_text("Nothing has happened for it yet")).to_be_visible()


async def test_there_is_nothing_where_there_is_no_applet(visit: Visit, home: PrivateHome) -> None:
    page = (await visit()).page
    await begin_to_live(home)
    await home.begin(page)
    for path in ("/applet", "/applet/nobody-knows-this", f"/applet/{DOOR[:10]}", "/applets/x", "/timeline/nothing"):
        answer = await page.goto(f"{home.url}{path}")
        assert answer is not None
        assert answer.status == 404, path
