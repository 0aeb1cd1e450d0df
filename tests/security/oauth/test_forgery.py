"""Forms that another site, another browser or another page sends: nothing comes of them (RFC 9700, 4.7)."""

from collections.abc import Mapping
from typing import Final

import pytest

from bridge.oauth.forms import LIFE_S
from tests.integration.web.reception import PASSWORD, PUBLIC_URL, STAGING
from tests.integration.web.site import Site
from tests.parts.walker import Page, Walker
from tests.security.oauth.acting import ACCOUNT, SESSION, asking, connect, opens, sign_in, signed_in, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELSEWHERE: Final[dict[str, Mapping[str, str]]] = {
    "another site": {"Origin": "https://evil.example.net", "Sec-Fetch-Site": "cross-site"},
    "another site, by its origin alone": {"Origin": "https://evil.example.net", "Sec-Fetch-Site": ""},
    "another site, by its kind alone": {"Origin": "", "Sec-Fetch-Site": "cross-site"},
    "a neighbour under the same domain": {"Origin": "https://www.example.org", "Sec-Fetch-Site": "same-site"},
    "a neighbour, by its kind alone": {"Origin": "", "Sec-Fetch-Site": "same-site"},
    "a page that hides its origin": {"Origin": "null", "Sec-Fetch-Site": ""},
    "a page that hides its origin, they say from here": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    "plain http": {"Origin": "http://home.example.org", "Sec-Fetch-Site": ""},
    "another port": {"Origin": f"{PUBLIC_URL}:8443", "Sec-Fetch-Site": ""},
    "our name in front": {"Origin": f"{PUBLIC_URL}.evil.example.net", "Sec-Fetch-Site": ""},
    "our name behind": {"Origin": "https://evil-home.example.org", "Sec-Fetch-Site": ""},
    "a user before our name": {"Origin": "https://evil@home.example.org", "Sec-Fetch-Site": ""},
    "a path behind": {"Origin": f"{PUBLIC_URL}/", "Sec-Fetch-Site": ""},
    "two origins": {"Origin": f"{PUBLIC_URL} https://evil.example.net", "Sec-Fetch-Site": ""},
    "a kind that nobody knows": {"Sec-Fetch-Site": "same-universe"},
}
FORMS: Final = ("sign in", "sign in at the account page", "allow", "refuse", "sign out", "revoke")


async def filled(site: Site, form: str) -> tuple[Walker, Page, dict[str, str]]:
    """Return a browser at a page of ours, with what a person would send from there."""
    await connect(site)
    at_account = form in {"sign in at the account page", "revoke"}
    walker = stranger(site) if form.startswith("sign in") else signed_in(site)
    page = await walker.get(ACCOUNT if at_account else asking())
    if form.startswith("sign in"):
        return walker, page, page.forms[0].fields | {"username": "ann", "password": PASSWORD}
    fields = next(each.fields for each in page.forms if ("decision", form) in each.buttons)
    return walker, page, fields | {"decision": form}


async def state_of(site: Site, walker: Walker) -> tuple[int, int, bool]:
    """Return what a form could have changed: codes, grants, whether this browser is signed in."""
    session = site.reception.sessions.find(walker.cookies.get(SESSION))
    return await site.rows("codes"), await site.rows("grants"), session is not None


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("form", FORMS)
async def test_a_right_form_from_elsewhere_does_nothing(site: Site, form: str, headers: Mapping[str, str]) -> None:
    walker, page, fields = await filled(site, form)
    before = await state_of(site, walker)
    refused = await walker.post(page.path, fields, headers)
    assert (refused.status, refused.location) == (403, None)
    assert await state_of(site, walker) == before
    assert "Set-Cookie" not in refused.headers


@pytest.mark.parametrize("form", FORMS)
async def test_the_same_form_from_our_own_page_does_what_it_says(site: Site, form: str) -> None:
    """All the others here would prove nothing without."""
    walker, page, fields = await filled(site, form)
    before = await state_of(site, walker)
    answer = await walker.post(page.path, fields)
    assert answer.status == 303
    assert form == "refuse" or await state_of(site, walker) != before


async def refused_as_stale(site: Site, walker: Walker, path: str, fields: Mapping[str, str]) -> bool:
    """Send a form, and tell whether it was taken for none of ours."""
    before = await state_of(site, walker)
    answer = await walker.post(path, fields)
    return (
        (answer.status, answer.location) == (400, None)
        and "This page was open for too long" in answer.text
        and await state_of(site, walker) == before
    )


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_without_its_token_does_nothing(site: Site, form: str) -> None:
    walker, page, fields = await filled(site, form)
    token = fields.pop("form")
    moment, _, seal = token.partition(".")
    assert await refused_as_stale(site, walker, page.path, fields)
    for wrong in (
        "",
        seal,
        moment,
        f"{moment}.",
        f"{int(moment) + 1}.{seal}",
        f"{moment}.{'A' * 43}",
        f"{moment}.{seal[::-1]}",
        f"{moment}.{seal[:-1]}",
        f"0{token}",
        f"{token}x",
        f"-{token}",
        f"\u0663{token}",
        f"{token}\n",
        "x" * 10_000,
    ):
        assert await refused_as_stale(site, walker, page.path, {**fields, "form": wrong}), wrong


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_that_was_shown_to_another_browser_does_nothing(site: Site, form: str) -> None:
    walker, page, fields = await filled(site, form)
    _, _, of_another = await filled(site, form)
    assert await refused_as_stale(site, walker, page.path, fields | {"form": of_another["form"]})


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_that_lay_open_for_an_hour_does_nothing(site: Site, form: str) -> None:
    walker, page, fields = await filled(site, form)
    for _ in range(4):
        site.clock.seconds += LIFE_S / 4
        await walker.get(page.path)  # keeps the session awake, as long as there is one
    assert await refused_as_stale(site, walker, page.path, fields)


