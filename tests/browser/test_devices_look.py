"""How the pages of devices look, and that a keyboard is enough."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.devices import CELLAR
from tests.browser.looks import look
from tests.browser.private import PrivateHome
from tests.parts.axe import Axe
from tests.parts.browser import PHONE

PAGES = ("/", "/?search=nothing+like+that", "/device/front-door", "/device/hall-light", "/device/climate")


async def test_each_page_fits_any_screen_and_keeps_nobody_out(visit: Visit, house: PrivateHome, axe: Axe) -> None:
    page = (await visit(PHONE)).page
    for path in await _everything(page, house):
        await page.goto(path)
        for details in await page.locator("summary").all():
            await details.click()
        await look(page, axe, path)


async def test_with_a_keyboard_alone_a_device_is_hidden_and_shown(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    switch = page.get_by_role("switch", name="Back door on IFTTT")
    await switch.focus()
    for checked in (False, True):
        await page.keyboard.press("Space")
        await expect(switch).to_be_checked(checked=checked)
        await switch.focus()


async def _everything(page: Page, house: PrivateHome) -> list[str]:
    """Sign in, and return the addresses of all kinds of pages."""
    await house.come_in(page)
    waiting = await page.get_by_role("link", name=CELLAR).get_attribute("href")
    return [f"{house.url}{path}" for path in (*PAGES, waiting)]
