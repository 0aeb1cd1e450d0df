"""Requests that no browser and no client of ours sends: bodies, methods, hosts, paths (OWASP ASVS 5.0, V2, V4, V13)."""

import asyncio
import gzip
import zlib
from typing import Final
from urllib.parse import quote

import msgspec
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bridge.errors import BadInput
from bridge.web.bodies import MAX_BODY_BYTES, MAX_FIELDS, read_form
from bridge.web.envelope import respond_with_data, respond_with_error
from bridge.web.server import listening
from tests.integration.web.reception import PASSWORD, PUBLIC_URL, SECRET
from tests.integration.web.site import Site
from tests.parts.walker import FORM
from tests.security.oauth.acting import (
    ACCOUNT,
    BACK,
    SESSION,
    TOKEN,
    agree,
    asking,
    connect,
    opens,
    redeem,
    signed_in,
    stranger,
)
from tests.security.raw import RawAnswer, request, send
from tests.security.test_strangers import is_quiet

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL: Final = b"evil.example.net"
PLACES: Final = (asking(), ACCOUNT, TOKEN)
every_place = pytest.mark.parametrize("path", PLACES, ids=["authorize", "account", "token"])

GOOD: Final = f"grant_type=password&client_id=production&client_secret={SECRET}&form=x".encode()
TYPE: Final = b"Content-Type: " + FORM.encode()


async def post(site: Site, path: str, headers: list[bytes], body: bytes) -> RawAnswer:
    """Send bytes to a place where forms are taken."""
    return await send(site.port, request(b"POST " + path.encode(), headers, body))


def is_refused(answer: RawAnswer) -> bool:
    """Tell whether a form was refused as such, quietly, with nothing given and nobody sent anywhere."""
    head = answer.head.lower()
    if b"application/json" in head:
        refused = msgspec.json.decode(answer.body).get("error") in {"invalid_request", None}
    else:
        refused = b"That was not understood" in answer.body or b"This page was open for too long" in answer.body
    return answer.status == 400 and refused and is_quiet(answer) and b"location:" not in head


ODD_FORMS: Final[dict[str, bytes]] = {
    "too many fields": b"&".join(b"f%d=x" % number for number in range(MAX_FIELDS + 1)),
    "very many fields": b"&".join([b"f=x"] * 10_000),
    "a field twice": GOOD + b"&client_id=production",
    "the form token twice": b"form=a&form=b",
    "bytes": b"form=\xff\xfe",
    "bytes behind percent signs": b"form=%ff%fe",
    "half a character": b"form=%ed%a0%80",
    "larger than any form": b"form=" + b"x" * MAX_BODY_BYTES,
}


@every_place
@pytest.mark.parametrize("body", ODD_FORMS.values(), ids=ODD_FORMS.keys())
async def test_a_form_that_is_too_large_or_broken_is_refused(site: Site, path: str, body: bytes) -> None:
    assert is_refused(await post(site, path, [TYPE, b"Content-Length: %d" % len(body)], body))


ODD_TYPES: Final[dict[str, bytes]] = {
    "none": b"",
    "JSON": b"Content-Type: application/json",
    "text": b"Content-Type: text/plain",
    "several parts": b"Content-Type: multipart/form-data; boundary=b",
    "XML": b"Content-Type: application/xml",
    "almost right": b"Content-Type: application/x-www-form-urlencoded-evil",
    "two": b"Content-Type: application/x-www-form-urlencoded, application/json",
    "nonsense": b"Content-Type: \x01\x02",
}


@every_place
@pytest.mark.parametrize("kind", ODD_TYPES.values(), ids=ODD_TYPES.keys())
async def test_what_is_no_form_is_refused_whatever_is_in_it(site: Site, path: str, kind: bytes) -> None:
    bodies = {
        b"Content-Type: application/json": msgspec.json.encode({"grant_type": "password", "client_secret": SECRET}),
        b"Content-Type: multipart/form-data; boundary=b": b'--b\r\nContent-Disposition: form-data; name="form"\r\n'
        b"\r\nx\r\n--b--\r\n",
    }
    body = bodies.get(kind, GOOD)
    headers = [kind] if kind else []
    answer = await post(site, path, [*headers, b"Content-Length: %d" % len(body)], body)
    assert answer.status == 400
    assert is_quiet(answer)
    assert b"location:" not in answer.head.lower()