async def test_a_form_for_one_request_is_not_good_for_another(site: Site) -> None:
    """Else somebody who agreed to one client, or to one state, had agreed to all."""
    walker = signed_in(site)
    page = await walker.get(asking())
    fields = page.forms[0].fields | {"decision": "allow"}
    for other in (
        asking(STAGING),
        asking(state="the attacker's"),
        asking(state=None),
        asking(redirect_uri="https://ifttt.com/back?service=home"),
        asking(code_challenge="A" * 43, code_challenge_method="S256"),
        asking(scope=""),
        asking() + "&more=1",
        ACCOUNT,
    ):
        assert await refused_as_stale(site, walker, other, fields), other


async def test_a_form_of_the_account_page_agrees_to_nothing(site: Site) -> None:
    walker = signed_in(site)
    page = await walker.get(ACCOUNT)
    assert await refused_as_stale(site, walker, asking(), page.forms[0].fields | {"decision": "allow"})


async def test_nobody_agrees_without_having_signed_in(site: Site) -> None:
    walker = stranger(site)
    page = await walker.get(asking())
    before = await state_of(site, walker)
    for fields in ({"decision": "allow"}, {"decision": "allow", "username": "ann"}, {"decision": "revoke"}, {}):
        answer = await walker.post(page.path, {"form": page.forms[0].fields["form"], **fields})
        assert (answer.status, answer.location) == (200, None)
        assert 'type="password"' in answer.text
    assert await state_of(site, walker) == before


async def test_the_form_to_sign_in_is_not_good_for_agreeing(site: Site) -> None:
    walker = stranger(site)
    page = await walker.get(asking())
    await sign_in(walker, page)
    assert await refused_as_stale(site, walker, page.path, page.forms[0].fields | {"decision": "allow"})


async def test_the_form_of_one_person_is_not_good_for_another(site: Site) -> None:
    ann, ben = signed_in(site, "ann"), signed_in(site, "ben")
    page = await ann.get(asking())
    fields = page.forms[0].fields | {"decision": "allow"}
    assert await refused_as_stale(site, ben, page.path, fields)
    ann.cookies[SESSION] = site.reception.sessions.begin(site.users["ben"].id)  # who has signed in there meanwhile
    assert await refused_as_stale(site, ann, page.path, fields)


async def test_a_form_from_before_signing_out_is_good_for_nothing(site: Site) -> None:
    walker = signed_in(site)
    page = await walker.get(asking())
    assert (await walker.send(page, decision="sign out")).status == 303
    assert await refused_as_stale(site, walker, page.path, page.forms[0].fields | {"decision": "allow"})


@pytest.mark.parametrize("form", FORMS)
async def test_nothing_is_done_by_opening_an_address(site: Site, form: str) -> None:
    walker, page, fields = await filled(site, form)
    before = await state_of(site, walker)
    joint = "&" if "?" in page.path else "?"
    opened = await walker.get(page.path + joint + "&".join(f"{name}={value}" for name, value in fields.items()))
    assert opened.status in {200, 400}
    assert opened.location is None
    assert PASSWORD not in opened.text
    assert await state_of(site, walker) == before


@pytest.mark.parametrize("path", [asking(), ACCOUNT, "/oauth/token"])
async def test_no_page_of_another_site_may_read_an_answer(site: Site, path: str) -> None:
    foreign = {"Origin": "https://evil.example.net", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "GET", "POST"):
        page = await signed_in(site).request(method, path, headers=foreign)
        assert not any(name.lower().startswith("access-control") for name in page.headers)


async def test_an_attackers_session_in_a_victims_browser_shows_whose_it_is(site: Site) -> None:
    """Against the attack that is left where cookies can be planted: the page says who is about to agree."""
    page = await signed_in(site, "ben").get(asking())
    assert "Signed in as <strong>ben</strong>" in page.text
    assert any(("decision", "sign out") in form.buttons for form in page.forms)


async def test_a_connection_is_ended_by_its_owners_own_form_alone(site: Site) -> None:
    connection = await connect(site)
    walker, page, fields = await filled(site, "revoke")
    assert (await walker.post(page.path, fields, {"Origin": "null", "Sec-Fetch-Site": ""})).status == 403
    assert await opens(site, connection.access)
