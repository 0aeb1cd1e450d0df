"""What pages are misused for: frames, scripts, markup in names, caches (OWASP ASVS 5.0, V3; RFC 9700, 4.16)."""

from typing import Any, Final
from urllib.parse import quote, unquote

import pytest

from bridge.homes.user import User
from bridge.ifttt.abilities import Abilities
from bridge.oauth.clients import Client
from bridge.web.pages import TEMPLATES, Pages
from tests.integration.web.reception import PRODUCTION, PUBLIC_URL, STAGING
from tests.integration.web.site import Site
from tests.parts.walker import Page, Walker, read_tags
from tests.security.oauth.acting import ACCOUNT, asking, connect, sign_in, signed_in, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP: Final[dict[str, str]] = {
    "a script": "<script>alert(1)</script>",
    "out of an attribute": '"><img src=x onerror=alert(1)>',
    "out of an attribute, single": "'><svg onload=alert(1)>",
    "another attribute": '" onfocus="alert(1)" autofocus="',
    "out of the title": "</title><script>alert(1)</script>",
    "out of the style": "</style><script>alert(1)</script>",
    "out of the form": '</form><form action="https://evil.example.net"><input name="password">',
    "a comment": "<!-- ",
    "a template": "{{ 7 * 7 }}{% for x in y %}{{ config }}",
    "an address": "javascript:alert(1)",
    "entities": "&lt;script&gt;&#60;script&#62;",
    "a NUL": "<\x00script>alert(1)</script>",
    "line ends": "\r\n\r\n<script>alert(1)</script>\u2028\u2029",
    "half closed": "<img src='https://evil.example.net/?",
    "a base": '<base href="https://evil.example.net/">',
    "a meta": '<meta http-equiv="refresh" content="0;url=https://evil.example.net/">',
}
PAGES: Final = Pages()
markup = pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP.keys())


async def every_page(site: Site) -> dict[str, Page]:
    """Return each page that there is, by what it says."""
    await connect(site)
    new, in_ = stranger(site), signed_in(site)
    consent, account = await in_.get(asking()), await in_.get(ACCOUNT)
    form = await new.get(asking())
    return {
        "sign in to connect": form,
        "sign in": await stranger(site).get(ACCOUNT),
        "agree": consent,
        "connections": account,
        "wrong password": await sign_in(new, form, password="wrong"),
        "too many attempts": await _turned(site),
        "stale": await in_.post(asking(), {"decision": "allow"}),
        "stale connections": await in_.post(ACCOUNT, {"decision": "revoke"}),
        "from elsewhere": await in_.post(asking(), {}, {"Origin": "https://evil.example.net"}),
        "unknown client": await in_.get(asking(client_id="nobody")),
        "broken form": await in_.request("POST", asking(), headers={"Content-Type": "text/plain"}, data=b"x"),
    }


async def _turned(site: Site) -> Page:
    walker = stranger(site)
    page = await walker.get(ACCOUNT)
    for _ in range(4):
        await sign_in(walker, page, "nobody", "wrong")
    last = await sign_in(walker, page, "nobody", "wrong")
    assert last.status == 429
    site.clock.seconds += 4000
    return last


async def every_redirect(site: Site) -> dict[str, Page]:
    """Return each answer that sends a browser on."""
    walker, new = signed_in(site), stranger(site)
    consent, account = await walker.get(asking()), await walker.get(ACCOUNT)
    return {
        "agreed": await walker.send(consent, decision="allow"),
        "refused": await walker.send(consent, decision="refuse"),
        "wrong request": await walker.get(asking(response_type="token")),
        "signed in": await sign_in(new, await new.get(asking())),
        "signed in at the account page": await sign_in(new, await stranger_form(new)),
        "signed out": await walker.send(account, decision="sign out"),
    }


async def stranger_form(walker: Walker) -> Page:
    """Return the page to sign in, in a browser without cookies."""
    walker.cookies.clear()
    return await walker.get(ACCOUNT)


def policy_of(page: Page) -> dict[str, str]:
    """Return the directives of a page's policy."""
    directives = page.headers["Content-Security-Policy"].split(";")
    return {name: value for name, _, value in (directive.strip().partition(" ") for directive in directives)}


async def test_no_page_can_be_put_into_a_frame(site: Site) -> None:
    for name, page in (await every_page(site)).items():
        assert policy_of(page)["frame-ancestors"] == "'none'", name
        assert page.headers["X-Frame-Options"] == "DENY", name


