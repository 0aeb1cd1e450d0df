"""Bodies that nobody sane sends: each gets a 4xx with a message, none a 5xx, and none is waited for without end."""

import asyncio
import gzip
import zlib
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import BadInput
from bridge.web.bodies import MAX_BODY_BYTES, read_object
from bridge.web.envelope import respond_with_data, respond_with_error
from bridge.web.server import listening
from tests.integration.web.site import Site, running_site
from tests.security.raw import request, send

ROUTES: Final = ("triggers/door_opened", "triggers/button_pressed", "actions/turn_on_light")


GOOD: Final = b'{"triggerFields": {"door": "any"}}'


def bearer(site: Site) -> bytes:
    return b"Authorization: Bearer " + site.tokens["ann"].encode()


async def post(site: Site, headers: list[bytes], body: bytes, route: str = ROUTES[0]) -> tuple[int, bool]:
    sent = request(b"POST /ifttt/v1/" + route.encode(), [bearer(site), *headers], body)
    answer = await send(site.port, sent)
    return answer.status, answer.is_error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"triggerFields": {"door": "\xff"}}',
        b'{"triggerFields": {"door": "\\ud800"}}',
        b'{"triggerFields": {"door": "any"}, "limit": 1e999}',
        b'{"triggerFields": {"door": "any"}, "limit": ' + b"9" * 6000 + b"}",
        b'{"triggerFields": {"door": ' + b"9" * 4000 + b"}}",
        b'{"triggerFields": {"door": "any"}} trailing',
        b"[" * 60_000,
        b'{"triggerFields":' * 3000,
        b'{"triggerFields": {"door": ' + b"[" * 900 + b"]" * 900 + b"}}",
        b"a=1&triggerFields[door]=any",
        b"<xml/>",
        b"\x00" * 1000,
    ],
)
async def test_bodies_that_are_no_fitting_json_are_refused(site: Site, body: bytes) -> None:
    for route in ROUTES:
        length = b"Content-Length: %d" % len(body)
        assert await post(site, [length], body, route) == (400, True)


async def test_a_body_that_is_too_large_is_refused_however_it_is_sent(site: Site) -> None:
    large = GOOD + b" " * (MAX_BODY_BYTES + 1 - len(GOOD))
    assert await post(site, [b"Content-Length: %d" % len(large)], large) == (400, True)
    assert await post(site, [b"Content-Length: 99999999999"], GOOD) == (400, True)
    pieces = (large[at : at + 8192] for at in range(0, len(large), 8192))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    assert await post(site, [b"Transfer-Encoding: chunked"], chunks) == (400, True)


async def test_a_body_just_within_the_size_is_read_chunked_too(site: Site) -> None:
    body = b'{"triggerFields": {"door": "any"}, "x": "' + b"y" * 60_000 + b'"}'
    answer = await send(
        site.port,
        request(b"POST /ifttt/v1/triggers/door_opened", [bearer(site), b"Transfer-Encoding: chunked"]),
        *(b"%x\r\n%s\r\n" % (len(body[at : at + 1000]), body[at : at + 1000]) for at in range(0, len(body), 1000)),
        b"0\r\n\r\n",
    )
    assert (answer.status, answer.body) == (200, b'{"data":[]}')


