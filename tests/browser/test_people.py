"""The page of people as its owner sees it: connections and browsers that are ended, with scripts and without."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.private import OWNER, PASSWORD, PrivateHome, running_private_home
from tests.parts.browser import DESKTOP, PHONE, Screen
from tests.parts.connecting import check
from tests.parts.grants import connect


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path_factory.mktemp("home")) as running:
        yield running


async def at_people(visit: Visit, home: PrivateHome, screen: Screen = DESKTOP, *, scripts: bool = True) -> Page:
    """Let the owner come in, as the first one if nobody is."""
    page = (await visit(screen, scripts=scripts)).page
    await page.goto(f"{home.url}/people")
    if page.url.endswith("/first"):
        await home.begin(page)
        await page.goto(f"{home.url}/people")
    else:
        await home.come_in(page, "/people")
    await expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
    return page


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_connection_is_ended_on_a_phone_and_its_token_is_dead(
    visit: Visit, home: PrivateHome, *, scripts: bool
) -> None:
    connected = await connect(home.daemon.database, OWNER, f"client-{scripts}")
    assert await check(home.daemon, connected.access) == 200
    page = await at_people(visit, home, PHONE, scripts=scripts)
    await page.locator(f"#grant-{connected.grant} summary").click()
    await page.locator(f"#grant-{connected.grant}").get_by_role("button", name="End it now").click()
    await expect(page.get_by_role("status")).to_contain_text(
        f"The connection of {OWNER} with client-{scripts} has ended"
    )
    assert await check(home.daemon, connected.access) == 401


async def test_a_browser_is_signed_out_from_another_and_this_one_is_marked(visit: Visit, home: PrivateHome) -> None:
    tablet, desk = await at_people(visit, home, PHONE), await at_people(visit, home)
    rows = desk.locator("#browsers li")
    await expect(rows.first).to_contain_text("This browser")
    before = await rows.count()
    await rows.nth(1).get_by_role("button").click()
    await expect(desk.get_by_role("status")).to_have_text(f"A browser of {OWNER} has been signed out.")
    await expect(rows).to_have_count(before - 1)
    await tablet.goto(f"{home.url}/people")
    await expect(tablet.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_somebody_is_added_made_an_owner_and_removed(visit: Visit, home: PrivateHome) -> None:
    page = await at_people(visit, home)
    await page.get_by_label("Name").fill("ben")
    await page.get_by_label("A password").fill(PASSWORD)
    await page.locator("#again-new").fill("something else")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("The two passwords are not the same.")
    await page.get_by_label("Name").fill("ben")
    await page.get_by_label("A password").fill(PASSWORD)
    await page.locator("#again-new").fill(PASSWORD)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("ben can now sign in, and connect IFTTT.")
    ben = page.get_by_role("region", name="ben")
    await ben.get_by_text("Change").click()
    await ben.get_by_role("button", name="Make an owner").click()
    await expect(ben.get_by_text("Owner", exact=True)).to_be_visible()
    await ben.get_by_text("Change").click()
    await ben.get_by_role("button", name="Remove ben").click()
    await expect(ben).to_have_count(0)


async def test_what_is_being_typed_stays_while_things_happen_in_the_home(visit: Visit, home: PrivateHome) -> None:
    page = await at_people(visit, home)
    me = page.get_by_role("region", name=OWNER)
    await me.get_by_text("Change").click()
    field = page.locator("#password-0")
    await field.fill("half a password")
    await field.blur()
    await page.get_by_role("link", name="Add a person").focus()
    asked: list[str] = []
    page.on("response", lambda response: asked.append(response.url))
    await home.broker.publish("home/front-door/state", "closed")
    async with page.expect_response(f"{home.url}/people"):
        await home.say("home/front-door/state", "open")
    await expect(field).to_have_value("half a password")
