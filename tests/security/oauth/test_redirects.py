"""Nobody is ever sent to an address that the configuration does not hold letter by letter (RFC 9700, 4.1 and 4.11)."""

from typing import Final
from urllib.parse import quote, urlencode

import pytest

from tests.integration.web.reception import PASSWORD, PRODUCTION, PUBLIC_URL, STAGING
from tests.integration.web.site import Site
from tests.parts.walker import Page
from tests.security.oauth.acting import AUTHORIZE, BACK, asking, sign_in, signed_in, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

RIGHT: Final = BACK["production"]
EVIL: Final = "evil.example.net"
TRICKS: Final[dict[str, str]] = {
    "prefix": f"https://{EVIL}/?{RIGHT}",
    "prefix of the host": f"https://{EVIL}.ifttt.com/channels/home/authorize",
    "suffix of the host": f"https://ifttt.com.{EVIL}/channels/home/authorize",
    "glued to the host": f"https://ifttt.com{EVIL}/channels/home/authorize",
    "user": f"https://ifttt.com@{EVIL}/channels/home/authorize",
    "user and password": f"https://ifttt.com:443@{EVIL}/channels/home/authorize",
    "user before the right host": "https://evil@ifttt.com/channels/home/authorize",
    "fragment": f"{RIGHT}#evil",
    "empty fragment": f"{RIGHT}#",
    "host behind a fragment": f"https://{EVIL}#{RIGHT}",
    "upper case host": "https://IFTTT.com/channels/home/authorize",
    "upper case scheme": "HTTPS://ifttt.com/channels/home/authorize",
    "upper case path": "https://ifttt.com/channels/Home/authorize",
    "percent sign for a letter": "https://ifttt.com/channels/%68ome/authorize",
    "percent sign for a slash": "https://ifttt.com/channels/home%2Fauthorize",
    "percent signs twice": "https://ifttt.com/channels/%2568ome/authorize",
    "encoded whole": quote(RIGHT, safe=""),
    "encoded whole twice": quote(quote(RIGHT, safe=""), safe=""),
    "backslash for the path": f"https://{EVIL}\\ifttt.com/channels/home/authorize",
    "backslash and user": f"https://ifttt.com\\@{EVIL}/channels/home/authorize",
    "port that goes without saying": "https://ifttt.com:443/channels/home/authorize",
    "other port": "https://ifttt.com:8443/channels/home/authorize",
    "further path": f"{RIGHT}/evil",
    "slash at the end": f"{RIGHT}/",
    "shorter path": "https://ifttt.com/channels/home",
    "path upwards": f"{RIGHT}/../../evil",
    "path upwards, encoded": f"{RIGHT}/%2e%2e/evil",
    "path of no effect": "https://ifttt.com/channels/./home/authorize",
    "path parameter": f"{RIGHT};evil",
    "plain http": "http://ifttt.com/channels/home/authorize",
    "no scheme": "//ifttt.com/channels/home/authorize",
    "a path alone": "/channels/home/authorize",
    "script": "javascript:alert(1)//https://ifttt.com/channels/home/authorize",
    "data": "data:text/html,<script>alert(1)</script>",
    "an app": "ifttt://channels/home/authorize",
    "dot behind the host": "https://ifttt.com./channels/home/authorize",
    "letters that look alike": "https://\u0456fttt.com/channels/home/authorize",
    "the same in punycode": "https://xn--fttt-33d.com/channels/home/authorize",
    "wide letters": "https://\uff49\uff46\uff54\uff54\uff54.com/channels/home/authorize",
    "wide slash": f"https://{EVIL}\uff0fifttt.com/channels/home/authorize",
    "query": f"{RIGHT}?next=https://{EVIL}",
    "empty query": f"{RIGHT}?",
    "less of the query": "https://ifttt.com/back",
    "other value in the query": "https://ifttt.com/back?service=evil",
    "more in the query": "https://ifttt.com/back?service=home&next=evil",
    "space before": f" {RIGHT}",
    "space behind": f"{RIGHT} ",
    "tab within": RIGHT.replace("ifttt", "if\tttt"),
    "line end behind": f"{RIGHT}\r\nX-Injected: yes",
    "NUL behind": f"{RIGHT}\x00",
    "our own pages": f"{PUBLIC_URL}/oauth/account",
    "the other client's": BACK["staging"],
    "nothing": "",
}