@pytest.mark.parametrize(
    "chunks", [b"zz\r\nx\r\n0\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"5\r\nabcdefgh\r\n"]
)
async def test_broken_chunks_are_refused(site: Site, chunks: bytes) -> None:
    assert await post(site, [b"Transfer-Encoding: chunked"], chunks) == (400, True)


@pytest.mark.parametrize("coding", [b"gzip", b"deflate"])
async def test_broken_compression_is_refused_and_a_bomb_does_not_go_off(site: Site, coding: bytes) -> None:
    compress = gzip.compress if coding == b"gzip" else zlib.compress
    good, bomb = compress(GOOD), compress(GOOD + b" " * 60_000_000)
    assert len(bomb) < MAX_BODY_BYTES
    headers = [b"Content-Encoding: " + coding, b"Content-Length: %d" % len(good)]
    assert (await post(site, headers, good))[0] == 200
    for body in (b"not compressed at all", good[:-12], bomb, good[:10] + b"\xff" * 20):
        headers = [b"Content-Encoding: " + coding, b"Content-Length: %d" % len(body)]
        assert await post(site, headers, body) == (400, True)


@pytest.mark.parametrize(
    "headers",
    [
        [b"Content-Length: -1"],
        [b"Content-Length: secret"],
        [b"Content-Length: 1", b"Content-Length: 2"],
        [b"Content-Length: 2", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: nonsense"],
        [b"Content-Length : 2"],
        [b"secret without colon"],
        [b"X: a\x00secret"],
        [b"X: " + b"y" * 20_000],
        [b"X%d: y" % number for number in range(2000)],
    ],
)
async def test_requests_that_are_no_http_get_a_message_that_quotes_nothing(site: Site, headers: list[bytes]) -> None:
    secret = b"Authorization: Bearer very-secret"
    answer = await send(site.port, request(b"POST /ifttt/v1/triggers/door_opened", [secret, *headers], b"{}"))
    assert 400 <= answer.status < 500
    assert answer.is_error
    assert b"secret" not in answer.body
    assert b"nonsense" not in answer.body


async def test_a_body_cut_short_ends_the_request_and_harms_nobody(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    headers = [bearer(site), b"Content-Length: 500"]
    writer.write(request(b"POST /ifttt/v1/triggers/door_opened", headers, b'{"trigger'))
    await writer.drain()
    writer.close()
    assert await reader.read() == b""
    assert (await site.poll("ann")).status == 200


async def test_a_body_that_drips_is_given_up() -> None:
    async def answer(received: web.BaseRequest) -> web.StreamResponse:
        try:
            return respond_with_data(await read_object(received, within_s=0.05), received)
        except BadInput as error:
            return respond_with_error(str(error), 400)

    async with listening(answer, "127.0.0.1", 0) as port:
        slow = await send(port, request(b"POST /", [b"Content-Length: 5"], b"{"))
        assert (slow.status, slow.is_error) == (400, True)
        fast = await send(port, request(b"POST /", [b"Content-Length: 2"], b"{}"))
        assert fast.status == 200


async def test_a_sender_that_waits_to_be_asked_for_its_body_is_asked(site: Site) -> None:
    body = b'{"triggerFields": {"door": "any"}}'
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    headers = [bearer(site), b"Expect: 100-continue", b"Content-Length: %d" % len(body)]
    writer.write(request(b"POST /ifttt/v1/triggers/door_opened", headers))
    assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 200 OK\r\n"
    writer.close()


JSON_VALUES: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES: Final = ("triggerFields", "actionFields", "trigger_identity", "limit", "user", "ifttt_source", "x")
FIELDS: Final = st.dictionaries(
    st.sampled_from(["door", "button", "press", "light", "brightness", "color"]),
    st.sampled_from(["any", "elm-door", "elm-light", "elm-button", "single"]) | JSON_VALUES,
)
OBJECTS: Final = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON_VALUES | FIELDS))
BODIES: Final = OBJECTS.map(msgspec.json.encode) | JSON_VALUES.map(msgspec.json.encode) | st.binary(max_size=200)
SEGMENTS: Final = st.lists(
    st.sampled_from(
        [*ROUTES, "triggers", "actions", "user", "info", "fields", "door", "options", "trigger_identity", ".."]
    )
    | st.text(max_size=10),
    max_size=6,
)


def test_no_body_and_no_path_whatever_makes_us_fail(tmp_path: Path) -> None:
    """Many requests to one listener: hypothesis runs its examples one by one on a loop of their own."""
    with asyncio.Runner() as runner:
        context = running_site(tmp_path)
        site = runner.run(context.__aenter__())
        try:
            attack(partial(runner_post, runner, site))
        finally:
            runner.run(context.__aexit__(None, None, None))


def attack(ask: Any) -> None:  # noqa: ANN401 -- a bound request
    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(body=BODIES, route=st.sampled_from(ROUTES) | SEGMENTS.map("/".join))
    def try_one(body: bytes, route: str) -> None:
        answer = ask(route, body)
        assert answer.status in {200, 400, 401, 404}
        if answer.status != 200 and answer.headers["Content-Type"].startswith("application/json"):
            assert answer.is_error(answer.status)

    try_one()


def runner_post(runner: asyncio.Runner, site: Site, route: str, body: bytes) -> Any:  # noqa: ANN401 -- an Answer
    return runner.run(site.request("POST", route.removeprefix("/"), token=site.tokens["ann"], data=body))