async def test_no_page_may_run_a_script_or_load_anything_from_anywhere(site: Site) -> None:
    for name, page in (await every_page(site)).items():
        policy = policy_of(page)
        assert policy["default-src"] == "'none'", name
        assert policy["base-uri"] == "'none'", name
        assert policy["style-src"].startswith("'sha256-"), name
        assert set(policy) == {"default-src", "style-src", "form-action", "frame-ancestors", "base-uri"}, name
        assert "unsafe" not in page.headers["Content-Security-Policy"], name
        assert "*" not in page.headers["Content-Security-Policy"], name


async def test_no_page_holds_a_script_or_an_address_of_somebody_else(site: Site) -> None:
    for name, page in (await every_page(site)).items():
        for tag, attributes in page.tags:
            assert tag not in {"script", "iframe", "object", "embed", "base", "link", "img", "use", "image"}, name
            if tag == "a":  # the one to where a connection is ended
                assert attributes.pop("href") == f"{PUBLIC_URL}{ACCOUNT}", name
            assert not any(attribute.startswith("on") for attribute in attributes), name
            assert not {"src", "href", "action", "formaction", "style", "srcdoc"} & set(attributes), (name, tag)


async def test_a_form_may_lead_to_us_and_to_the_client_that_asks_and_nowhere_else(site: Site) -> None:
    for path, away in ((asking(), "'self' https://ifttt.com"), (ACCOUNT, "'self'")):
        for walker in (stranger(site), signed_in(site)):
            assert policy_of(await walker.get(path))["form-action"] == away


async def test_no_page_and_no_redirect_is_kept_by_a_cache_or_tells_the_next_site_where_one_was(site: Site) -> None:
    for name, page in (await every_page(site) | await every_redirect(site)).items():
        assert page.headers["Cache-Control"] == "no-store", name
        assert page.headers["Referrer-Policy"] == "same-origin", name
        assert page.headers["X-Content-Type-Options"] == "nosniff", name
        if page.location is None:
            assert page.headers["Content-Type"] == "text/html; charset=utf-8", name


async def test_every_answer_of_the_token_endpoint_is_json_that_no_cache_keeps(site: Site) -> None:
    walker = stranger(site)
    for body in (b"", b"grant_type=x", b"client_id=production&client_secret=x"):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        page = await walker.request("POST", "/oauth/token", headers=form, data=body)
        assert page.headers["Content-Type"] == "application/json; charset=utf-8"
        assert (page.headers["Cache-Control"], page.headers["Pragma"]) == ("no-store", "no-cache")
        assert page.headers["X-Content-Type-Options"] == "nosniff"


def shape(tags: list[tuple[str, dict[str, str]]]) -> list[tuple[str, list[str]]]:
    """Return what of a page no name may change."""
    return [(tag, sorted(attributes)) for tag, attributes in tags]


@markup
async def test_a_name_that_was_typed_stays_text(site: Site, text: str) -> None:
    for path in (asking(), ACCOUNT):
        pages = []
        for name in ("harmless", text):
            site.clock.seconds += 4000
            walker = stranger(site)
            pages.append(await sign_in(walker, await walker.get(path), name, "wrong"))
        assert pages[1].status == 403
        assert shape(pages[1].tags) == shape(pages[0].tags)
        typed = next(attributes["value"] for _, attributes in pages[1].tags if attributes.get("name") == "username")
        assert typed.split() == text.split()


@markup
async def test_the_name_of_an_account_and_of_a_client_stay_text(site: Site, text: str) -> None:
    if text not in site.users:
        await site.add_user(text, "elm")
    site.reception.clients.replace([Client("production", text, PRODUCTION.secrets, PRODUCTION.redirect_uris)])
    try:
        pages = [await signed_in(site, user).get(path) for path in (asking(), ACCOUNT) for user in ("ann", text)]
        new = await stranger(site).get(asking())
    finally:
        site.reception.clients.replace((PRODUCTION, STAGING))
    plain_new = await stranger(site).get(asking())
    plain = await signed_in(site, "ann").get(asking())
    assert shape(pages[0].tags) == shape(pages[1].tags) == shape(plain.tags)
    assert shape(new.tags) == shape(plain_new.tags)
    assert [tag for tag, _ in pages[3].tags if tag == "form"] == ["form"]
    for page in (*pages, new):
        assert "<script" not in page.text.lower()
        assert page.text.lower().count("<svg") == 1, "our own mark"
        assert "<img" not in page.text.lower()


