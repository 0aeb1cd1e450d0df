"""The authentication test: a service that is right passes it, and each planted fault is found."""

import asyncio
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.conformance.finding import Result, Unmet, Verdict
from bridge.conformance.oauth.browser import Browser
from bridge.conformance.oauth.forms import FormFiller
from bridge.conformance.oauth.run import run_oauth
from bridge.conformance.oauth.walk import STATE, Returned, Walk, read_return
from bridge.conformance.service import Limits, reaching
from tests.conformance.oauth_double import CLIENT, REDIRECT, SECRET, serving_accounts
from tests.conformance.test_command import conformance
from tests.parts.ports import free_port
from tests.parts.waiting import until

AGREE = {"user": "anna", "password": "right", "decision": "allow"}
EVERY = {"oauth.state", "oauth.exchange", "oauth.user_info", "oauth.older_access", "oauth.refreshed"}
FAULTS = {
    "any token is fine": {"oauth.bad_token"},
    "any redirect is fine": {
        *(
            "oauth.authorize",
            "oauth.state",
            "oauth.foreign_redirect",
            "oauth.foreign_client",
            "oauth.refusal",
            "oauth.framing",
        ),
    },
    "any client is fine": {"oauth.foreign_client"},
    "the state is changed": {"oauth.state"},
    "nobody gets a code": {"oauth.authorize"},
    "a refusal is unnamed": {"oauth.refusal"},
    "any secret is fine": {"oauth.bad_secret"},
    "unknown grants are unnamed": {"oauth.bad_grant"},
    "a bad code is 401": {"oauth.bad_code"},
    "a code works for ever": {"oauth.code_once"},
    "a bad refresh token is unnamed": {"oauth.bad_refresh"},
    "refresh tokens work once": {"oauth.older_refresh", "oauth.parallel"},
    "tokens may be kept": {"oauth.no_store"},
    "refreshing ends the older tokens": {"oauth.older_access"},
    "refreshed tokens are dead": {"oauth.refreshed", "oauth.older_access"},
    "refreshing gives no refresh token": {"oauth.refresh"},
    "tokens are dead": {"oauth.user_info", "oauth.refreshed", "oauth.older_access"},
    "tokens of another type": {"oauth.exchange"},
    "the page can be framed": {"oauth.framing"},
    "the page cuts its opener": {"oauth.opener"},
}


async def walked(fault: str = "", agree: dict[str, str] | None = None) -> list[Result]:
    async with serving_accounts(fault) as url, reaching(url, Limits(5.0, 60.0)) as service:
        filler = FormFiller(REDIRECT, AGREE if agree is None else agree, {"decision": "deny"}, 5.0)
        walk = Walk(f"{url}/oauth/authorize", f"{url}/oauth/token", CLIENT, SECRET, REDIRECT, filler.walk)
        return [result async for result in run_oauth(service, walk, lambda _done, _of: None)]


async def test_a_service_that_is_right_passes_every_step() -> None:
    results = await walked()
    assert [result for result in results if result.verdict is not Verdict.PASS] == []
    told = " ".join(f"{result.request} {result.got}" for result in results)
    assert SECRET not in told
    assert "refresh_token=" not in told


@pytest.mark.parametrize(("fault", "found_by"), FAULTS.items())
async def test_a_planted_fault_is_found_by_its_step(fault: str, found_by: set[str]) -> None:
    red = {result.test for result in await walked(fault) if result.verdict in {Verdict.FINDING, Verdict.WARNING}}
    assert red == found_by


async def test_every_step_can_fail() -> None:
    found = {test for found_by in FAULTS.values() for test in found_by}
    assert {result.test for result in await walked()} == found


async def test_a_wrong_password_is_a_finding_and_what_leans_on_it_is_skipped() -> None:
    found = {result.test: result for result in await walked(agree=AGREE | {"password": "wrong"})}
    assert "a page without a form to go on with" in found["oauth.authorize"].got
    assert {found[test].verdict for test in EVERY} == {Verdict.SKIPPED}


async def test_the_command_walks_by_forms() -> None:
    forms = [f"--oauth-form={name}={value}" for name, value in AGREE.items()]
    async with serving_accounts() as url:
        done = await conformance(
            url, "--service-key", "k", "--only", "nothing", "--oauth",
            "--client-id", CLIENT, "--redirect-uri", REDIRECT,
            *forms, "--oauth-refuse", "decision=deny", IFTTT_CLIENT_SECRET=SECRET,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "passed: 21 as expected, 0 findings, 0 warnings, 0 skipped"


async def test_a_browser_is_awaited_at_a_redirect_uri_of_this_machine() -> None:
    redirect = f"http://127.0.0.1:{free_port()}/back"
    told: list[str] = []
    browser = Browser(redirect, told.append, no_answer)
    async with asyncio.TaskGroup() as tasks:
        walk = tasks.create_task(browser.walk("https://service.example/authorize?client_id=x", refuse=False))
        back = f"{redirect}?{urlencode({'code': 'c1', 'state': STATE})}"
        await until(lambda: came_back(back), what="somebody listening at the redirect URI")
    assert await walk == Returned("c1", STATE, None)
    assert "https://service.example/authorize?client_id=x" in told[0]


async def test_an_address_can_be_pasted_instead() -> None:
    async def paste(_question: str) -> str:
        return f"{REDIRECT}?error=access_denied&state=s\n"

    assert await Browser(REDIRECT, lambda _text: None, paste).walk("https://x", refuse=True) == Returned(
        None, "s", "access_denied"
    )
    with pytest.raises(Unmet, match="not the redirect URI"):
        await Browser(REDIRECT, lambda _text: None, no_answer).walk("https://x", refuse=False)


async def test_a_person_who_never_comes_back_is_a_finding() -> None:
    redirect = f"http://127.0.0.1:{free_port()}/back"
    with pytest.raises(Unmet, match="nobody came back"):
        await Browser(redirect, lambda _text: None, no_answer, patience_s=0.1).walk("https://x", refuse=False)


@settings(max_examples=50)
@given(address=st.text() | st.text().map(lambda more: f"{REDIRECT}?{more}"))
def test_reading_what_came_back_takes_any_text(address: str) -> None:
    try:
        returned = read_return(address, REDIRECT)
    except Unmet:
        return
    assert returned is None or address.startswith(REDIRECT)


async def no_answer(_question: str) -> str:
    return ""


async def came_back(to: str) -> bool:
    """Do what a browser does once its person has decided, as soon as somebody listens."""
    try:
        async with aiohttp.ClientSession() as session, session.get(to) as response:
            return "Thank you" in await response.text()
    except aiohttp.ClientConnectorError:
        return False
