"""What the pages say, rendered as people get it."""

import html
import re
from typing import Final

import pytest
from aiohttp import web

from bridge.homes.user import User
from bridge.web.account import Row
from bridge.web.pages import Pages
from bridge.web.sign_in_page import sign_in_page
from bridge.web.visits import Turned

ANNA: Final = User("u_1", "home", "anna", 0)


def text_of(response: web.Response) -> str:
    """Return what a page says."""
    assert response.text is not None
    _, _, body = response.text.partition("<body>")
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [(1, "1 second,"), (2, "2 seconds,"), (120, "120 seconds,"), (121, "3 minutes,"), (300, "5 minutes,")],
)
async def test_who_has_to_wait_is_told_how_long(wait_s: int, said: str) -> None:
    response = await sign_in_page(Pages(), "a-form", turned=Turned(wait_s))
    assert f"Please wait for {said} then try again." in text_of(response)
    assert (response.status, response.headers["Retry-After"]) == (429, str(wait_s))


async def test_a_field_is_marked_wrong_only_if_it_was_looked_at() -> None:
    wrong, early, first = [
        (await sign_in_page(Pages(), "a-form", turned=turned)).text or "" for turned in (Turned(0), Turned(3), None)
    ]
    assert [page.count('aria-invalid="true" aria-describedby="notice"') for page in (wrong, early, first)] == [2, 0, 0]
    assert 'id="notice"' in wrong


async def test_advice_on_a_connection_is_a_sentence() -> None:
    rows = [
        Row("g_1", "IFTTT", "1 May 2026", "2 May 2026", "connect the service again"),
        Row("g_2", "IFTTT (trial)", "3 May 2026", "", ""),
    ]
    page = text_of(await Pages().page("account", home="Elm Street 4", user=ANNA, rows=rows, notice="", form="a-form"))
    assert (
        "Connected on 1 May 2026, used last on 2 May 2026. Something is wrong with it. Connect the service again."
        in page
    )
    assert "Connected on 3 May 2026, not used yet. End the connection with IFTTT (trial)" in page
