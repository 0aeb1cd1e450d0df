"""What a stranger may send to the private pages to make them fail loudly, or to send somebody elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.private_side import PrivateSide, running_private_side

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
