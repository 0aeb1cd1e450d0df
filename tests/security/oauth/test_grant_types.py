"""Other flows, more scope, and clients that say in odd ways who they are (RFC 6749, 2.3, 3.3, 4; RFC 9700, 2.1.2)."""

import base64
from urllib.parse import quote

import pytest

from tests.integration.web.reception import PASSWORD, PRODUCTION, SECRET, STAGING, STAGING_SECRET
from tests.integration.web.site import Site
from tests.parts.walker import FORM
from tests.security.oauth.acting import (
    BACK,
    TOKEN,
    agree,
    ask_token,
    asking,
    connect,
    credentials,
    is_refused,
    redeem,
    refresh,
    signed_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def basic(client_id: str, secret: str) -> str:
    """Return a header as RFC 6749, 2.3.1 has it."""
    text = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(text.encode()).decode()


RIGHT = basic("production", SECRET)
ODD_HEADERS = {
    "nothing behind it": "Basic",
    "empty": "Basic ",
    "not encoded": f"Basic production:{SECRET}",
    "not base64": "Basic !!!!",
    "base64 cut short": RIGHT[:-2],
    "two of them": f"{RIGHT}, {RIGHT}",
    "not UTF-8": "Basic " + base64.b64encode(b"production:\xff\xfe").decode(),
    "no colon": "Basic " + base64.b64encode(b"production").decode(),
    "no secret": basic("production", ""),
    "no client": basic("", SECRET),
    "space behind the secret": basic("production", SECRET + " "),
    "line end behind the secret": basic("production", SECRET + "\n"),
    "other client": basic("staging", SECRET),
    "other secret": basic("production", STAGING_SECRET),
    "other case": basic("Production", SECRET),
    "secret cut short": basic("production", SECRET[:-1]),
    "secret and more": basic("production", SECRET + "x"),
    "encoded twice": basic("production", "".join(f"%{octet:02x}" for octet in SECRET.encode())),
    "as a bearer": RIGHT.replace("Basic", "Bearer"),
    "as digest": RIGHT.replace("Basic", "Digest"),
    "without a scheme": RIGHT.removeprefix("Basic "),
    "the secret as a bearer token": f"Bearer {SECRET}",
}


@pytest.mark.parametrize("kind", ["token", "id_token", "code token", "code id_token", "none", "Code", "code ", ""])
async def test_no_flow_but_the_code_is_offered(site: Site, kind: str) -> None:
    back = await signed_in(site).get(asking(response_type=kind))
    assert back.status == 303
    assert back.brought["error"] == ("unsupported_response_type" if kind else "invalid_request")
    assert "access_token" not in (back.location or "")
    assert "#" not in (back.location or "")


@pytest.mark.parametrize("mode", ["fragment", "form_post", "query.jwt", "web_message"])
async def test_an_answer_comes_in_the_query_whatever_mode_is_asked_for(site: Site, mode: str) -> None:
    walker = signed_in(site)
    back = await walker.send(await walker.get(asking(response_mode=mode)), decision="allow")
    assert back.location is not None
    assert "#" not in back.location
    assert set(back.brought) == {"code", "state", "iss"}


@pytest.mark.parametrize(
    "grant",
    [
        "password",
        "client_credentials",
        "implicit",
        "token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "Authorization_Code",
        "authorization_code ",
    ],
)
async def test_no_other_grant_type_gives_anything(site: Site, grant: str) -> None:
    form = {"username": "ann", "password": PASSWORD, "scope": "ifttt", "code": await agree(site)}
    answer = await ask_token(site, grant_type=grant, redirect_uri=BACK["production"], **form, **credentials(PRODUCTION))
    assert is_refused(answer, "unsupported_grant_type")


@pytest.mark.parametrize("scope", ["admin", "ifttt admin", "IFTTT", "ifttt,admin", "*", "openid ifttt", "ifttt\tall"])
async def test_no_more_than_the_one_scope_is_given(site: Site, scope: str) -> None:
    back = await signed_in(site).get(asking(scope=scope))
    assert (back.status, back.brought["error"]) == (303, "invalid_scope")
    connection = await connect(site)
    assert is_refused(await refresh(site, connection.refresh, scope=scope), "invalid_scope")
    code = await agree(site)
    assert (await redeem(site, code, scope=scope)).json["scope"] == "ifttt", "it was agreed to before"


async def test_a_secret_in_the_query_is_refused_even_if_it_is_right(site: Site) -> None:
    code = await agree(site)
    query = f"client_id=production&client_secret={SECRET}"
    body = f"grant_type=authorization_code&code={code}&redirect_uri={quote(BACK['production'], safe='')}"
    for path in (f"{TOKEN}?{query}", f"{TOKEN}?{query}&{body}", f"{TOKEN}?code={code}"):
        answer = await site.request("POST", path, headers={"Content-Type": FORM}, data=f"{body}&{query}".encode())
        assert is_refused(answer, "invalid_request")
    assert (await site.request("GET", f"{TOKEN}?{query}&{body}")).status == 405
    assert (await redeem(site, code)).status == 200, "this test would prove nothing"


async def test_a_client_that_says_in_two_ways_who_it_is_is_refused(site: Site) -> None:
    code = await agree(site)
    header = {"Authorization": RIGHT}
    for more in ({"client_secret": SECRET}, {"client_id": "staging"}, credentials(PRODUCTION), credentials(STAGING)):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK["production"], **more}
        assert is_refused(await ask_token(site, header, **form), "invalid_request")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK["production"]}
    assert (await ask_token(site, header, **form)).status == 200, "this test would prove nothing"


@pytest.mark.parametrize("header", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
async def test_an_odd_header_is_no_client(site: Site, header: str) -> None:
    code = await agree(site)
    answer = await ask_token(
        site,
        {"Authorization": header},
        grant_type="authorization_code",
        code=code,
        redirect_uri=BACK["production"],
    )
    assert is_refused(answer, "invalid_client", 401)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="token"'
    assert SECRET.encode() not in answer.body


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        (None, None),
        ("production", None),
        ("production", ""),
        (None, SECRET),
        ("staging", SECRET),
        ("production", STAGING_SECRET),
        ("production", SECRET.upper()),
        ("production", f" {SECRET}"),
        ("production\x00", SECRET),
        ("", ""),
        ("nobody", SECRET),
        ("production", "x" * 60_000),
        ("production", "\ufeff" + SECRET),
    ],
)
async def test_nobody_gets_a_token_without_the_secret(site: Site, client_id: str | None, secret: str | None) -> None:
    code = await agree(site)
    assert is_refused(await redeem(site, code, client_id=client_id, client_secret=secret), "invalid_client", 401)
    assert (await redeem(site, code)).status == 200, "nor does a code go in vain"


async def test_a_service_key_or_a_users_token_is_no_client(site: Site) -> None:
    code = await agree(site)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK["production"]}
    for headers in ({"IFTTT-Service-Key": "the-key-of-production"}, {"Authorization": f"Bearer {site.tokens['ann']}"}):
        assert is_refused(await ask_token(site, headers, **form), "invalid_client", 401)
    assert is_refused(await redeem(site, code, client_secret="the-key-of-production"), "invalid_client", 401)


async def test_a_client_assertion_is_not_taken_for_a_secret(site: Site) -> None:
    more = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": "eyJhbGciOiJub25lIn0.e30.",
        "client_secret": None,
    }
    assert is_refused(await redeem(site, await agree(site), **more), "invalid_client", 401)
