"""What a page of another site may try with the browser of somebody who is signed in here."""

from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.homes import ANNA
from tests.browser.street import Street, sign_in
from tests.parts.grants import Connected
from tests.parts.grants import connect as grant


async def test_a_forged_form_ends_no_connection(visit: Visit, street: Street) -> None:
    page, mine = await _at_home(visit, street)
    form = {"to": street.account, "decision": "revoke", "grant": mine.grant, "form": await _form_of(page)}
    await page.goto(f"{street.ifttt.url}/forged?{urlencode(form)}")
    await page.get_by_role("button", name="A prize").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This did not come from here")
    await expect(page.get_by_text(f"open {street.account} yourself")).to_be_visible()
    assert await street.whose(mine.access) == ANNA.name
    await page.goto(street.account)
    await expect(page.get_by_text("Signed in as anna")).to_be_visible()


async def test_a_forged_form_agrees_to_nothing(visit: Visit, street: Street) -> None:
    page, _ = await _at_home(visit, street)
    await page.goto(street.authorize())
    before = len(street.ifttt.came_back)
    form = {"to": street.authorize(), "decision": "allow", "form": await _form_of(page)}
    await page.goto(f"{street.ifttt.url}/forged?{urlencode(form)}")
    await page.get_by_role("button", name="A prize").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This did not come from here")
    assert len(street.ifttt.came_back) == before


@pytest.mark.parametrize("name", ["authorize", "account"])
async def test_no_page_is_shown_in_a_frame(visit: Visit, street: Street, name: str) -> None:
    visitor = await visit()
    address = street.authorize() if name == "authorize" else street.account
    await visitor.page.goto(f"{street.ifttt.url}/frame?{urlencode({'to': address})}")
    framed = visitor.page.frame_locator("iframe").get_by_label("Password")
    await expect(framed).to_have_count(0)
    [complaint] = visitor.complaints
    assert "frame-ancestors 'none'" in complaint


async def _at_home(visit: Visit, street: Street) -> tuple[Page, Connected]:
    """Let somebody who is connected look at their account."""
    mine = await grant(street.daemon.database, ANNA.name, "production")
    page = (await visit()).page
    await page.goto(street.account)
    await sign_in(page, ANNA)
    await expect(page.get_by_text("Signed in as anna")).to_be_visible()
    return page, mine


async def _form_of(page: Page) -> str:
    """Return the token of the form on a page: as if it had leaked."""
    return await page.locator("input[name=form]").first.input_value()
