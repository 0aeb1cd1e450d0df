"""How the pages of devices look: on any screen, enlarged, in the light and in the dark, and to those who hear them."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.devices import CELLAR
from tests.browser.private import PrivateHome
from tests.browser.test_looks import SCHEMES, SCREENS, TEXT_SIZES
from tests.parts.axe import Axe
from tests.parts.browser import PHONE

PAGES = ("/", "/?search=nothing+like+that", "/device/front-door", "/device/hall-light", "/device/climate")


async def test_no_page_of_devices_is_wider_than_the_screen(visit: Visit, house: PrivateHome) -> None:
    page = (await visit(PHONE)).page
    for path in await _everything(page, house):
        await page.goto(path)
        for width, height in SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            for size in TEXT_SIZES:
                root = await page.evaluate_handle("document.documentElement")
                await root.evaluate("(root, size) => { root.style.fontSize = size }", size)
                over = await root.evaluate("root => root.scrollWidth - root.clientWidth")
                assert over <= 0, (path, width, size)


async def test_nothing_on_the_pages_of_devices_keeps_anybody_out(visit: Visit, house: PrivateHome, axe: Axe) -> None:
    page = (await visit()).page
    for path in await _everything(page, house):
        await page.goto(path)
        for details in await page.locator("summary").all():
            await details.click()
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await axe.findings(page) == [], (path, scheme)


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
