"""How the pages look: on any screen, enlarged, by keyboard, and for those who do not see them."""

from collections.abc import Awaitable, Callable
from typing import Final, Literal

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.homes import ANNA, LIVES_WITH_MUCH, LIVES_WITH_NOTHING, PASSWORD, TRIAL, Person
from tests.browser.street import Street, come_back, sign_in
from tests.parts.axe import Axe
from tests.parts.browser import PHONE
from tests.parts.grants import connect as grant

SCREENS: Final = ((320, 568), (390, 844), (640, 400), (1280, 800))
"""Phones, a desk, and (the third) what is left of it when everything is twice as large."""

SCHEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
TEXT_SIZES: Final = ("100%", "200%")
_WIDTHS: Final = """size => {
    const root = document.documentElement
    root.style.fontSize = size
    return [root.scrollWidth, root.clientWidth]
}"""

Look = Callable[[Page, str], Awaitable[None]]


async def test_no_page_is_wider_than_the_screen_even_with_text_twice_as_large(visit: Visit, street: Street) -> None:
    async def look(page: Page, name: str) -> None:
        for width, height in SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            for size in TEXT_SIZES:
                wide, room = await page.evaluate(_WIDTHS, size)
                assert wide <= room, (name, width, size)

    await _see_everything((await visit(PHONE)).page, street, look)


async def test_nothing_keeps_anybody_out_in_the_light_and_in_the_dark(visit: Visit, street: Street, axe: Axe) -> None:
    async def look(page: Page, name: str) -> None:
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await axe.findings(page) == [], (name, scheme)

    await _see_everything((await visit()).page, street, look)


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


async def _see_everything(page: Page, street: Street, look: Look) -> None:
    """Go through all pages, with all that may stand on them."""
    await grant(street.daemon.database, LIVES_WITH_MUCH.name, "production")
    await grant(street.daemon.database, LIVES_WITH_MUCH.name, TRIAL)
    await page.goto(street.account)
    await look(page, "sign in")
    await page.goto(street.authorize(redirect_uri="https://elsewhere.test/"))
    await look(page, "an error")
    await page.goto(street.authorize())
    await sign_in(page, LIVES_WITH_MUCH, "a wrong password")
    await look(page, "a wrong password")
    await _come_in(page, LIVES_WITH_MUCH)
    await look(page, "consent")
    await page.get_by_text("60 devices are shared with you today").click()
    await look(page, "consent, with all devices")
    await page.goto(street.account)
    await page.get_by_text("End the connection").first.click()
    await look(page, "account")
    await page.goto(street.authorize())
    await page.get_by_role("button", name="Somebody else?").click()
    await _come_in(page, LIVES_WITH_NOTHING)
    await look(page, "consent, with nothing")
    await page.goto(street.account)
    await look(page, "account, with nothing")


async def _come_in(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await expect(page.get_by_text(f"Signed in as {person.name}")).to_be_visible()