def goes_nowhere(page: Page) -> bool:
    """Tell whether a page leads to nobody, and does not even show where it was asked to lead."""
    policy = page.headers["Content-Security-Policy"]
    return (
        page.status == 400
        and page.location is None
        and "form-action 'self';" in policy
        and EVIL not in page.text
        and page.forms == []
        and "Set-Cookie" not in page.headers
        and "Refresh" not in page.headers
    )


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
async def test_no_address_is_a_way_back_but_those_agreed_upon_letter_by_letter(site: Site, trick: str) -> None:
    for walker in (stranger(site), signed_in(site)):
        assert goes_nowhere(await walker.get(asking(redirect_uri=trick)))


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
async def test_no_error_leads_to_such_an_address_either(site: Site, trick: str) -> None:
    walker = stranger(site)
    assert goes_nowhere(await walker.get(asking(redirect_uri=trick, response_type="token", scope="all")))


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
async def test_a_form_for_the_right_address_is_not_good_for_such_a_one(site: Site, trick: str) -> None:
    walker = signed_in(site)
    page = await walker.get(asking())
    for decision in ("allow", "refuse"):
        fields = page.forms[0].fields | {"decision": decision, "redirect_uri": RIGHT}
        assert goes_nowhere(await walker.post(asking(redirect_uri=trick), fields))
    assert await site.rows("codes") == 0


async def test_an_address_in_the_form_counts_for_nothing(site: Site) -> None:
    walker = signed_in(site)
    page = await walker.get(asking())
    back = await walker.send(page, decision="refuse", redirect_uri=f"https://{EVIL}/", client_id="staging", state="x")
    assert back.location == f"{RIGHT}?error=access_denied&state=a+state&iss=https%3A%2F%2Fhome.example.org"


@pytest.mark.parametrize("name", ["redirect_uri", "client_id"])
async def test_who_is_asking_may_be_said_once_only(site: Site, name: str) -> None:
    values = {"redirect_uri": (RIGHT, f"https://{EVIL}/"), "client_id": ("production", "staging")}[name]
    for first, second in (values, values[::-1], (values[0], values[0])):
        pair = urlencode([(name, first), (name, second)])
        rest = asking(**{name: None}).partition("?")[2]
        for query in (f"{pair}&{rest}", f"{rest}&{pair}"):
            assert goes_nowhere(await stranger(site).get(f"{AUTHORIZE}?{query}"))


@pytest.mark.parametrize("name", ["redirect_uri", "client_id"])
async def test_who_is_asking_must_be_said(site: Site, name: str) -> None:
    assert goes_nowhere(await stranger(site).get(asking(**{name: None})))
    assert goes_nowhere(await stranger(site).get(f"{asking(**{name: None})}&{name}"))
    assert goes_nowhere(await stranger(site).get(f"{asking(**{name: None})}&{name}[]={quote(RIGHT)}"))


@pytest.mark.parametrize("client", ["", "Production", "production ", "production\x00", "%", "nobody", "' OR 1=1 --"])
async def test_a_client_that_nobody_knows_sends_nobody_anywhere(site: Site, client: str) -> None:
    assert goes_nowhere(await stranger(site).get(asking(client_id=client)))


async def test_an_address_of_one_client_is_none_of_another(site: Site) -> None:
    assert goes_nowhere(await stranger(site).get(asking(STAGING, redirect_uri=RIGHT)))
    assert goes_nowhere(await stranger(site).get(asking(PRODUCTION, redirect_uri=BACK["staging"])))
    assert (await stranger(site).get(asking(STAGING))).status == 200, "this test would prove nothing"


async def test_a_password_that_was_typed_is_not_sent_on_with_the_browser(site: Site) -> None:
    """With 307 or 308 the browser would send the form, password and all, to where it goes next."""
    walker = stranger(site)
    signed = await sign_in(walker, await walker.get(asking()))
    agreed = await walker.send(await walker.follow(signed), decision="allow")
    assert (signed.status, agreed.status) == (303, 303)


async def test_what_stands_in_the_query_of_an_agreed_address_stays_there(site: Site) -> None:
    walker = signed_in(site)
    page = await walker.get(asking(redirect_uri=PRODUCTION.redirect_uris[1]))
    back = await walker.send(page, decision="allow")
    assert back.location is not None
    assert back.location.startswith("https://ifttt.com/back?service=home&code=")


async def test_the_way_back_to_our_own_page_is_always_our_own_address(site: Site) -> None:
    walker = stranger(site)
    hostile = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "gopher", "Forwarded": f"host={EVIL}"}
    path = f"{asking()}&next=https://{EVIL}&return_to=//{EVIL}"
    page = await walker.get(path, headers=hostile)
    signed = await walker.send(page, headers=hostile, username="ann", password=PASSWORD)
    assert (signed.status, signed.location) == (303, f"{PUBLIC_URL}{path}")
