"""How a page looks: on any screen, enlarged, in the light and in the dark, and to those who do not see it."""

from typing import Final, Literal

from playwright.async_api import Page

from tests.parts.axe import Axe

SCREENS: Final = ((320, 568), (390, 844), (640, 400), (1280, 800))
"""Phones, a desk, and (the third) what is left of it when everything is twice as large."""

SCHEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
TEXT_SIZES: Final = ("200%", "100%")
_WIDTHS: Final = """size => {
    const root = document.documentElement
    root.style.fontSize = size
    return [root.scrollWidth, root.clientWidth]
}"""


async def look(page: Page, axe: Axe, name: str) -> None:
    """Look at a page: no page is wider than its screen, and none keeps anybody out."""
    for width, height in SCREENS:
        await page.set_viewport_size({"width": width, "height": height})
        for size in TEXT_SIZES:
            wide, room = await page.evaluate(_WIDTHS, size)
            assert wide <= room, (name, width, size)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await axe.findings(page) == [], (name, scheme)
