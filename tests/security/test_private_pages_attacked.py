"""What a stranger may send to the private pages to make them fail loudly, or to send somebody elsewhere."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from bridge.dashboard.owners import Owners
from bridge.errors import AccountError
from bridge.homes.user import User
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.forms import FormTokens
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.passwords import hash_password
from bridge.oauth.sessions import Sessions
from bridge.oauth.sign_in import SignIn
from bridge.storage.accounts import Accounts
from bridge.web.visits import Turned
from tests.integration.private_side import PASSWORD, PrivateSide, running_private_side

NEIGHBOUR = "192.168.1.20"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[PrivateSide]:
    async with running_private_side(tmp_path) as running:
        yield running


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://a]b", "http://\u2100.example"])
async def test_an_origin_that_is_no_address_is_another_sites(side: PrivateSide, origin: str) -> None:
    async with side.browser() as browser:
        for path in ("/first", "/sign-in"):
            async with browser.post(path, data={"a": "b"}, headers={"Origin": origin}) as answer:
                assert answer.status == 403
        await side.become_first(browser)
        async with browser.post("/lamp", data={"decision": "on"}, headers={"Origin": origin}) as answer:
            assert answer.status == 403
    assert side.lamp.done == []


async def test_a_host_that_is_no_address_is_another_sites(side: PrivateSide) -> None:
    async with (
        side.browser() as browser,
        browser.post("/first", data={"a": "b"}, headers={"Host": "[", "Origin": "http://["}) as answer,
    ):
        assert answer.status == 403


@pytest.mark.parametrize(
    ("kind", "body"),
    [(FORM, b"a=" + b"x" * 70_000), (FORM, b"a=%ff"), (FORM, b"a=1&a=2"), ("text/plain", b"a=1")],
    ids=["too large", "not UTF-8", "a field twice", "no form"],
)
async def test_a_broken_form_is_the_senders_fault(side: PrivateSide, kind: str, body: bytes) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        async with browser.post("/lamp", data=body, headers={"Content-Type": kind}) as answer:
            assert answer.status == 400
    assert side.lamp.done == []


async def test_a_form_sent_to_two_slashes_leads_to_no_other_site(side: PrivateSide) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        async with browser.post(f"{side.url}//lamp", data={"form": "stale"}, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"] == "/"


@dataclass
class Hasty:
    """Accounts of which the password becomes another as soon as the old one has been looked up."""

    accounts: Accounts
    sessions: Sessions

    async def credentials(self, name: str) -> tuple[User, str | None] | None:
        """Look it up, then change it as the desk does."""
        found = await self.accounts.credentials(name)
        user = await self.accounts.set_password(name, hash_password("quite another one"))
        self.sessions.end_user(user.id)
        return found

    async def renew_password_hash(self, user: User, *, old: str, new: str) -> None:
        """Keep another hash of the same password."""
        await self.accounts.renew_password_hash(user, old=old, new=new)


async def test_a_password_that_becomes_another_while_it_is_checked_lets_nobody_in(side: PrivateSide) -> None:
    await side.accounts.add_user("ann", "elm", password_hash=hash_password(PASSWORD), now_ms=1, owner=True)
    browsers, sessions = KnownBrowsers(b"k" * 32), Sessions(time.monotonic)
    async with Hasher() as hasher:
        hasty = Hasty(side.accounts, sessions)
        sign_in = SignIn(hasty, hasher, browsers, SignInLimits(b"l" * 32), time.monotonic)
        forms = FormTokens(b"f" * 32, time.monotonic)
        owners = Owners(side.accounts, side.sign_ins, forms, browsers, sign_in, sessions, lambda: side.clock.moment)
        fields = {"username": "ann", "password": PASSWORD}
        outcome = await owners.attempt(make_mocked_request("POST", "/sign-in"), fields)
    assert outcome == Turned(0)
    assert await side.sign_ins.listed(side.clock.moment) == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8081", 200),
        ("127.0.0.1", 200),
        ("[::1]:8081", 200),
        ("192.168.1.5:8081", 200),
        ("pi", 200),
        ("PI.local:8081", 200),
        ("bridge.home.arpa", 200),
        ("attacker.example", 403),
        ("127.0.0.1.attacker.example:8081", 403),
        ("local.attacker.example", 403),
    ],
)
async def test_no_site_elsewhere_reads_them_by_letting_its_name_lead_here(
    side: PrivateSide, host: str, status: int
) -> None:
    async with side.browser(Host=host) as machine:
        for remote in (None, NEIGHBOUR):
            side.remote = remote
            async with machine.get("/metrics") as response:
                assert response.status == status, remote


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Forwarded-Host"])
async def test_whoever_comes_through_a_proxy_of_this_machine_is_a_stranger(side: PrivateSide, header: str) -> None:
    async with side.browser(**{header: "203.0.113.9"}) as machine:
        for path in ("/metrics", "/readyz"):
            async with machine.get(path) as response:
                assert response.status == 403


async def test_a_page_hears_nothing_more_once_its_browser_is_signed_out(side: PrivateSide) -> None:
    async with side.browser() as browser, side.browser() as other:
        await side.become_first(browser)
        async with browser.get("/live") as stream:
            await stream.content.readline()
            form = await side.form(browser, "/lamp")
            cookies = {cookie.key: cookie.value for cookie in browser.cookie_jar}
            async with browser.post("/sign-in", data={"form": form}) as answer:
                assert answer.status == 200
            side.news.wake()
            assert await stream.content.read() == b"\n"
        async with other.get("/live", cookies=cookies, allow_redirects=False) as answer:
            assert answer.status == 303


@pytest.mark.parametrize("ending", ["removed", "no longer an owner"])
async def test_who_ends_while_the_password_is_checked_is_not_let_in(side: PrivateSide, ending: str) -> None:
    async with side.browser() as browser:
        await side.become_first(browser)
        ann = await side.accounts.user_named("ann")
        if ending == "removed":
            await side.accounts.remove_user("ann")
        else:
            await side.accounts.add_user("ben", "elm", password_hash=None, now_ms=0)
            await side.accounts.set_owner("ben", owner=True)
            await side.accounts.set_owner("ann", owner=False)
        with pytest.raises(AccountError, match="just ended this account"):
            await side.owners.welcome(make_mocked_request("GET", "/"), ann)
        assert await side.sign_ins.listed(side.clock.moment) == []
