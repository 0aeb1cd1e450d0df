"""The account page: what is connected, and ending it."""

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.homes import BEA, CARL, DORA, TRIAL
from tests.browser.street import Street, sign_in
from tests.parts.grants import connect as grant


async def test_a_connection_is_ended_and_worth_nothing_from_that_moment(visit: Visit, street: Street) -> None:
    kept = await grant(street.daemon.database, CARL.name, TRIAL)
    ended = await grant(street.daemon.database, CARL.name, "production")
    assert await street.whose(ended.access) == CARL.name
    visitor = await visit()
    page = visitor.page
    await page.goto(street.account)
    await sign_in(page, CARL)
    await expect(page.get_by_role("heading", level=2)).to_have_text(["IFTTT (trial)", "IFTTT"])
    connection = page.get_by_role("group", name="IFTTT", exact=True)
    await expect(connection.get_by_role("button")).to_be_hidden()
    await connection.get_by_text("End the connection with IFTTT").click()
    await connection.get_by_role("button", name="End it now").click()
    await expect(page.get_by_role("heading", level=2)).to_have_text(["IFTTT (trial)"])
    assert await street.whose(ended.access) is None
    status, said = await street.token(grant_type="refresh_token", refresh_token=ended.refresh)
    assert (status, said["error"]) == (400, "invalid_grant")
    assert await street.whose(kept.access) == CARL.name
    assert visitor.complaints == []


async def test_who_signs_out_is_a_stranger_again(visit: Visit, street: Street) -> None:
    visitor = await visit()
    page = visitor.page
    await page.goto(street.account)
    await sign_in(page, BEA)
    await expect(page.get_by_text("Signed in as bea")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.go_back()
    await expect(page.get_by_text("Signed in as")).to_be_hidden()
    assert visitor.complaints == []


async def test_without_connections_it_says_how_to_connect(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.account)
    await sign_in(page, DORA)
    await expect(page.get_by_text("Nothing is connected with your account.")).to_be_visible()
