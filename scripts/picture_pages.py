"""Draws the other picture in the README: the pages to sign in and to agree, side by side, as a phone shows them.

Run it after a change of the pages: .venv/bin/python scripts/picture_pages.py (needs Debian's chromium)
"""

import asyncio
import base64
import shutil
import struct
import zlib
from collections import Counter
from html import escape
from pathlib import Path

from playwright.async_api import async_playwright

from bridge.homes.user import User
from bridge.ifttt.abilities import Abilities
from bridge.oauth.clients import Client
from bridge.web.pages import Pages

PICTURE = Path(__file__).parent / "pictures" / "consent-light.png"
WIDTH, HEIGHT, GAP = 390, 975, 24
SCALE = 1.5
IFTTT = Client("production", "IFTTT", (), ("https://ifttt.com/channels/my_service/authorize",))
ANNA = User("u_1", "home", "anna", 0)
ABILITIES = Abilities(
    hears=("doors and windows", "buttons", "lights"),
    does=("turn lights on and off, with their brightness and colour", "lock doors"),
    unlocks=("Garden gate",),
    publishes=(),
    devices=("Bedside button", "Front door", "Front door lock", "Garden gate", "Hall light"),
)
_STYLE = f"""
body {{ margin: 0; display: flex; gap: {GAP}px; padding: 1px; }}
iframe {{ width: {WIDTH}px; height: {HEIGHT}px; border: 0; border-radius: 20px; box-shadow: 0 0 0 1px #d0d7de; }}
"""
_POINTS = """async picture => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")
    canvas.drawImage(image, 0, 0)
    const points = canvas.getImageData(0, 0, image.width, image.height).data
    let text = ""
    for (let at = 0; at < points.length; at += 32768) {
        text += String.fromCharCode(...points.subarray(at, at + 32768))
    }
    return [image.width, btoa(text)]
}"""


async def rendered() -> list[str]:
    """Return both pages as a browser gets them."""
    pages = Pages()
    sign_in = await pages.page("sign_in", client=IFTTT, name="anna", notice="", wrong=False, form="")
    consent = await pages.page(
        "consent",
        client=IFTTT,
        home="Elm Street 4",
        user=ANNA,
        form="",
        notice="",
        abilities=ABILITIES,
        back_to="ifttt.com",
        account="https://home.example.org/oauth/account",
    )
    return [page.text or "" for page in (sign_in, consent)]


async def draw(pages: list[str]) -> tuple[int, list[bytes]]:
    """Return the width of a picture of pages side by side, and its points in RGBA, row by row."""
    frames = "".join(f'<iframe srcdoc="{escape(page)}" scrolling="no"></iframe>' for page in pages)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page(
            viewport={"width": len(pages) * (WIDTH + GAP) - GAP + 2, "height": HEIGHT + 2},
            device_scale_factor=SCALE,
            color_scheme="light",
        )
        await page.set_content(f"<style>{_STYLE}</style>{frames}", wait_until="load")
        picture = base64.b64encode(await page.screenshot(omit_background=True)).decode()
        width, points = await page.evaluate(_POINTS, picture)
        await browser.close()
    raw = base64.b64decode(points)
    return width, [raw[at : at + 4] for at in range(0, len(raw), 4)]


def png(width: int, points: list[bytes]) -> bytes:
    """Return a PNG of at most 256 colours: the most frequent ones, and for each other one the nearest of them."""
    counts = Counter(points)
    palette = [colour for colour, _ in counts.most_common(256)]
    number_of = {colour: _nearest(colour, palette) for colour in counts}
    rows = (points[at : at + width] for at in range(0, len(points), width))
    data = b"".join(b"\0" + bytes(number_of[point] for point in row) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(points) // width, 8, 3, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", b"".join(colour[:3] for colour in palette)),
            _chunk(b"tRNS", b"".join(colour[3:] for colour in palette)),
            _chunk(b"IDAT", zlib.compress(data, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    def distance(number: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(colour, palette[number], strict=True))

    return min(range(len(palette)), key=distance)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


async def main() -> None:
    """Draw both pages."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(png(*await draw(await rendered())))


if __name__ == "__main__":
    asyncio.run(main())