def _facts(text: str) -> dict[str, dict[str, Any]]:
    """Return what each template is told, with a text wherever there is one."""
    user, client = User("u_x", "elm", text, 1), Client("c", text, (), ())
    abilities = Abilities((text,), (text,), (text,), (text,), (text, text))
    row = {"id": text, "name": text, "since": text, "used": text, "warning": text}
    return {
        "message": {"title": text, "text": text, "advice": text},
        "sign_in": {"client": client, "name": text, "notice": text, "form": text, "wrong": True},
        "consent": {
            "client": client,
            "home": text,
            "user": user,
            "form": text,
            "notice": text,
            "abilities": abilities,
            "back_to": text,
            "account": text,
        },
        "account": {"home": text, "user": user, "rows": [row], "notice": text, "form": text},
    }


@markup
@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_text_in_every_page_stays_text(template: str, text: str) -> None:
    """Names of homes and devices, topics, warnings: whatever a page is told."""
    plain, odd = [(await PAGES.page(template, **_facts(each)[template])).text or "" for each in ("harmless", text)]
    assert shape(read_tags(odd)) == shape(read_tags(plain))
    assert odd.count("</form>") == plain.count("</form>")
    assert "49" not in odd.partition("</head>")[2], "a template in a name is not carried out"


STATES: Final = (
    *MARKUP.values(),
    "a&b=c#d?e",
    "a+b c%20d",
    "\r\nX-Injected: yes",
    "\r\n\r\n<html>",
    "https://evil.example.net",
    "ü€\U0001f600",
    "",
    "x" * 4096,
)


@pytest.mark.parametrize("state", STATES, ids=range(len(STATES)))
async def test_a_state_comes_back_as_it_was_and_is_seen_nowhere_else(site: Site, state: str) -> None:
    walker = signed_in(site)
    page = await walker.get(asking(state=state))
    assert not state or state not in page.text
    for back in (
        await walker.send(page, decision="refuse"),
        await walker.get(asking(state=state, response_type="token")),
        await walker.send(page, decision="allow"),
    ):
        assert back.brought["state"] == state
        assert back.location is not None
        assert back.location.isascii()
        assert back.location.isprintable()
        assert " " not in back.location
        assert not any(name.lower().startswith("x-injected") for name in back.headers)
        assert back.location.startswith("https://ifttt.com/channels/home/authorize?")


async def test_a_state_of_broken_bytes_comes_back_byte_for_byte(site: Site) -> None:
    raw = "%ff%fe%00%c3%28"
    back = await signed_in(site).get(asking(state=None, response_type="token") + f"&state={raw}")
    assert back.location is not None
    sent = next(part for part in back.location.partition("?")[2].split("&") if part.startswith("state="))
    assert unquote(sent, "latin-1") == "state=\xff\xfe\x00\xc3("


async def test_a_state_that_is_too_long_or_given_twice_goes_nowhere_or_comes_back_without(site: Site) -> None:
    long = await stranger(site).get(asking(state="x" * 4097))
    assert (long.status, long.location) == (400, None)
    twice = await stranger(site).get(asking(state="a") + "&state=b")
    assert twice.brought["error"] == "invalid_request"
    assert "state" not in twice.brought


async def test_every_way_back_says_who_sends_it(site: Site) -> None:
    """Against a mix-up with another server (RFC 9207): a client that talks to several knows which one answered."""
    for name, page in (await every_redirect(site)).items():
        if name in {"agreed", "refused", "wrong request"}:
            assert page.brought["iss"] == "https://home.example.org", name
    named = await signed_in(site).get(asking(response_type="token") + "&iss=" + quote("https://evil.example.net"))
    assert named.location is not None
    assert named.location.count("iss=") == 1
    assert "evil" not in named.location


async def test_what_goes_wrong_says_no_more_than_what_to_mend(site: Site) -> None:
    for changes in ({"response_type": "token"}, {"scope": "all"}, {"code_challenge": "x"}):
        back = await signed_in(site).get(asking(**changes))
        assert set(back.brought) == {"error", "error_description", "state", "iss"}
        assert len(back.brought["error_description"]) < 60