@every_place
async def test_a_form_that_says_it_is_huge_or_comes_in_pieces_without_end_is_refused(site: Site, path: str) -> None:
    assert is_refused(await post(site, path, [TYPE, b"Content-Length: 99999999999"], GOOD))
    piece = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    assert is_refused(await post(site, path, [TYPE, b"Transfer-Encoding: chunked"], piece * 9 + b"0\r\n\r\n"))
    broken = await post(site, path, [TYPE, b"Transfer-Encoding: chunked"], b"zz\r\nx\r\n0\r\n\r\n")
    assert (broken.status, is_quiet(broken)) == (400, True)


@every_place
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_bomb_in_a_form_does_not_go_off(site: Site, path: str, coding: str) -> None:
    compress = gzip.compress if coding == "gzip" else zlib.compress
    for body in (compress(b"form=" + b" " * 5_000_000), b"not compressed at all"):
        headers = [TYPE, b"Content-Encoding: " + coding.encode(), b"Content-Length: %d" % len(body)]
        assert is_refused(await post(site, path, headers, body))


async def test_a_form_that_drips_is_given_up() -> None:
    async def answer(received: web.BaseRequest) -> web.StreamResponse:
        try:
            return respond_with_data(await read_form(received, within_s=0.05), received)
        except BadInput as error:
            return respond_with_error(str(error), 400)

    async with listening(answer, "127.0.0.1", 0) as port:
        slow = await send(port, request(b"POST /", [TYPE, b"Content-Length: 5"], b"a=b"))
        assert (slow.status, slow.is_error) == (400, True)
        fast = await send(port, request(b"POST /", [TYPE, b"Content-Length: 3"], b"a=b"))
        assert fast.status == 200, "this test would prove nothing"


async def test_what_strangers_send_to_the_pages_fills_no_log_and_is_not_quoted_there(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """However they break it: in the middle of a form, with broken chunks or compression, with wrong credentials."""
    secret = b"very-secret-7c1f"
    broken = (
        ([b"Content-Encoding: gzip", b"Content-Length: 16"], secret),
        ([b"Transfer-Encoding: chunked"], b"zz\r\n" + secret),
        ([b"Content-Length: 16"], secret),
        ([b"Content-Length: 27"], b"code=x&form=" + secret[:15]),
        ([b"Content-Type: " + secret, b"Content-Length: 16"], secret),
        ([b"Cookie: " + SESSION.encode() + b"=" + secret, b"Content-Length: 0"], b""),
        ([b"Authorization: Basic " + secret, b"Content-Length: 0"], b""),
    )
    with capture_logs() as captured:
        for path in PLACES:
            for headers, body in broken:
                sent = request(b"POST " + path.encode() + b"&x=" + secret, [TYPE, *headers], body)
                for _ in range(3):
                    await send(site.port, sent)
            _, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(request(b"POST " + path.encode(), [TYPE, b"Content-Length: 500"], b"form=" + secret))
            writer.close()
            await writer.wait_closed()
        await stranger(site).get(ACCOUNT)
    told = [entry["event"] for entry in captured if entry["log_level"] != "debug"]
    assert set(told) <= {"web.refused"}
    assert len(told) <= 1, "one line a minute for whoever knocks"
    assert secret.decode() not in str(captured)
    assert caplog.text == ""


async def test_many_forms_that_drip_at_once_leave_the_pages_working(site: Site) -> None:
    halves = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(60)]
    for number, (_, writer) in enumerate(halves):
        path = PLACES[number % 3].encode()
        writer.write(request(b"POST " + path, [TYPE, b"Content-Length: 500"], b"form="))
    assert (await stranger(site).get(asking())).status == 200
    assert (await redeem(site, await agree(site))).status == 200
    for _, writer in halves:
        writer.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "PROPFIND"])
