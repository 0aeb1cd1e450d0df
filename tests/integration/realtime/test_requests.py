"""What the client sends, and how it takes the answers of a well-behaved server."""

import gzip
import re
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest

from bridge.realtime.client import RealtimeClient, Verdict, open_session
from tests.integration.realtime.servers import Api, api
from tests.unit.realtime.examples import told_of

KEY = "a-service-key-for-tests"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def ifttt() -> AsyncIterator[Api]:
    async with api() as running:
        yield running


async def test_the_request_is_what_the_reference_says(session: aiohttp.ClientSession, ifttt: Api) -> None:
    reply = await RealtimeClient(session, ifttt.url, KEY).notify(told_of("92429d82", "0cc175b9"))
    assert (reply.verdict, reply.status) == (Verdict.TOLD, 200)
    assert ifttt.methods == ["POST /v1/notifications"]
    headers = dict(ifttt.headers[0])
    assert re.fullmatch(r"[0-9a-f]{32}", headers.pop("X-Request-ID"))
    assert headers.pop("Host") == ifttt.url.split("/")[2]
    assert headers.pop("User-Agent")
    assert headers == {
        "IFTTT-Service-Key": KEY,
        "Accept": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json",
        "Content-Length": str(len(ifttt.bodies[0])),
    }
    assert ifttt.bodies == [b'{"data":[{"trigger_identity":"92429d82"},{"trigger_identity":"0cc175b9"}]}']


async def test_each_request_has_an_id_of_its_own(session: aiohttp.ClientSession, ifttt: Api) -> None:
    client = RealtimeClient(session, ifttt.url, KEY)
    for _ in range(5):
        await client.notify(told_of("a"))
    assert len({headers["X-Request-ID"] for headers in ifttt.headers}) == 5


async def test_any_identity_arrives_as_it_is(session: aiohttp.ClientSession, ifttt: Api) -> None:
    odd = ['quote"', "back\\slash", "ümläut", "\U0001f6aa", "</script>"]
    await RealtimeClient(session, ifttt.url, KEY).notify(told_of(*odd))
    sent = msgspec.json.decode(ifttt.bodies[0])
    assert [entry["trigger_identity"] for entry in sent["data"]] == odd


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(204, Verdict.TOLD), (401, Verdict.WRONG_KEY), (422, Verdict.REFUSED), (500, Verdict.LATER)],
)
async def test_the_status_decides(session: aiohttp.ClientSession, ifttt: Api, status: int, verdict: Verdict) -> None:
    ifttt.status, ifttt.body = status, b""
    reply = await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))
    assert (reply.verdict, reply.status) == (verdict, status)


async def test_a_wish_to_be_asked_later_comes_along(session: aiohttp.ClientSession, ifttt: Api) -> None:
    ifttt.status, ifttt.answer_headers = 429, {"Retry-After": "42"}
    assert (await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))).retry_after_s == 42.0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(session: aiohttp.ClientSession, ifttt: Api, status: int) -> None:
    async with api() as elsewhere:
        ifttt.status, ifttt.answer_headers = status, {"Location": elsewhere.url}
        reply = await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))
        assert (reply.verdict, reply.status) == (Verdict.LATER, status)
        assert elsewhere.methods == []


async def test_cookies_are_neither_kept_nor_sent(session: aiohttp.ClientSession, ifttt: Api) -> None:
    client = RealtimeClient(session, ifttt.url.replace("127.0.0.1", "localhost"), KEY)  # a bare address has no cookies
    ifttt.answer_headers = {"Set-Cookie": "tracked=1; Path=/"}
    await client.notify(told_of("a"))
    await client.notify(told_of("b"))
    assert "Cookie" not in ifttt.headers[1]


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", gzip.compress(b"x" * 10_000_000)])
async def test_what_the_answer_says_beyond_its_status_is_of_no_account(
    session: aiohttp.ClientSession, ifttt: Api, body: bytes
) -> None:
    ifttt.body = body
    ifttt.answer_headers = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
    assert (await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))).verdict is Verdict.TOLD


async def test_a_body_that_is_not_what_its_header_says_changes_nothing(
    session: aiohttp.ClientSession, ifttt: Api
) -> None:
    ifttt.body, ifttt.answer_headers = b"not gzip at all", {"Content-Encoding": "gzip"}
    assert (await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))).verdict is Verdict.TOLD
