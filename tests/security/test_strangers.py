"""What a stranger on the internet may try: odd headers, odd paths, guesses; and what may never be told to anybody."""

import asyncio
from typing import Final

import msgspec
import pytest
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from bridge.dashboard.health import Health, answer_health
from bridge.web.server import listening
from tests.integration.web.site import KEY, Site
from tests.security.raw import RawAnswer, read_answer, request, send

GIVEAWAYS: Final = (b"python", b"aiohttp", b"traceback", b"sqlite", b"ifttt-bridge", b"bridge.db", b"/work", b"/tmp")
TOKEN_SHAPES: Final = (
    b"\xff\xfe",
    b"\xc3\xa4",
    b"x" * 600,
    b"x" * 8000,
    b"' OR 1=1 --",
    b"null",
    b"%00",
    b"{}",
    b"a b c",
)


def is_quiet(answer: RawAnswer) -> bool:
    told = (answer.head + answer.body).lower()
    return not any(giveaway in told for giveaway in GIVEAWAYS) and b"server: web\r\n" in told


@pytest.mark.parametrize("token", TOKEN_SHAPES)
async def test_a_token_of_any_shape_is_simply_not_valid(site: Site, token: bytes) -> None:
    await site.test_token()
    for route in (b"POST /ifttt/v1/triggers/door_opened", b"GET /ifttt/v1/user/info"):
        answer = await send(site.port, request(route, [b"Authorization: Bearer " + token, b"Content-Length: 0"]))
        assert (answer.status, answer.is_error, is_quiet(answer)) == (401, True, True)


@pytest.mark.parametrize("key", TOKEN_SHAPES)
async def test_a_service_key_of_any_shape_is_simply_not_valid(site: Site, key: bytes) -> None:
    answer = await send(site.port, request(b"GET /ifttt/v1/status", [b"IFTTT-Service-Key: " + key]))
    assert (answer.status, answer.is_error, is_quiet(answer)) == (401, True, True)


async def test_a_request_id_of_broken_bytes_moves_nothing_and_breaks_nothing(site: Site) -> None:
    body = b'{"actionFields": {"light": "elm-light"}}'
    headers = [
        b"Authorization: Bearer " + site.tokens["ann"].encode(),
        b"X-Request-ID: \xff\xfe",
        b"Content-Length: %d" % len(body),
    ]
    answer = await send(site.port, request(b"POST /ifttt/v1/actions/turn_on_light", headers, body))
    assert (answer.status, answer.is_error) == (400, True)
    assert site.carried_out == []


async def test_a_credential_in_the_query_opens_nothing(site: Site) -> None:
    token = site.tokens["ann"]
    for path in (
        f"user/info?access_token={token}",
        f"user/info?token={token}",
        f"user/info?Authorization=Bearer%20{token}",
        f"status?IFTTT-Service-Key={KEY}",
        f"status?key={KEY}",
    ):
        assert (await site.request("GET", path)).is_error(401)
    form = f"access_token={token}".encode()
    assert (await site.request("POST", "triggers/door_opened", data=form)).is_error(401)


