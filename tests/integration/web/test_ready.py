"""What lies ready is sent as the library would send it: whole, dated, and with the connection as it was asked for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from email.utils import parsedate_to_datetime

import pytest
from aiohttp import web

from bridge.web.envelope import respond_with_data
from bridge.web.server import listening

ANSWER = b'{"data":"x"}'


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return respond_with_data("x" if request.path == "/" else "x" * 1000, request)

    async with listening(answer, "127.0.0.1", 0) as listens_at:
        yield listens_at


async def exchange(port: int, sent: bytes) -> bytes:
    """Send bytes, and return all that comes until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


def headers_of(answer: bytes) -> dict[str, str]:
    """Return the headers of an answer; none comes twice."""
    lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


async def test_the_answer_says_what_every_answer_does_and_when_it_was_given(port: int) -> None:
    said = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b"\r\n\r\n" + ANSWER)
    headers = headers_of(said)
    assert parsedate_to_datetime(headers.pop("Date")).tzinfo is UTC
    assert headers == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/json; charset=utf-8",
        "Vary": "Accept-Encoding",
        "Content-Length": str(len(ANSWER)),
        "Server": "web",
        "Connection": "close",
    }


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (b"HTTP/1.0\r\n", b"HTTP/1.0 200 OK\r\n"),
        (b"HTTP/1.1\r\nConnection: close\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"),
    ],
)
async def test_a_connection_ends_where_the_request_wants_that(port: int, asked: bytes, said: bytes) -> None:
    answer = await exchange(port, b"GET / " + asked + b"Host: x\r\n\r\n")
    assert answer.startswith(said)
    assert "keep-alive" not in headers_of(answer).get("Connection", "")


async def test_a_connection_of_the_old_protocol_stays_where_the_request_wants_that(port: int) -> None:
    stay = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    answer = await exchange(port, stay + b"GET / HTTP/1.0\r\n\r\n")
    assert answer.count(b"HTTP/1.0 200 OK\r\n") == 2
    assert headers_of(answer)["Connection"] == "keep-alive"


async def test_requests_sent_in_one_piece_are_answered_in_their_order(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    big = b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await exchange(port, one * 3 + big)
    assert answer.count(ANSWER) == 3
    assert answer.endswith(b'{"data":"' + b"x" * 1000 + b'"}')


async def test_a_request_that_wants_another_protocol_is_answered_and_the_next_one_too(port: int) -> None:
    upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    answer = await exchange(port, upgrade + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(ANSWER) == 2