async def test_other_methods_are_told_which_there_are_and_nothing_else(site: Site, method: str) -> None:
    allowed = {ACCOUNT: b"GET, POST", asking(): b"GET, POST", TOKEN: b"POST"}
    for path, methods in allowed.items():
        secret = [b"Cookie: " + SESSION.encode() + b"=a-secret", b"Content-Length: 0"]
        answer = await send(site.port, request(f"{method} {path}".encode(), secret))
        assert (answer.status, answer.body) == (405, b"")
        assert b"\r\nallow: " + methods.lower() + b"\r\n" in answer.head.lower()
        assert b"\r\ncache-control: no-store\r\n" in answer.head.lower()
        assert b"a-secret" not in answer.head
        assert b"set-cookie" not in answer.head.lower()
        assert is_quiet(answer)


async def test_no_token_is_to_be_had_by_get(site: Site) -> None:
    code = await agree(site)
    query = f"grant_type=authorization_code&code={code}&client_id=production&client_secret={SECRET}"
    answer = await send(site.port, request(f"GET {TOKEN}?{query}&redirect_uri={BACK['production']}".encode()))
    assert (answer.status, answer.body) == (405, b"")
    assert (await redeem(site, code)).status == 200, "nor does the code go in vain"


@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
async def test_a_method_in_a_header_or_a_field_is_not_looked_at(site: Site, method: str) -> None:
    headers = [b"X-HTTP-Method-Override: " + method.encode(), b"X-HTTP-Method: " + method.encode()]
    answer = await send(site.port, request(f"GET {TOKEN}?_method={method}".encode(), headers))
    assert answer.status == 405


HOSTS: Final[dict[str, list[bytes]]] = {
    "another host": [b"Host: " + EVIL],
    "another host with a port": [b"Host: " + EVIL + b":443"],
    "user before ours": [b"Host: home.example.org@" + EVIL],
    "ours and another": [b"Host: home.example.org, " + EVIL],
    "forwarded": [b"Host: x", b"X-Forwarded-Host: " + EVIL, b"Forwarded: host=" + EVIL + b";proto=http"],
    "rewritten": [b"Host: x", b"X-Original-URL: //" + EVIL, b"X-Rewrite-URL: //" + EVIL, b"X-Host: " + EVIL],
    "by another scheme": [
        b"Host: " + EVIL,
        b"X-Forwarded-Proto: http",
        b"X-Forwarded-Port: 80",
        b"Front-End-Https: off",
    ],
    "by another prefix": [b"Host: " + EVIL, b"X-Forwarded-Prefix: //" + EVIL, b"X-Script-Name: /" + EVIL],
}


@pytest.mark.parametrize("hosts", HOSTS.values(), ids=HOSTS.keys())
async def test_a_host_that_is_claimed_shows_in_no_answer(site: Site, hosts: list[bytes]) -> None:
    cookie = b"Cookie: " + SESSION.encode() + b"=" + site.reception.sessions.begin(site.users["ann"].id).encode()
    lines = (
        b"GET " + asking().encode(),
        b"GET " + asking(response_type="token").encode(),
        b"GET " + asking(client_id="nobody").encode(),
        b"GET " + ACCOUNT.encode(),
        b"POST " + ACCOUNT.encode(),
        b"POST " + TOKEN.encode(),
        b"GET /oauth/nothing",
        b"GET /ifttt/v1/user/info",
        b"GET http://" + EVIL + asking().encode(),
        b"GET http://" + EVIL + asking(response_type="token").encode(),
        b"GET //" + EVIL + asking().encode(),
    )
    for line in lines:
        sent = b"\r\n".join((line + b" HTTP/1.1", *hosts, cookie, b"Content-Length: 0", b"", b""))
        answer = await send(site.port, sent)
        assert EVIL not in answer.head + answer.body, line
        if b"location:" in answer.head.lower():
            assert b"iss=https%3A%2F%2Fhome.example.org" in answer.head
        if b"set-cookie:" in answer.head.lower():
            assert b"; secure" in answer.head.lower()


