"""Somebody connects IFTTT with their home, or does not, over the real https that they would come by."""

from typing import Final
from urllib.parse import quote

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.homes import ANNA, BEA, LIVES_WITH_NOTHING, TRIAL
from tests.browser.street import STATE, Street, come_back, connect, sign_in
from tests.parts.browser import PHONE

IN_VAIN: Final = "Failed to load resource: the server responded with a status of {} ()"


async def test_who_connects_comes_back_with_a_code_that_gives_tokens(visit: Visit, street: Street) -> None:
    visitor = await visit()
    page = visitor.page
    await page.goto(f"{street.ifttt.url}/link?to={quote(street.authorize(), safe='')}")
    await page.get_by_role("link", name="Connect").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to connect IFTTT")
    await sign_in(page, ANNA)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connect IFTTT with Elm Street 4?")
    await page.get_by_role("button", name="Connect", exact=True).click()

    brought = await come_back(page, street)

    assert brought.keys() == {"code", "state", "iss"}
    assert (brought["state"], brought["iss"]) == ([STATE], [street.url])
    tokens = await street.redeem(brought["code"][0])
    assert await street.whose(tokens["access_token"]) == "anna"
    assert visitor.complaints == []


async def test_who_refuses_comes_back_with_nothing_but_that(visit: Visit, street: Street) -> None:
    visitor = await visit()
    await visitor.page.goto(street.authorize())
    await sign_in(visitor.page, ANNA)
    await visitor.page.get_by_role("button", name="Do not connect").click()
    brought = await come_back(visitor.page, street)
    assert brought == {"error": ["access_denied"], "state": [STATE], "iss": [street.url]}
    assert visitor.complaints == []


async def test_who_cancels_before_signing_in_comes_back_the_same_way(visit: Visit, street: Street) -> None:
    visitor = await visit()
    await visitor.page.goto(street.authorize())
    await visitor.page.get_by_role("button", name="Cancel").click()
    assert (await come_back(visitor.page, street))["error"] == ["access_denied"]
    assert visitor.complaints == []


async def test_the_page_tells_who_asks_for_what_in_which_home_and_how_to_end_it(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.authorize(client_id=TRIAL, redirect_uri=f"{street.ifttt.redirect_uri}/trial"))
    await sign_in(page, ANNA)
    text = await page.locator("main").inner_text()
    assert "Connect IFTTT (trial) with Elm Street 4?" in text
    assert "Signed in as anna" in text
    assert "doors and windows, buttons, lights, switches and alarms" in text
    assert "turn lights on and off" in text
    assert "elm/announce/+" in text
    assert "IFTTT (trial) will be able to unlock\nFront door lock\n" in text
    assert "you go back to ifttt.test" in text
    assert f"You can end the connection at any time, at {street.account}" in text
    await expect(page.get_by_text("Bedroom blind")).to_be_hidden()
    await page.get_by_text("7 devices are shared with you today").click()
    await expect(page.get_by_text("Bedroom blind")).to_be_visible()


