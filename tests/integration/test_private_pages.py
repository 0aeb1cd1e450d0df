"""The door of the private pages: who becomes the owner, who gets in, and what a form of another site can do."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bridge.dashboard.frame import PART
from bridge.dashboard.live import MOST
from bridge.oauth.passwords import hash_password
from bridge.storage.sign_ins import IDLE_MS
from tests.integration.private_side import PASSWORD, PrivateSide, running_private_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[PrivateSide]:
    async with running_private_side(tmp_path) as running:
        yield running


async def leads_to(browser: aiohttp.ClientSession, path: str) -> str:
    """Return where a browser is sent from a path, "" where it is answered there."""
    async with browser.get(path, allow_redirects=False) as answer:
        return answer.headers.get("Location", "") if answer.status == 303 else ""


async def send(browser: aiohttp.ClientSession, path: str, **fields: str) -> tuple[int, str, str]:
    """Send a form; return status, where it leads to, and the text."""
    async with browser.post(path, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def sign_in(side: PrivateSide, browser: aiohttp.ClientSession, **fields: str) -> tuple[int, str, str]:
    form = await side.form(browser, "/sign-in")
    return await send(browser, "/sign-in", form=form, **{"username": "ann", "password": PASSWORD, **fields})


async def test_without_an_owner_everything_leads_to_the_set_up_code(side: PrivateSide) -> None:
    async with side.browser() as browser:
        for path in ("/", "/lamp", "/sign-in", "/nowhere", "/live"):
            assert await leads_to(browser, path) == "/first"


async def test_the_code_makes_an_owner_who_is_signed_in_and_is_worth_nothing_then(side: PrivateSide) -> None:
    async with side.browser() as browser, side.browser() as other:
        form = await side.form(other, "/first")
        assert await side.become_first(browser) == 303
        assert await leads_to(browser, "/lamp") == ""
        assert [owner.name for owner in await side.accounts.owners()] == ["ann"]
        late = {"form": form, "code": side.code.text, "username": "eve", "password": PASSWORD, "again": PASSWORD}
        status, _, _ = await send(other, "/first", **late)
        assert status == 403
        assert [owner.name for owner in await side.accounts.owners()] == ["ann"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"code": "AAAAA-AAAAA"}, "That is not the code"),
        ({"code": ""}, "That is not the code"),
        ({"again": "another password"}, "not the same"),
        ({"password": "short", "again": "short"}, "A password has"),
        ({"username": " "}, "Please give a name"),
    ],
)
async def test_nobody_becomes_the_owner_with_anything_wrong(
    side: PrivateSide, fields: dict[str, str], said: str
) -> None:
    async with side.browser() as browser:
        form = await side.form(browser, "/first")
        right = {"code": side.code.text, "username": "ann", "password": PASSWORD, "again": PASSWORD}
        status, _, text = await send(browser, "/first", form=form, **(right | fields))
        assert status == 400
        assert said in text
        assert await side.accounts.owners() == []


async def test_a_wrong_code_makes_everybody_wait_and_then_the_right_one_counts(side: PrivateSide) -> None:
    async with side.browser() as browser:
        form = await side.form(browser, "/first")
        right = {"form": form, "username": "ann", "password": PASSWORD, "again": PASSWORD}
        await send(browser, "/first", code="AAAAA-AAAAA", **right)
        status, _, text = await send(browser, "/first", code=side.code.text, **right)
        assert status == 400
        assert "typed a wrong code" in text
        side.clock.ms += 1000
        typed = side.code.text.lower().replace("-", " ")
        assert (await send(browser, "/first", code=typed, **right))[:2] == (303, "/setup")


async def test_an_account_that_is_there_becomes_the_owners(side: PrivateSide) -> None:
    await side.accounts.add_user("ann", "elm", password_hash=hash_password("an older password"), now_ms=1)
    async with side.browser() as browser, side.browser() as other:
        assert await side.become_first(browser) == 303
        assert [user.name for user in await side.accounts.users()] == ["ann"]
        assert (await sign_in(side, other, password="an older password"))[0] == 403


async def test_who_signs_in_comes_to_where_they_wanted_and_nowhere_else(side: PrivateSide) -> None:
    async with side.browser() as first:
        await side.become_first(first)
    async with side.browser() as browser:
        assert await leads_to(browser, "/lamp?of=hall&x=1") == "/sign-in?next=%2Flamp%3Fof%3Dhall%26x%3D1"
        async with browser.get("/sign-in?next=%2Flamp%3Fof%3Dhall") as page:
            assert 'value="/lamp?of=hall"' in await page.text()
        assert (await sign_in(side, browser, next="/lamp?of=hall"))[:2] == (303, "/lamp?of=hall")
    for evil in ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nX: y"):
        async with side.browser() as browser:
            assert (await sign_in(side, browser, next=evil))[:2] == (303, "/")


async def test_who_is_no_owner_stays_outside(side: PrivateSide) -> None:
    async with side.browser() as first:
        await side.become_first(first)
    await side.accounts.add_user("ben", "elm", password_hash=hash_password(PASSWORD), now_ms=1)
    async with side.browser() as browser:
        status, _, text = await sign_in(side, browser, username="ben")
        assert status == 400
        assert "these pages are for owners" in text
        assert await leads_to(browser, "/lamp") != ""


async def test_a_wrong_password_says_nothing_of_who_there_is(side: PrivateSide) -> None:
    async with side.browser() as first:
        await side.become_first(first)
    said = set()
    for name in ("ann", "nobody"):
        async with side.browser() as browser:
            status, _, text = await sign_in(side, browser, username=name, password="wrong password")
            said.add((status, "do not belong together" in text))
    assert said == {(403, True)}


async def test_signing_out_ends_it_at_once(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        cookie = {each.key: each.value for each in browser.cookie_jar}["bridge-session"]
        form = await side.form(browser, "/lamp")
        assert (await send(browser, "/sign-in", form=form))[:2] == (303, "/sign-in")
        async with side.browser(Cookie=f"bridge-session={cookie}") as thief:
            assert await leads_to(thief, "/lamp") == "/sign-in?next=%2Flamp"


async def test_it_outlives_a_restart_and_ends_after_a_month_without_a_visit(tmp_path: Path) -> None:
    async with running_private_side(tmp_path) as side, side.browser() as browser:
        await side.become_first(browser)
        cookie = {each.key: each.value for each in browser.cookie_jar}["bridge-session"]
    async with running_private_side(tmp_path) as side, side.browser(Cookie=f"bridge-session={cookie}") as browser:
        side.clock.ms += IDLE_MS - 1
        assert await leads_to(browser, "/lamp") == ""
        side.clock.ms += IDLE_MS - 1
        assert await leads_to(browser, "/lamp") == ""
        side.clock.ms += IDLE_MS
        assert await leads_to(browser, "/lamp") != ""


@pytest.mark.parametrize("how", ["password", "no owner", "removed"])
async def test_it_ends_with_what_it_rests_on(side: PrivateSide, how: str) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        await side.accounts.add_user("ben", "elm", password_hash=None, now_ms=1, owner=True)
        match how:
            case "password":
                await side.accounts.set_password("ann", hash_password("another password"))
            case "no owner":
                await side.accounts.set_owner("ann", owner=False)
            case _:
                await side.accounts.remove_user("ann")
        assert await leads_to(browser, "/lamp") != ""


async def test_a_form_of_our_own_is_done_and_what_came_of_it_is_said_once(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        form = await side.form(browser, "/lamp")
        assert (await send(browser, "/lamp", form=form, decision="on"))[:2] == (303, "/lamp")
        assert side.lamp.done == ["ann: on"]
        assert await _said(browser) == ["The lamp is on."]
        assert await _said(browser) == []
        await send(browser, "/lamp", form=form, decision="fail")
        assert await _said(browser) == ["The lamp is &lt;broken&gt;."]


@pytest.mark.parametrize("form", ["", "1.AAAA", "of another browser"])
async def test_a_form_that_is_not_ours_does_nothing(side: PrivateSide, form: str) -> None:
    async with side.browser() as browser, side.browser() as other:
        await side.become_first(browser)
        sent = await side.form(other, "/sign-in") if form == "of another browser" else form
        await send(browser, "/lamp", form=sent, decision="on")
        assert side.lamp.done == []
        assert "so nothing was done" in (await _said(browser))[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_can_send_nothing(side: PrivateSide, headers: dict[str, str]) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        form = await side.form(browser, "/lamp")
        async with browser.post("/lamp", data={"form": form, "decision": "on"}, headers=headers) as answer:
            assert answer.status == 403
        assert side.lamp.done == []


async def test_nothing_is_done_by_looking(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        form = await side.form(browser, "/lamp")
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            async with browser.request(method, f"/lamp?decision=on&form={form}"):
                pass
        assert side.lamp.done == []


async def test_each_page_is_closed_to_what_pages_are_misused_for(side: PrivateSide) -> None:
    async with side.browser() as browser:
        for path in ("/first", "/lamp", "/nowhere"):
            if path == "/lamp":
                await side.become_first(browser)
            async with browser.get(path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Cache-Control"] == "no-store"
                text = await answer.text()
                assert "<style" not in text
                assert " style=" not in text
                assert "<script>" not in text
                assert not any(f" on{event}=" in text for event in ("click", "load", "error", "submit"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/livez", 200),
        ("POST", "/livez", 404),
        ("GET", "/metrics", 200),
        ("GET", "/readyz", 503),
        ("GET", "/assets/nothing", 404),
        ("PUT", "/lamp", 405),
        ("PUT", "/sign-in", 405),
    ],
)
async def test_so_is_what_is_no_page(side: PrivateSide, method: str, path: str, status: int) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        async with browser.request(method, path) as answer:
            assert answer.status == status
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_fault_of_ours_is_told_in_the_log_once_however_often_a_page_asks(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        with capture_logs() as logs:
            for _ in range(3):
                async with browser.get("/lamp/broken") as answer:
                    assert answer.status == 500
                    assert "ZeroDivisionError" not in await answer.text()
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [line["event"] for line in logs] == ["dashboard.failed"]


async def test_pages_that_are_open_hear_of_changes_and_of_nothing_else(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        async with browser.get("/live") as stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            assert await stream.content.readline() == b"retry: 3000\n"
            side.news.wake()
            lines = [await stream.content.readline() for _ in range(4)]
            assert lines[1:] == [b"id: 1\n", b"event: changed\n", b"data: 1\n"]
            side.news.wake()  # before a page is told the next time
            async with asyncio.timeout(30):
                assert await stream.content.readuntil(b"data: 2\n\n") == b"\nid: 2\nevent: changed\ndata: 2\n\n"
            side.news.end()
            assert await stream.content.read() == b""


async def test_what_comes_while_a_page_looks_is_told_after_that(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        async with browser.get("/live") as stream:
            await stream.content.readuntil(b"retry: 3000\n")
            side.news.wake()
            await stream.content.readuntil(b"data: 1\n")
            side.news.wake()
            await stream.content.readuntil(b"data: 2\n")
            side.news.end()


async def test_who_has_gone_takes_nobody_the_place(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        for _ in range(MOST + 1):
            async with browser.get("/live") as stream:
                assert stream.status == 200
        side.news.end()


async def test_when_a_browser_is_signed_out_is_not_up_to_its_cookie(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        [session] = [cookie for cookie in browser.cookie_jar if cookie.key == "bridge-session"]
        assert int(session["max-age"]) * 1000 > IDLE_MS * 12


async def test_what_was_done_is_told_to_the_person_and_not_to_the_script_that_looks_beside(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        form = await side.form(browser, "/lamp")
        await send(browser, "/lamp", form=form, decision="on")
        async with browser.get("/lamp", headers={PART: "1"}) as part:
            assert "The lamp is on." not in await part.text()
        assert await _said(browser) == ["The lamp is on."]
        assert await _said(browser) == []


async def test_what_is_nowhere_is_told_with_its_status(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        for path in ("/nowhere", "/lamp/elsewhere", "/home", "/" + "a/" * 20):
            async with browser.get(path) as answer:
                assert answer.status == 404
                assert "There is nothing here" in await answer.text()


async def _said(browser: aiohttp.ClientSession) -> list[str]:
    """Return what the next page says about what was done."""
    async with browser.get("/lamp") as page:
        return re.findall(r'<p class="notice[^>]*>(.*?)</p>', await page.text())