@pytest.mark.parametrize(
    "sent",
    [
        request(b"GET /"),
        request(b"GET /ifttt/v1/status"),
        request(b"HEAD /"),
        request(b"HEAD /ifttt/v1/user/info"),
        request(b"OPTIONS *"),
        request(b"TRACE /"),
        request(b"CONNECT example.org:443"),
        request(b"GET http://example.org/ifttt/v1/status"),
        request(b"GET //example.org/ifttt/v1/status"),
        request(b"GET /\xff\xfe"),
        request(b"GET /" + b"x" * 20_000),
        request(b"BREW /ifttt/v1/status"),
        request(b"GET /", [b"Upgrade: websocket", b"Connection: Upgrade"]),
        request(b"GET /", [b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings", b"HTTP2-Settings: AAMAAABk"]),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
    ],
)
async def test_no_answer_tells_which_software_this_is(site: Site, sent: bytes) -> None:
    answer = await send(site.port, sent)
    assert 400 <= answer.status < 500
    assert is_quiet(answer)


async def test_the_private_listener_tells_no_software_either() -> None:
    trouble = [""]
    health = Health(lambda: True, {"storage": lambda: trouble[0], "broker": lambda: ""})

    async with listening(lambda received: answer_health(health, received), "127.0.0.1", 0) as port:
        for line, status in ((b"GET /livez", 200), (b"GET /readyz", 200), (b"GET /", 404), (b"POST /livez", 404)):
            answer = await send(port, request(line, [b"Content-Length: 0"]))
            assert (answer.status, is_quiet(answer)) == (status, True)
        trouble[0] = "disk full"
        answer = await send(port, request(b"GET /readyz"))
        assert (answer.status, msgspec.json.decode(answer.body)) == (
            503,
            {"ready": False, "parts": {"storage": False, "broker": True}, "causes": {"storage": "disk full"}},
        )


@pytest.mark.parametrize(
    "identity",
    ["a%0d%0aX-Injected:%20yes", "%0a%0aforged=log", "%00", "%1b%5b31m", "%e2%80%a8", "%ff", "..%2f..", "x" * 129],
)
async def test_an_identity_in_the_path_injects_nothing(
    site: Site, identity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f"DELETE /ifttt/v1/triggers/door_opened/trigger_identity/{identity}".encode()
    answer = await send(site.port, request(line, [b"Authorization: Bearer " + site.tokens["ann"].encode()]))
    assert answer.status in {200, 400}
    assert b"injected" not in answer.head.lower()
    assert "forged" not in "".join(capsys.readouterr())


async def test_a_second_request_hidden_in_a_body_is_not_answered(site: Site) -> None:
    hidden = request(b"GET /ifttt/v1/status", [b"IFTTT-Service-Key: " + KEY.encode()])
    headers = [b"Content-Length: %d" % len(hidden), b"Transfer-Encoding: chunked"]
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request(b"POST /ifttt/v1/test/setup", headers, b"0\r\n\r\n" + hidden))
    assert (await read_answer(reader)).status == 400
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_what_strangers_send_reaches_no_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    secret = b"very-secret-7c1f"
    with capture_logs() as captured:
        for sent in (
            request(b"GET /ifttt/v1/user/info", [b"Authorization: Bearer " + secret]),
            request(b"GET /" + secret + b"\xff", [b"Bad Header " + secret]),
            request(b"GET /ifttt/v1/status", [b"X: \x00" + secret]),
            secret + b"\r\n\r\n",
            request(b"POST /ifttt/v1/triggers/door_opened?x=" + secret, [b"Content-Length: x" + secret]),
        ):
            for _ in range(3):
                await send(site.port, sent)
        told = [entry["event"] for entry in captured if entry["log_level"] != "debug"]
        assert told == ["web.refused"], (
            "whoever knocks fills our log: a wrong token is one line a minute, the rest none"
        )
        ann = site.tokens["ann"]
        await site.poll("ann", trigger_identity="abc")
        site.carry_out_error = ValueError("a fault")
        await site.request("POST", "actions/turn_on_light", token=ann, body={"actionFields": {"light": "elm-light"}})
    logged = caplog.text + "".join(str(format_exc_info(None, "", entry)) for entry in captured)
    assert "identity.first_seen" in logged, "this test would prove nothing"
    assert "Traceback" in logged
    assert ann not in logged
    assert secret.decode() not in logged
    assert caplog.text == ""


async def test_many_strangers_at_once_leave_the_service_working(site: Site) -> None:
    idle, halves = [await _strangers(site, first) for first in (2, 102)]
    for _, writer in halves:
        writer.write(b"POST /ifttt/v1/triggers/door_opened HTTP/1.1\r\nHost: x\r\nContent-Le")
    assert (await site.poll("ann")).status == 200
    for _, writer in idle + halves:
        writer.close()


async def _strangers(site: Site, first: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect from a hundred addresses: of one alone so many would be turned away."""
    return [
        await asyncio.open_connection("127.0.0.1", site.port, local_addr=(f"127.0.0.{number}", 0))
        for number in range(first, first + 100)
    ]
