"""Paths near ours, and ours where nobody may ask (I7)."""

from typing import Final

import pytest

from tests.integration.web.reception import PRODUCTION, STAGING
from tests.integration.web.site import Site
from tests.security.oauth.acting import ACCOUNT, TOKEN, agree, asking, redeem, signed_in
from tests.security.raw import RawAnswer, request, send
from tests.security.test_strangers import is_quiet

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES: Final = (asking(), ACCOUNT, TOKEN)
NOTHING_HERE: Final = (
    "/oauth",
    "/oauth/",
    "/oauth/tokens",
    "/oauth/Token",
    "/oauth/token/x",
    "/oauth/authorize/x",
    "/oauth/account/1",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/userinfo",
    "/oauth/register",
    "/oauth/device",
    "/oauth/.well-known/oauth-authorization-server",
    "/oauth/style.css",
    "/oauth/templates/sign_in.html",
    "/oauth/..%2fifttt",
    "/oauth/%2e%2e/%2e%2e/etc/passwd",
    "/oauth%2ftoken",
    "/oauth\\token",
    "/OAuth/token",
    "/oauth2/token",
    "/oauth;x/token",
    "/oauth/token;x",
    "/oauth/token%00",
    "/oauth/token.json",
    "/oauth/%ff",
    "/x/oauth/token",
    "/ifttt/v1/oauth/token",
    "/ifttt/v1/oauth/authorize",
    "/ifttt/oauth/token",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/change-password",
    "/login",
    "/metrics",
    "/readyz",
    "/dashboard",
    "/favicon.ico",
    "/robots.txt",
)


def without_date(answer: RawAnswer) -> tuple[int, list[bytes], bytes]:
    """Return all of an answer but when it was given."""
    lines = [line for line in answer.head.split(b"\r\n") if not line.lower().startswith(b"date:")]
    return answer.status, lines, answer.body


@pytest.mark.parametrize("path", NOTHING_HERE)
async def test_a_path_that_is_none_of_ours_is_told_from_no_other(site: Site, path: str) -> None:
    nothing = without_date(await send(site.port, request(b"GET /nothing-of-the-kind")))
    assert (nothing[0], nothing[2]) == (404, b"Not found")
    assert {b"Cache-Control: no-store", b"X-Content-Type-Options: nosniff"} <= set(nothing[1])
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        answer = await send(site.port, request(f"{method} {path}".encode(), [b"Content-Length: 0"]))
        assert without_date(answer) == nothing
        assert is_quiet(answer)


async def test_without_a_client_there_are_no_pages_and_no_token_endpoint(site: Site) -> None:
    nothing = without_date(await send(site.port, request(b"GET /nothing-of-the-kind")))
    site.reception.clients.replace(())
    try:
        for path in PLACES:
            for method in ("GET", "POST", "HEAD", "OPTIONS", "TRACE"):
                answer = await send(site.port, request(f"{method} {path}".encode(), [b"Content-Length: 0"]))
                assert answer.status == 404
                assert method == "HEAD" or without_date(answer) == nothing
        assert (await site.poll("ann")).status == 200, "a token made by hand goes on"
    finally:
        site.reception.clients.replace((PRODUCTION, STAGING))


async def test_a_client_that_is_gone_from_the_configuration_gets_nothing_any_more(site: Site) -> None:
    code, walker = await agree(site), signed_in(site)
    page = await walker.get(asking())
    site.reception.clients.replace((STAGING,))
    try:
        assert (await redeem(site, code)).status == 401
        answer = await walker.send(page, decision="allow")
        assert (answer.status, answer.location) == (400, None)
    finally:
        site.reception.clients.replace((PRODUCTION, STAGING))
