"""The page of health as its owner sees it: live, with what helps; its buttons; and the file for somebody who helps."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.private import OWNER, PASSWORD, PrivateHome, running_private_home
from tests.parts.browser import PHONE, WAIT_MS
from tests.parts.daemon import SERVICE_KEY

LONG_MS = 90_000
"""IFTTT's tests are more than a thousand."""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivateHome]:
    async with running_private_home(tmp_path_factory.mktemp("home")) as running:
        yield running


async def at_health(visit: Visit, home: PrivateHome, *, scripts: bool = True, phone: bool = False) -> Page:
    """Let the owner come in, as the first one if nobody is."""
    page = (await visit(PHONE, scripts=scripts) if phone else await visit(scripts=scripts)).page
    await page.goto(f"{home.url}/health")
    if page.url.endswith("/first"):
        await home.begin(page)
        await page.goto(f"{home.url}/health")
    else:
        await home.come_in(page, "/health")
    await expect(page.get_by_role("heading", name="Health", level=1)).to_be_visible()
    return page


async def test_a_broker_that_goes_is_told_live_and_the_tab_counts_it_until_it_comes_back(
    visit: Visit, home: PrivateHome
) -> None:
    page = await at_health(visit, home, phone=True)
    tab = page.get_by_role("link", name="Health")
    await expect(page.get_by_text("All is well")).to_be_visible()
    await expect(tab.locator(".count")).to_have_count(0)
    home.broker.kill()
    await expect(page.get_by_text("1 part does not work")).to_be_visible()
    await expect(page.get_by_role("region", name="Broker")).to_contain_text("What helps:")
    await expect(tab.locator(".count")).to_have_text("1")
    await home.broker.start()
    await expect(page.get_by_text("All is well")).to_be_visible(timeout=LONG_MS)
    await expect(tab.locator(".count")).to_have_count(0)


async def test_ifttts_tests_are_followed_live_from_the_button_to_their_end(visit: Visit, home: PrivateHome) -> None:
    page = await at_health(visit, home)
    await page.get_by_role("button", name="Test from here").click()
    await expect(page.get_by_text("IFTTT's tests have begun.")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="How far it is")).to_be_visible()
    part = page.locator("#rehearsal")
    await expect(part).to_contain_text("Just now:", timeout=LONG_MS)
    await expect(part).to_contain_text("passed")
    await expect(part).not_to_contain_text("finding")
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    assert page.url.endswith("/health#rehearse")


async def test_the_doctor_is_asked_without_scripts(visit: Visit, home: PrivateHome) -> None:
    page = await at_health(visit, home, scripts=False)
    await page.get_by_role("button", name="Look at everything").click()
    await expect(page.get_by_text("Looking at everything.")).to_be_visible()

    async def look() -> bool:
        await page.goto(f"{home.url}/health")
        return await page.locator("#doctor").get_by_text("Just now:").is_visible()

    for _ in range(WAIT_MS):
        if await look():
            break
    await expect(page.get_by_role("heading", name="Disk", exact=True)).to_be_visible()
    await expect(page.get_by_text("[public] url is not set")).to_be_visible()


@pytest.mark.parametrize("names", [False, True])
async def test_the_diagnosis_is_a_file_without_secrets_and_with_devices_only_where_ticked(
    visit: Visit, home: PrivateHome, tmp_path: Path, *, names: bool
) -> None:
    page = await at_health(visit, home)
    await page.get_by_label("With the names of devices").set_checked(names)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download the diagnosis").click()
    download = await downloading.value
    assert download.suggested_filename == "ifttt-bridge-diagnosis.json"
    await download.save_as(tmp_path / "diagnosis.json")
    content = (tmp_path / "diagnosis.json").read_text()
    assert msgspec.json.decode(content, type=dict[str, object])["version"]
    assert ("Hall light" in content) == names
    for secret in (SERVICE_KEY, home.token, OWNER, PASSWORD):
        assert secret not in content
