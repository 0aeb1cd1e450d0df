"""Cookies that are planted, stolen, broken, or too old (OWASP ASVS 5.0, V7 and 3.3)."""

import asyncio
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from bridge.oauth.grants import Code, Moment
from bridge.oauth.sessions import IDLE_S, LIFE_S
from bridge.web.server import PublicSite, listening
from tests.integration.web.reception import PASSWORD, PUBLIC_URL, hash_of
from tests.integration.web.site import Site, running_site
from tests.parts.waiting import until
from tests.parts.walker import Walker
from tests.security.oauth.acting import ACCOUNT, KNOWN, SESSION, agree, asking, right, sign_in, signed_in, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEFORE_OUR_NAME: Final = f"{SESSION}="


async def is_signed_in(walker: Walker) -> bool:
    """Ask without keeping what comes back."""
    kept = dict(walker.cookies)
    page = await walker.get(ACCOUNT)
    walker.cookies = kept
    return "Signed in as" in page.text


async def test_a_cookie_that_was_planted_before_signing_in_opens_nothing_after(site: Site) -> None:
    planted = "a-cookie-that-the-attacker-knows-as-well-as-you"
    for form in (asking(), ACCOUNT):
        victim, attacker = stranger(site), stranger(site)
        victim.cookies[SESSION] = attacker.cookies[SESSION] = planted
        await sign_in(victim, await victim.get(form))
        assert victim.cookies[SESSION] != planted
        assert await is_signed_in(victim)
        assert not await is_signed_in(attacker)


async def test_a_form_in_a_second_tab_signs_nobody_in_over_a_session_that_is_there(site: Site) -> None:
    walker = stranger(site)
    first, second = await walker.get(asking()), await walker.get(ACCOUNT)
    await sign_in(walker, first)
    session = walker.cookies[SESSION]
    answer = await sign_in(walker, second, "ben")
    assert answer.status == 400
    assert walker.cookies[SESSION] == session
    assert "Signed in as <strong>ann</strong>" in answer.text


async def test_a_session_that_was_signed_out_is_over_for_whoever_has_its_cookie(site: Site) -> None:
    for path in (asking(), ACCOUNT):
        walker = signed_in(site)
        thief = stranger(site)
        thief.cookies = dict(walker.cookies)
        await walker.send(await walker.get(path), decision="sign out")
        assert not await is_signed_in(walker)
        assert not await is_signed_in(thief)


async def test_a_session_ends_when_it_is_left_alone_and_after_an_hour_in_any_case(site: Site) -> None:
    idle, busy = signed_in(site), signed_in(site)
    site.clock.seconds += IDLE_S
    assert not await is_signed_in(idle)
    busy = signed_in(site)
    for _ in range(int(LIFE_S / 600) - 1):
        site.clock.seconds += 600
        assert await is_signed_in(busy)
    site.clock.seconds += 600
    assert not await is_signed_in(busy)


async def test_a_session_ends_with_its_account(site: Site) -> None:
    await site.add_user("gil", "elm")
    walker = signed_in(site, "gil")
    page = await walker.get(asking())
    await site.accounts.remove_user("gil")
    assert not await is_signed_in(walker)
    answer = await walker.send(page, decision="allow")
    assert (answer.status, answer.location) == (400, None)


@dataclass(frozen=True, slots=True)
class TooLate:
    """Where codes are kept, after the account has gone in the very last moment."""

    site: Site

    async def keep_code(self, code: Code, *, now: Moment, life_ms: int) -> None:
        """Keep a code."""
        await self.site.accounts.remove_user("hal")
        await self.site.reception.grants.keep_code(code, now=now, life_ms=life_ms)


async def test_an_account_that_goes_while_its_owner_agrees_gives_no_code(site: Site) -> None:
    await site.add_user("hal", "elm")
    oauth = site.reception.site
    late = replace(oauth, authorize=replace(oauth.authorize, codes=TooLate(site)))
    public = PublicSite(replace(site.endpoints, oauth=late), site.strangers, public_url=PUBLIC_URL)
    async with listening(public.answer, "127.0.0.1", 0) as port:
        walker = signed_in(site, "hal")
        walker.port = port
        answer = await walker.send(await walker.get(asking()), decision="allow")
        assert (answer.status, answer.location) == (303, f"{PUBLIC_URL}{asking()}")
        assert 'type="password"' in (await walker.follow(answer)).text


async def test_a_password_that_is_changed_while_it_is_checked_lets_nobody_in(tmp_path: Path) -> None:
    """Whoever knew the old one could else come in just before, and stay."""
    checking, changed = threading.Event(), threading.Event()

    def slowly(kept: str, password: str) -> bool:
        checking.set()
        assert changed.wait(10)
        return right(kept, password)

    async with running_site(tmp_path, public_url=PUBLIC_URL, verify=slowly) as site:
        for form in (asking(), ACCOUNT):
            checking.clear()
            changed.clear()
            walker = stranger(site)
            page = await walker.get(form)
            async with asyncio.TaskGroup() as group:
                attempt = group.create_task(sign_in(walker, page))
                await until(checking.is_set, what="the old password being checked")
                await site.accounts.set_password("ann", hash_of(PASSWORD))
                site.reception.sessions.end_user(site.users["ann"].id)  # as the desk does
                changed.set()
            assert attempt.result().status == 403
            assert not await is_signed_in(walker)
            assert (await sign_in(walker, await walker.get(form))).status == 303, "this test would prove nothing"


