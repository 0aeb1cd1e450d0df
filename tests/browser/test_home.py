"""The page Home: what devices do is seen live, what waits is accepted, what IFTTT sees is switched."""

import asyncio
import time
from itertools import pairwise

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.devices import ATTIC, CELLAR, announce_plug, discovered
from tests.browser.private import PrivateHome
from tests.parts.browser import PHONE

SLOW_S = 0.2
NEWCOMER = "A new plug"


def line(page: Page, name: str) -> Locator:
    """Return the line of a device."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


async def next_look(page: Page, house: PrivateHome) -> None:
    """Let something happen, and wait until the page has looked for itself."""
    async with page.expect_response(lambda answer: answer.request.resource_type == "fetch" and answer.ok) as looked:
        await house.say("home/bedside-button/action", "single")
    await (await looked.value).finished()
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")  # the answer is put in place meanwhile


async def test_a_state_changes_on_the_page_when_the_device_speaks(visit: Visit, house: PrivateHome) -> None:
    visitor = await visit(PHONE)
    page = visitor.page
    await house.come_in(page)
    door = line(page, "Front door")
    await expect(door.get_by_text("Closed", exact=True)).to_be_visible()
    await house.say("home/front-door/state", "open")
    await expect(door.get_by_text("Open", exact=True)).to_be_visible()
    await house.say("home/front-door/state", "closed")
    await expect(door.get_by_text("Closed", exact=True)).to_be_visible()
    await expect(door.get_by_text("Heard")).to_be_visible()
    assert visitor.complaints == []


async def test_a_page_that_is_slow_to_make_is_not_asked_for_all_the_time(visit: Visit, house: PrivateHome) -> None:
    looks: list[tuple[float, float]] = []

    async def slowly(route: Route) -> None:
        if route.request.resource_type != "fetch":
            await route.continue_()
            return
        begun = time.monotonic()
        await asyncio.sleep(SLOW_S)
        await route.continue_()
        looks.append((begun, time.monotonic()))

    page = (await visit()).page
    await house.come_in(page)
    await page.route(f"{house.url}/", slowly)
    await page.reload()
    async with asyncio.timeout(60):
        while len(looks) < 5:
            await house.say("home/bedside-button/action", "single")
            await asyncio.sleep(SLOW_S)
    for (_, ended), (begun, _) in pairwise(looks[1:]):  # the first may be of the page before
        assert begun - ended > 5 * SLOW_S, looks


async def test_what_somebody_chooses_or_presses_is_not_taken_from_under_their_hands(
    visit: Visit, house: PrivateHome
) -> None:
    page = (await visit()).page
    await house.come_in(page)
    await page.evaluate("""
        document.getElementById("house").insertAdjacentHTML("beforeend", "<select id=into><option>A<option>B</select>")
        document.getElementById("into").selectedIndex = 1
    """)
    await next_look(page, house)
    assert await page.input_value("#into") == "B"
    await page.reload()
    switch = page.get_by_role("switch", name="Bedside button on IFTTT")
    await switch.hover()
    await page.mouse.down()
    await next_look(page, house)
    await page.mouse.up()
    await expect(page.get_by_role("status").first).to_have_text("Bedside button is now hidden from IFTTT.")
    await switch.click()
    await expect(switch).to_be_checked()


async def test_a_stream_that_was_refused_is_begun_again(visit: Visit, house: PrivateHome) -> None:
    refused = 0

    async def refuse(route: Route) -> None:
        nonlocal refused
        refused += 1
        await (route.fulfill(status=503) if refused == 1 else route.continue_())

    page = (await visit()).page
    await house.come_in(page)
    await page.route("**/live", refuse)
    await page.goto(f"{house.url}/timeline")
    async with page.expect_response(lambda answer: answer.url.endswith("/live") and answer.status == 200):
        pass
    await house.say("home/bedside-button/action", "long")
    await expect(page.get_by_text("long").first).to_be_visible()
    assert refused > 1


async def test_who_is_signed_out_elsewhere_does_not_go_on_seeing_old_states(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    await page.context.clear_cookies(name="bridge-session")
    await house.say("home/bedside-button/action", "single")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_devices_stand_in_their_rooms_and_a_search_finds_them(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    hall = page.get_by_role("region", name="Hall")
    await expect(hall.get_by_role("link", name="Front door")).to_be_visible()
    await expect(page.get_by_role("region", name="Bathroom").get_by_text("21.4 °C")).to_be_visible()
    await expect(page.get_by_role("heading", level=2).last).to_have_text("No room yet")
    await page.get_by_label("Find a device or a room").fill("bath")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("link", name="Climate")).to_be_visible()
    await expect(page.get_by_role("link", name="Front door")).to_have_count(0)
    switch = page.get_by_role("switch", name="Climate on IFTTT")
    for checked in (False, True):
        await switch.click()
        await expect(switch).to_be_checked(checked=checked)
    await expect(page.get_by_role("link", name="Front door")).to_have_count(0)
    await page.get_by_label("Find a device or a room").fill("nothing like that <b>")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("Nothing is called like that")).to_be_visible()


async def test_a_device_that_is_out_of_reach_is_marked(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    climate = line(page, "Climate")
    await expect(climate.get_by_text("Offline")).to_have_count(0)
    await house.broker.publish("home/climate/available", "online")
    await house.say("home/climate/available", "offline")
    await expect(climate.get_by_text("Offline")).to_be_visible()


async def test_without_scripts_a_device_is_hidden_and_shown(visit: Visit, house: PrivateHome) -> None:
    page = (await visit(scripts=False)).page
    await house.come_in(page)
    switch = page.get_by_role("switch", name="Bedside button on IFTTT")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(page.get_by_role("status")).to_have_text("Bedside button is now hidden from IFTTT.")
    await expect(switch).not_to_be_checked()
    await expect(line(page, "Bedside button").get_by_text("Hidden", exact=True)).to_be_visible()
    assert "hidden from IFTTT" in house.daemon.command("device", "list")
    await switch.click()
    await expect(switch).to_be_checked()
    assert "hidden from IFTTT" not in house.daemon.command("device", "list")


async def test_what_waits_is_accepted_and_stands_among_the_devices(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    waiting = page.get_by_role("region", name="Waiting")
    await expect(waiting.get_by_role("link", name=ATTIC)).to_be_visible()
    await waiting.get_by_role("button", name=f"Accept {ATTIC}").click()
    await expect(page.get_by_role("status")).to_contain_text(f"{ATTIC} is accepted")
    await expect(line(page, ATTIC).get_by_text("New", exact=True)).to_be_visible()
    await expect(waiting.get_by_role("link", name=ATTIC)).to_have_count(0)
    assert ATTIC not in discovered(house)
    assert CELLAR in discovered(house)


async def test_a_window_counts_down_takes_a_device_in_and_is_ended(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    await page.get_by_text("Add devices").click()
    await page.get_by_role("button", name="Accept whatever announces itself").click()
    window = page.get_by_role("region", name="Accepting whatever announces itself")
    await expect(window.get_by_text("Nothing has come in yet")).to_be_visible()
    clock = window.locator("[data-countdown]")
    before = await clock.inner_text()
    await expect(clock).not_to_have_text(before)
    assert before.startswith(("2:", "1:"))
    await announce_plug(house, NEWCOMER)
    await expect(window.get_by_role("link", name=NEWCOMER)).to_be_visible()
    await expect(line(page, NEWCOMER).get_by_text("New", exact=True)).to_be_visible()
    await window.get_by_role("button", name="End").click()
    await expect(page.get_by_role("status")).to_have_text(f"Closed again. What came in: {NEWCOMER}.")
    await expect(page.get_by_role("region", name="This came in")).to_be_visible()
    await expect(page.get_by_role("button", name="End")).to_have_count(0)