async def test_where_a_person_is_sent_after_signing_in_and_out_is_ours_whatever_host_is_claimed(site: Site) -> None:
    hostile = {"Host": EVIL.decode(), "X-Forwarded-Host": EVIL.decode()}
    new = stranger(site)
    page = await new.get(ACCOUNT, hostile)
    inside = await new.send(page, headers=hostile, username="ann", password=PASSWORD)
    assert inside.location == f"{PUBLIC_URL}{ACCOUNT}"
    account = await new.get(ACCOUNT, hostile)
    assert (await new.send(account, headers=hostile, decision="sign out")).location == f"{PUBLIC_URL}{ACCOUNT}"


async def test_a_token_or_code_in_a_query_opens_nothing(site: Site) -> None:
    connection = await connect(site)
    for name in ("access_token", "token", "bearer", "Authorization", "code", "session", SESSION):
        for value in (connection.access, connection.refresh, connection.code):
            answer = await site.request("GET", f"user/info?{name}={quote(value)}")
            assert answer.is_error(401)
            page = await stranger(site).get(f"{ACCOUNT}?{name}={quote(value)}")
            assert "Sign in" in page.text
            assert value not in page.text
    assert await opens(site, connection.access)


@pytest.mark.parametrize("at", [b"username", b"form", b"decision", b"grant"])
async def test_line_ends_in_a_field_inject_no_header(site: Site, at: bytes) -> None:
    for path in (asking(), ACCOUNT):
        walker = signed_in(site)
        page = await walker.get(path)
        fields = {**page.forms[0].fields, "password": "x", at.decode(): "a\r\nX-Injected: yes\r\n\r\n<html>"}
        answer = await walker.post(path, fields)
        assert not any(name.lower().startswith("x-injected") for name in answer.headers)
        assert "<html>" not in answer.text


@pytest.mark.parametrize(
    "injected", ["%0d%0aX-Injected:%20yes", "%0aX-Injected:yes", "%e5%98%8a%e5%98%8dX-Injected:yes"]
)
async def test_line_ends_in_any_parameter_inject_no_header(site: Site, injected: str) -> None:
    for name in ("state", "scope", "response_type", "client_id", "redirect_uri", "code_challenge", "other", "iss"):
        base = (
            asking(**{name: None})
            if name in {"state", "scope", "response_type", "client_id", "redirect_uri"}
            else asking()
        )
        for walker in (stranger(site), signed_in(site)):
            page = await walker.get(f"{base}&{name}=x{injected}")
            assert not any(header.lower().startswith("x-injected") for header in page.headers)
            assert "\n" not in (page.location or "")
    after = await stranger(site).get(f"{asking()}&x={injected}")
    walker = stranger(site)
    signed = await walker.post(
        after.path, {**(await walker.get(after.path)).forms[0].fields, "username": "ann", "password": PASSWORD}
    )
    assert signed.location is not None
    assert signed.location.isprintable()
    assert not any(header.lower().startswith("x-injected") for header in signed.headers)


@every_place
@pytest.mark.parametrize("fault", [b"\x00", b"\xff" * 300, b"%zz", b"&&&&", b"=&=&=", b"a" * 7000, b"[]=x&{}=y"])
async def test_a_query_of_any_shape_is_answered_and_says_nothing_of_us(site: Site, path: str, fault: bytes) -> None:
    place = path.partition("?")[0].encode()
    for method, query in ((b"GET", fault), (b"POST", fault), (b"GET", path.partition("?")[2].encode() + b"&" + fault)):
        answer = await send(site.port, request(method + b" " + place + b"?" + query, [TYPE, b"Content-Length: 0"]))
        assert answer.status in {200, 400, 401, 405}
        assert is_quiet(answer)


async def test_very_many_parameters_are_refused(site: Site) -> None:
    page = await stranger(site).get(asking() + "&x=y" * 100)
    assert (page.status, page.location) == (400, None)