@pytest.mark.parametrize("path", [asking(), ACCOUNT])
async def test_cookies_are_for_this_host_alone_and_for_no_script_and_no_plain_http(site: Site, path: str) -> None:
    walker = stranger(site)
    first = await walker.get(path)
    signed = await sign_in(walker, first)
    for page, names in ((first, {SESSION}), (signed, {SESSION, KNOWN})):
        headers = page.headers.getall("Set-Cookie")
        assert {header.partition("=")[0] for header in headers} == names
        for header in headers:
            attributes = {part.strip().lower() for part in header.split(";")[1:]}
            assert {"secure", "httponly", "path=/"} <= attributes
            assert not any(attribute.startswith("domain") for attribute in attributes)
            assert ("samesite=strict" if header.startswith(KNOWN) else "samesite=lax") in attributes
            assert len(header) < 4096
    session = signed.set_cookies[SESSION]
    assert (session["max-age"], session["expires"]) == ("", ""), "it goes with the browser"
    assert len(session.value) >= 43, "256 random bits"


async def test_no_two_visits_have_the_same_cookie_and_none_is_seen_in_a_page(site: Site) -> None:
    seen = set()
    for _ in range(5):
        walker = stranger(site)
        page = await walker.get(ACCOUNT)
        assert walker.cookies[SESSION] not in page.text
        seen.add(walker.cookies[SESSION])
        await sign_in(walker, page)
        assert walker.cookies[SESSION] not in (await walker.get(ACCOUNT)).text
        seen.add(walker.cookies[SESSION])
    assert len(seen) == 10


ODD_COOKIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "no value": BEFORE_OUR_NAME.encode(),
    "broken quotes": BEFORE_OUR_NAME.encode() + b'"abc',
    "octal line ends": BEFORE_OUR_NAME.encode() + rb'"a\015\012X-Injected: yes"',
    "octal NUL": BEFORE_OUR_NAME.encode() + rb'"\000"',
    "bytes": BEFORE_OUR_NAME.encode() + b"\xff\xfe",
    "semicolons": b";;;=;=;;" + BEFORE_OUR_NAME.encode(),
    "huge": BEFORE_OUR_NAME.encode() + b"x" * 7000,
    "as long as may be": BEFORE_OUR_NAME.encode() + b"x" * 512,
    "markup": BEFORE_OUR_NAME.encode() + b"<script>alert(1)</script>",
    "many": b"; ".join(b"c%d=x" % number for number in range(500)),
    "many of ours": b"; ".join([BEFORE_OUR_NAME.encode() + b"y"] * 300),
    "attributes": BEFORE_OUR_NAME.encode() + b"z; Path=/; Domain=evil.example.net; $Version=1",
    "a known browser of no shape": f"{KNOWN}=~~~.~.~".encode(),
    "a known browser in pieces": f"{KNOWN}={'A' * 22}~{'A' * 43}.{'A' * 22}~{'A' * 43}".encode(),
    "the names without their prefix": b"session=x; known=y",
    "SQL": BEFORE_OUR_NAME.encode() + b"' OR 1=1 --",
}


@pytest.mark.parametrize("cookie", ODD_COOKIES.values(), ids=ODD_COOKIES.keys())
async def test_odd_cookies_open_nothing_and_break_nothing(site: Site, cookie: bytes) -> None:
    header = {"Cookie": cookie.decode("utf-8", "surrogateescape")}
    for path in (asking(), ACCOUNT):
        page = await stranger(site).get(path, headers=header)
        assert page.status == 200
        assert "injected" not in {name.lower() for name in page.headers}
        assert 'type="password"' in page.text
        assert "<script" not in page.text
        walker = stranger(site)
        form = page.forms[0].fields | {"username": "ann", "password": PASSWORD}
        answer = await walker.post(path, form, header)
        assert answer.status in {303, 400}


@pytest.mark.parametrize("planted", ["x", "a b", "ä", "x" * 512, '"quoted"', "a\\015b", "<b>"])
async def test_a_cookie_that_we_did_not_make_is_replaced(site: Site, planted: str) -> None:
    walker = stranger(site)
    await walker.get(ACCOUNT, headers={"Cookie": f"{SESSION}={planted}"})
    assert walker.cookies[SESSION] != planted
    assert len(walker.cookies[SESSION]) == 43


async def test_a_cookie_of_a_known_browser_signs_nobody_in(site: Site) -> None:
    walker = stranger(site)
    await sign_in(walker, await walker.get(ACCOUNT))
    del walker.cookies[SESSION]
    assert not await is_signed_in(walker)
    walker.cookies[SESSION] = walker.cookies[KNOWN]
    assert not await is_signed_in(walker)


async def test_the_digest_of_a_cookie_is_no_cookie_and_a_token_is_none_either(site: Site) -> None:
    connection = await agree(site)
    for value in (site.tokens["ann"], connection, *site.reception.sessions._open):
        walker = stranger(site)
        walker.cookies[SESSION] = value
        assert not await is_signed_in(walker)