async def test_a_stranger_is_told_nothing_of_the_home(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    for address in (street.authorize(), street.account):
        await page.goto(address)
        content = await page.content()
        assert [word for word in ("Elm", "lake", "anna", "Front door", "elm/announce") if word in content] == []


async def test_a_home_without_devices_is_connected_as_well(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.authorize())
    await sign_in(page, LIVES_WITH_NOTHING)
    text = await page.locator("main").inner_text()
    assert "No device is shared with you yet." in text
    assert "will be able to" not in text
    tokens = await connect(page, street)
    assert await street.whose(tokens["access_token"]) == "noah"


async def test_a_wrong_password_is_told_and_the_right_one_goes_on(visit: Visit, street: Street) -> None:
    visitor = await visit()
    page = visitor.page
    await page.goto(street.authorize())
    await sign_in(page, ANNA, "a wrong password")
    await expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    await expect(page.get_by_label("Name")).to_have_value("anna")
    await expect(page.get_by_label("Password")).to_have_value("")
    await expect(page.get_by_label("Password")).to_be_focused()
    assert visitor.complaints == [IN_VAIN.format(403)]
    await sign_in(page, ANNA)
    assert await street.whose((await connect(page, street))["access_token"]) == "anna"


async def test_after_too_many_attempts_the_page_says_how_long_to_wait(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.authorize())
    await sign_in(page, ANNA)  # from now on this browser is counted by itself
    await page.get_by_role("button", name="Somebody else?").click()
    notice = page.get_by_role("alert")
    for _ in range(8):  # each attempt in time lengthens the wait: sooner or later one comes too early
        await sign_in(page, ANNA, "a wrong password")
        if "too many" in await notice.inner_text():
            break
    await expect(notice).to_contain_text("Please wait for ")
    await expect(notice).to_contain_text(" second")


async def test_somebody_else_signs_in_on_the_same_browser(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.authorize())
    await sign_in(page, ANNA)
    await page.get_by_role("button", name="Somebody else?").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to connect IFTTT")
    await expect(page.get_by_label("Name")).to_have_value("")
    await sign_in(page, BEA)
    await expect(page.get_by_text("Signed in as bea")).to_be_visible()
    assert await street.whose((await connect(page, street))["access_token"]) == "bea"


async def test_reload_and_back_ask_again_and_break_nothing(visit: Visit, street: Street) -> None:
    visitor = await visit()
    page = visitor.page
    await page.goto(street.authorize())
    await sign_in(page, ANNA)
    await _is_asked(page)
    await page.reload()
    await _is_asked(page)
    first = await connect(page, street)
    await page.go_back()
    await _is_asked(page)
    second = await connect(page, street)
    assert [await street.whose(each["access_token"]) for each in (first, second)] == ["anna", "anna"]
    assert visitor.complaints == []


async def test_two_tabs_at_once_both_arrive(visit: Visit, street: Street) -> None:
    one = (await visit()).page
    other = await one.context.new_page()
    await one.goto(street.authorize(state="one"))
    await other.goto(street.authorize(state="other"))
    await sign_in(one, ANNA)
    await _is_asked(one)
    await sign_in(other, ANNA)  # with a form from before, so nothing is done with it
    await expect(other.get_by_role("alert")).to_contain_text("in two windows at once")
    await _is_asked(other)
    for page, state in ((other, "other"), (one, "one")):
        await page.get_by_role("button", name="Connect", exact=True).click()
        brought = await come_back(page, street)
        assert brought["state"] == [state]
        assert await street.whose((await street.redeem(brought["code"][0]))["access_token"]) == "anna"


async def test_without_scripts_everything_works_on_a_phone(visit: Visit, street: Street) -> None:
    visitor = await visit(PHONE, scripts=False)
    await visitor.page.goto(street.authorize())
    await sign_in(visitor.page, ANNA)
    assert await street.whose((await connect(visitor.page, street))["access_token"]) == "anna"
    assert visitor.complaints == []


async def test_a_popup_tells_the_page_that_opened_it(visit: Visit, street: Street) -> None:
    visitor = await visit()
    opener = visitor.page
    await opener.goto(f"{street.ifttt.url}/opener?to={quote(street.authorize(), safe='')}")
    async with opener.expect_popup() as opening:
        await opener.get_by_role("button", name="Connect").click()
    popup = await opening.value
    await sign_in(popup, ANNA)
    await _is_asked(popup)
    assert await popup.evaluate("window.opener !== null")
    await popup.get_by_role("button", name="Connect", exact=True).click()
    brought = await come_back(popup, street)
    await expect(opener.locator("#heard")).to_contain_text(brought["code"][0])


async def test_the_cookies_are_of_this_host_alone_and_no_script_reads_them(visit: Visit, street: Street) -> None:
    page = (await visit()).page
    await page.goto(street.authorize())
    await sign_in(page, ANNA)
    await _is_asked(page)
    cookies = {each["name"]: each for each in await page.context.cookies()}
    assert cookies.keys() == {"__Host-session", "__Host-known"}
    assert all(each["secure"] and each["httpOnly"] and each["domain"] == "home.test" for each in cookies.values())
    assert (cookies["__Host-session"]["sameSite"], cookies["__Host-known"]["sameSite"]) == ("Lax", "Strict")
    assert await page.evaluate("document.cookie") == ""


async def test_a_request_that_fits_nothing_leads_nowhere(visit: Visit, street: Street) -> None:
    visitor = await visit()
    await visitor.page.goto(street.authorize(redirect_uri="https://elsewhere.test/"))
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This cannot be connected")
    await expect(visitor.page.get_by_text("begin again at IFTTT")).to_be_visible()
    assert await visitor.page.get_by_role("button").count() == 0
    assert visitor.complaints == [IN_VAIN.format(400)]


async def _is_asked(page: Page) -> None:
    """Wait for the page that asks for consent."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connect IFTTT with Elm Street 4?")
