"""The page of one device: its last day, its name, who sees it, and trying what it can be told."""

import asyncio

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.devices import CELLAR, GARDEN, discovered
from tests.browser.private import OWNER, PrivateHome
from tests.parts.mosquitto import Listener
from tests.parts.waiting import until

SIZES = """() => [...document.querySelectorAll("svg.plot rect")].map((rect) => {
    const [own, whole] = [rect.getBoundingClientRect(), rect.ownerSVGElement.getBoundingClientRect()]
    return [rect.getAttribute("width") / rect.ownerSVGElement.viewBox.baseVal.width, own.width / whole.width,
        Math.max(whole.left - own.left, own.right - whole.right, whole.top - own.top, own.bottom - whole.bottom)]
})"""
"""How wide each span or bar is meant to be and is, as a part of its plot, and by how much it stands out of that."""


async def test_what_is_drawn_of_a_day_has_the_size_that_it_says(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    for device in ("front-door", "bedside-button"):
        await house.say("home/front-door/state", "open")
        await house.say("home/front-door/state", "closed")
        await house.say("home/bedside-button/action", "single")
        await page.goto(f"{house.url}/device/{device}")
        await expect(page.locator("svg.plot rect.mark").first).to_be_attached()
        drawn: list[list[float]] = await page.evaluate(SIZES)
        assert drawn
        for said, width, out in drawn:
            assert abs(said - width) < 0.02, (device, drawn)
            assert out < 1, (device, drawn)


async def test_it_tells_what_a_device_did_and_follows_it_live(visit: Visit, house: PrivateHome) -> None:
    visitor = await visit()
    page = visitor.page
    await house.come_in(page, "/device/front-door")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    await house.say("home/front-door/state", "open")
    await house.say("home/front-door/state", "closed")
    did = page.get_by_role("region", name="What it did last")
    await expect(did.get_by_role("listitem").first).to_contain_text("Closed")
    await expect(did.get_by_role("listitem").nth(1)).to_contain_text("Opened")
    await expect(page.get_by_role("img", name="in all.")).to_be_visible()
    assert visitor.complaints == []


async def test_presses_and_numbers_are_drawn_with_words_that_say_the_same(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.say("home/bedside-button/action", "double")
    await house.come_in(page, "/device/bedside-button")
    await expect(page.get_by_role("img", name="in the last day.")).to_be_visible()
    await expect(page.get_by_text("Double press").first).to_be_visible()
    await page.goto(f"{house.url}/device/climate")
    await expect(page.get_by_role("img", name="Always 21.4 °C in the last day.")).to_be_visible()


async def test_a_command_goes_to_the_device_and_its_answer_is_told(visit: Visit, house: PrivateHome) -> None:
    page = (await visit(scripts=False)).page
    await house.come_in(page, "/device/hall-light")
    with house.broker.listener("home/hall-light/set") as told:
        await page.get_by_label("Brightness in percent").fill("50")
        await _press(page, "Set", told)
        await house.broker.publish("home/hall-light/state", '{"state":"ON","brightness":128}')
        await expect(page.get_by_role("status")).to_have_text("Hall light has done it, and says so.")
        assert told.received() == [(False, '{"state":"ON","brightness":128}')]
    await expect(page.get_by_text("On, 50 %")).to_be_visible()
    await _confirmed(house, OWNER)


async def test_a_device_that_says_nothing_is_told_of_as_that(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page, "/device/kettle")
    with house.broker.listener("home/kettle/set") as told:
        await page.get_by_role("button", name="Turn on").click()
        await expect(page.get_by_role("status")).to_contain_text("Kettle has not said yet that it did it")
        assert [payload for _, payload in told.received()] == ["ON"]


async def test_what_the_home_does_not_allow_is_not_offered(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page, "/device/back-door")
    await expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Unlock")).to_have_count(0)
    form = page.locator("form", has=page.get_by_role("button", name="Lock", exact=True))
    await form.evaluate("form => form.querySelector('button').value = 'unlock'")
    with house.broker.listener("home/back-door/set") as told:
        await page.get_by_role("button", name="Lock", exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text("Your home does not allow Back door to be unlocked.")
        assert told.received() == []


async def test_a_device_is_renamed_placed_and_taken_away_from_somebody(visit: Visit, house: PrivateHome) -> None:
    house.daemon.command("user", "add", "ben")
    page = (await visit()).page
    await house.come_in(page, "/device/kettle")
    await page.get_by_label("Name", exact=True).fill("Tea <kettle>")
    await page.get_by_label("Room", exact=True).fill("Kitchen")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tea <kettle>")
    await expect(page.get_by_role("status")).to_contain_text("It is called Tea <kettle> now, in Kitchen.")
    await page.get_by_role("switch", name="ben sees Tea <kettle>").click()
    await expect(page.get_by_role("status")).to_have_text("ben does not see Tea <kettle> any more.")
    assert "hidden from  ben" in house.daemon.command("device", "show", "kettle")
    await page.get_by_label("Name", exact=True).fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kettle")


async def test_one_that_waits_is_accepted_corrected_and_removed_on_its_page(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page)
    await page.get_by_role("region", name="Waiting").get_by_role("link", name=GARDEN).click()
    await expect(page.get_by_text("It has announced itself")).to_be_visible()
    await page.get_by_role("button", name="Accept", exact=True).click()
    await expect(page.get_by_role("heading", name="Try it")).to_be_visible()
    await page.get_by_role("combobox").select_option(label="Switch")
    await page.get_by_role("button", name="Save what").click()
    await expect(page.get_by_role("status")).to_have_text("From now on that counts as: Switch.")
    await expect(page.get_by_label("Brightness in percent")).to_have_count(0)
    remove = page.get_by_role("button", name="Remove it now")
    await expect(remove).to_be_hidden()
    await page.get_by_text("Remove this device").click()
    await remove.click()
    await expect(page.get_by_role("status")).to_contain_text(f"{GARDEN} is removed")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    assert GARDEN in discovered(house)


async def test_a_device_that_is_not_there_has_no_page(visit: Visit, house: PrivateHome) -> None:
    page = (await visit()).page
    await house.come_in(page, "/device/nobody")
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert CELLAR in discovered(house)


async def _press(page: Page, button: str, told: Listener) -> None:
    """Press a button, and wait until the device hears of it: the page comes only after the device's answer."""
    pressing = asyncio.get_running_loop().create_task(
        page.get_by_role("button", name=button, exact=True).first.click(no_wait_after=True)
    )
    await until(lambda: bool(told.received()), what="the device hearing of it")
    await pressing


async def _confirmed(house: PrivateHome, user: str) -> None:
    """Wait until it is written down that a command of somebody was confirmed."""

    def outcomes() -> list[tuple[str, str | None]]:
        with house.daemon.reader() as connection:
            asked = "SELECT outcome, request_id FROM commands JOIN users ON users.id = commands.user WHERE name = ?"
            return connection.execute(f"{asked} AND entity = 'hall-light'", (user,)).fetchall()

    await until(lambda: outcomes() == [("confirmed", None)], what="the outcome on disk")
