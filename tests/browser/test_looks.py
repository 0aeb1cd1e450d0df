"""How the pages look: on any screen, enlarged, by keyboard, and for those who do not see them."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.homes import ANNA, LIVES_WITH_MUCH, LIVES_WITH_NOTHING, PASSWORD, TRIAL, Person
from tests.browser.looks import look
from tests.browser.street import Street, come_back, sign_in
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.grants import connect as grant


async def test_each_page_fits_any_screen_and_keeps_nobody_out(visit: Visit, street: Street, axe: Axe) -> None:
    page = (await visit(PHONE)).page
    await _see_everything(page, street, lambda name: look(page, axe, name))


async def test_the_finder_finds_what_is_wrong(visit: Visit, axe: Axe) -> None:
    page = (await visit()).page
    await page.set_content("<title>A page</title><p style='color: #ddd; background: white'>Hardly seen</p><input>")
    found = [finding.partition(":")[0] for finding in await axe.findings(page)]
    assert {"serious color-contrast", "serious html-has-lang", "critical label"} <= set(found)


async def test_with_a_keyboard_alone_one_connects(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    keys = page.keyboard
    await page.goto(street.authorize())
    await expect(page.get_by_label("Name")).to_be_focused()
    await keys.type(ANNA.name)
    await keys.press("Tab")
    await keys.type("a wrong password")
    await keys.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Password")).to_be_focused()
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Connect", exact=True)).to_be_visible()
    reached = []
    for _ in range(5):
        await keys.press("Tab")
        reached.append(await page.evaluate("document.activeElement.innerText"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached
    assert reached == [
        "Somebody else?",
        "7 devices are shared with you today",
        "Connect",
        "Do not connect",
        street.account,
    ]
    await keys.press("Shift+Tab")
    await keys.press("Shift+Tab")
    await keys.press("Enter")
    assert "code" in await come_back(page, street)


async def _see_everything(page: Page, street: Street, seen: Callable[[str], Awaitable[None]]) -> None:
    """Go through all pages, with all that may stand on them."""
    await grant(street.daemon.database, LIVES_WITH_MUCH.name, "production")
    await grant(street.daemon.database, LIVES_WITH_MUCH.name, TRIAL)
    await page.goto(street.account)
    await seen("sign in")
    await page.goto(street.authorize(redirect_uri="https://elsewhere.test/"))
    await seen("an error")
    await page.goto(street.authorize())
    await sign_in(page, LIVES_WITH_MUCH, "a wrong password")
    await seen("a wrong password")
    await _come_in(page, LIVES_WITH_MUCH)
    await seen("consent")
    await page.get_by_text("60 devices are shared with you today").click()
    await seen("consent, with all devices")
    await page.goto(street.account)
    await page.get_by_text("End the connection").first.click()
    await seen("account")
    await page.goto(street.authorize())
    await page.get_by_role("button", name="Somebody else?").click()
    await _come_in(page, LIVES_WITH_NOTHING)
    await seen("consent, with nothing")
    await page.goto(street.account)
    await seen("account, with nothing")


async def _come_in(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await expect(page.get_by_text(f"Signed in as {person.name}")).to_be_visible()
