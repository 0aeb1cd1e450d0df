"""The timeline and the journey of an event, as the owner sees them."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.browser.lived_in import DOOR, DOUBLE, EVENTS, begin_to_live, lived_in, press
from tests.browser.looks import look
from tests.browser.private import PrivateHome, running_private_home
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC
from tests.parts.waiting import until

LINES: Final = ".event"


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def old_home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[PrivateHome]:
    async with lived_in(tmp_path_factory.mktemp("old"), browser) as running:
        yield running


async def open_event(page: Page, number: int = 0) -> None:
    """Open the journey of an event of the list."""
    async with page.expect_navigation():
        await page.locator(LINES).nth(number).click()


async def test_a_press_appears_on_an_open_timeline_by_itself(visit: Visit, home: PrivateHome) -> None:
    visitor = await visit(PHONE)
    await home.begin(visitor.page)
    visitor.complaints.clear()
    await visitor.page.goto(f"{home.url}/timeline")
    await expect(visitor.page.get_by_text("Nothing has happened yet")).to_be_visible()
    await home.say(BUTTON_TOPIC, "double")
    await expect(visitor.page.locator(LINES)).to_have_count(1)
    await expect(visitor.page.locator(LINES)).to_contain_text("Bedside button pressed: double")
    await home.say(BUTTON_TOPIC, "single")
    await expect(visitor.page.locator(LINES).first).to_contain_text("pressed: single")
    assert visitor.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_is_not_wanted_is_left_out(visit: Visit, old_home: PrivateHome, *, scripts: bool) -> None:
    page = (await visit(scripts=scripts)).page
    await old_home.come_in(page, "/timeline")
    await page.get_by_text("Filter", exact=True).click()
    await page.get_by_label("Device").select_option("Front door")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(LINES)).to_have_count(2)
    await page.get_by_label("What").select_option("Buttons")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("Nothing like this has happened")).to_be_visible()
    await page.get_by_role("link", name="Show everything", exact=True).click()
    await page.get_by_text("Filter", exact=True).click()
    await page.get_by_label("From").fill("2099-01-01T00:00")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(LINES)).to_have_count(0)
    await page.get_by_label("From").fill("2020-01-01T00:00")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(LINES)).to_have_count(50)


async def test_older_ones_come_as_somebody_scrolls_and_then_nothing_moves(visit: Visit, home: PrivateHome) -> None:
    page = (await visit(PHONE)).page
    await press(home, 120)
    await home.begin(page)
    await page.goto(f"{home.url}/timeline")
    await expect(page.locator(LINES)).to_have_count(50)
    await page.mouse.wheel(0, 100_000)
    await expect(page.locator(LINES)).to_have_count(100)
    await page.mouse.wheel(0, 100_000)
    await expect(page.locator(LINES)).to_have_count(120)
    assert len({await each.get_attribute("href") for each in await page.locator(LINES).all()}) == 120
    await expect(page.get_by_role("link", name="Older")).to_have_count(0)
    await expect(page.get_by_role("link", name="Something new has happened")).to_be_hidden()
    await home.say(BUTTON_TOPIC, "double")
    await page.get_by_role("link", name="Something new has happened").click()
    await expect(page.locator(LINES)).to_have_count(50)
    await expect(page.locator(LINES).first).to_contain_text("pressed: double")


async def test_without_scripts_older_ones_have_pages_of_their_own(visit: Visit, old_home: PrivateHome) -> None:
    page = (await visit(scripts=False)).page
    await old_home.come_in(page, "/timeline")
    await expect(page.get_by_text("Times are in UTC")).to_be_visible()
    await page.get_by_role("link", name="Older").click()
    await expect(page.locator(LINES)).to_have_count(EVENTS - 50)
    await page.get_by_role("link", name="Back to the newest").click()
    await expect(page.locator(LINES)).to_have_count(50)


async def test_what_ifttt_was_told_and_asked_is_shown(visit: Visit, old_home: PrivateHome) -> None:
    page = (await visit()).page
    await old_home.come_in(page, "/timeline?kind=contact")
    await expect(page.locator(LINES).nth(1).get_by_text("IFTTT has it")).to_be_attached()
    await open_event(page, 1)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Front door opened")
    for said in (f"on {DOOR_TOPIC}", "QoS 1, understood after", "as contact.opened", "closed → open", "On disk"):
        await expect(page.get_by_text(said)).to_be_visible()
    concerned = page.locator(".stack > li").filter(has=page.get_by_role("heading", name="When Front door opens"))
    await expect(concerned).to_contain_text("Told IFTTT")
    await expect(concerned).to_contain_text("IFTTT took note (200)")
    await expect(concerned).to_contain_text("IFTTT asked, and got it")


async def test_an_applet_that_waits_for_something_else_is_explained(visit: Visit, old_home: PrivateHome) -> None:
    page = (await visit()).page
    await old_home.come_in(page, "/timeline?kind=button")
    await open_event(page)
    await expect(page.get_by_text("No Applet waits for this")).to_be_visible()
    await expect(page.get_by_text('It waits for "double", and this was "single".')).to_be_visible()


async def test_what_was_hidden_says_so_and_leads_to_the_switch(visit: Visit, old_home: PrivateHome) -> None:
    page = (await visit()).page
    await old_home.come_in(page, "/timeline?kind=contact")
    await expect(page.locator(LINES).first.get_by_text("hidden")).to_be_visible()
    await open_event(page)
    await expect(page.get_by_text("No Applet got this: Front door was hidden from IFTTT just then.")).to_be_visible()
    link = page.get_by_role("link", name="See whether IFTTT sees it now").first
    assert await link.get_attribute("href") == "/device/front-door"


async def test_what_came_late_says_how_late(visit: Visit, home: PrivateHome) -> None:
    page = (await visit()).page
    home.daemon.edit("[storage]", 'late_press_limit = "1ms"\n[storage]')
    await home.daemon.reload()
    await begin_to_live(home)
    assert home.daemon.stop() == 0
    await home.broker.publish(BUTTON_TOPIC, "double")
    await home.daemon.start()
    await until(lambda: home.daemon.count_events() == 1, what="the press on disk")
    await home.begin(page)
    await page.goto(f"{home.url}/timeline")
    await expect(page.locator(LINES).get_by_text("came late")).to_be_visible()
    await open_event(page)
    await expect(page.get_by_text("No Applet got this: it came too late")).to_be_visible()
    await expect(page.get_by_text("waited at the broker").first).to_be_visible()


async def test_while_ifttt_is_away_the_page_says_what_it_answers(visit: Visit, home: PrivateHome) -> None:
    page = (await visit()).page
    await begin_to_live(home)
    home.realtime.status = 503
    await home.say(DOOR_TOPIC, "open")
    await until(lambda: home.realtime.requests > 0, what="IFTTT being asked")
    await home.begin(page)
    await page.goto(f"{home.url}/timeline")
    await expect(page.locator(LINES).get_by_text("IFTTT is not told yet")).to_be_attached()
    await open_event(page)
    await expect(page.get_by_text("IFTTT took nothing (503)")).to_be_visible()
    await expect(page.get_by_role("link", name="See how IFTTT is reached")).to_be_visible()


async def test_what_a_device_is_called_is_text_and_nothing_else(visit: Visit, home: PrivateHome) -> None:
    visitor = await visit()
    evil = "<img src=x onerror=alert(1)>"
    home.daemon.edit('"Bedside button"', f"'{evil}'")
    await home.daemon.reload()
    await begin_to_live(home)
    await home.say(BUTTON_TOPIC, "single")
    await home.begin(visitor.page)
    visitor.complaints.clear()
    await visitor.page.goto(f"{home.url}/timeline")
    await expect(visitor.page.locator(LINES)).to_contain_text(evil)
    await open_event(visitor.page)
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(evil)
    await visitor.page.goto(f"{home.url}/applet/{DOUBLE}")
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(evil)
    await expect(visitor.page.locator("main img")).to_have_count(0)
    assert visitor.complaints == []


async def test_times_are_those_of_the_clock_on_the_wall(visit: Visit, home: PrivateHome) -> None:
    told, telling = (await visit(scripts=False)).page, (await visit()).page  # whose clock is UTC's
    await home.say(BUTTON_TOPIC, "single")
    await home.begin(told)
    for page in (told, telling):
        await page.context.add_cookies([{"name": "zone", "value": "Asia/Kolkata", "url": home.url}])
    await told.goto(f"{home.url}/timeline")
    shown = told.locator(f"{LINES} time")
    moment = datetime.fromisoformat(await shown.get_attribute("datetime") or "")
    await expect(shown).to_have_text(f"{moment.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M:%S}")
    await expect(told.get_by_text("Times are in Asia/Kolkata")).to_be_visible()
    await home.come_in(telling, "/timeline")
    await expect(telling.get_by_text("Times are in UTC")).to_be_visible()
    await expect(telling.locator(f"{LINES} time")).to_have_text(f"{moment:%H:%M:%S}")


async def test_nothing_keeps_anybody_out_and_nothing_is_too_wide(visit: Visit, old_home: PrivateHome, axe: Axe) -> None:
    page = (await visit(PHONE)).page
    await old_home.come_in(page)
    for address in (
        "/timeline?kind=contact",
        "/timeline?kind=lock",
        "/applets",
        f"/applet/{DOOR}",
        f"/applet/{DOUBLE}",
    ):
        await page.goto(f"{old_home.url}{address}")
        await look(page, axe, address)
    for event in old_home.daemon.events()[:3]:  # told, hidden, and for nobody
        await page.goto(f"{old_home.url}/timeline/{event['id']}")
        await look(page, axe, str(event["kind"]))
