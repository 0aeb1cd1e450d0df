"""Authorization codes in the wrong hands, at the wrong time, twice (RFC 6749, 4.1.3 and 10.5; RFC 7636; RFC 9700)."""

import asyncio
from typing import Final

import pytest

from bridge.oauth.clients import Client
from tests.integration.web.reception import CODE_LIFE_MS, PRODUCTION, STAGING
from tests.integration.web.site import Site
from tests.security.oauth.acting import (
    BACK,
    CHALLENGE,
    PKCE,
    VERIFIER,
    agree,
    asking,
    connect,
    is_refused,
    opens,
    redeem,
    refresh,
    signed_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER_VERIFIER: Final = "another-verifier-that-is-long-enough-for-it"


async def test_a_code_is_good_once_and_a_second_time_ends_what_the_first_gave(site: Site) -> None:
    first = await connect(site)
    other = await connect(site)
    assert await opens(site, first.access)
    assert is_refused(await redeem(site, first.code), "invalid_grant")
    assert not await opens(site, first.access)
    assert is_refused(await refresh(site, first.refresh), "invalid_grant")
    assert await opens(site, other.access), "another connection is not concerned"


async def test_a_second_time_ends_what_refreshes_gave_too(site: Site) -> None:
    first = await connect(site)
    later = (await refresh(site, first.refresh)).json
    assert is_refused(await redeem(site, first.code), "invalid_grant")
    assert not await opens(site, later["access_token"])
    assert is_refused(await refresh(site, later["refresh_token"]), "invalid_grant")


async def test_a_code_that_is_redeemed_many_times_at_once_leaves_nothing_alive(site: Site) -> None:
    code = await agree(site)
    answers = await asyncio.gather(*(redeem(site, code) for _ in range(8)))
    good = [answer.json["access_token"] for answer in answers if answer.status == 200]
    assert len(good) == 1
    assert all(is_refused(answer, "invalid_grant") for answer in answers if answer.status != 200)
    assert not await opens(site, good[0])


async def test_a_code_of_another_client_gives_nothing_and_is_not_spoilt(site: Site) -> None:
    code = await agree(site)
    for uri in BACK.values():
        assert is_refused(await redeem(site, code, STAGING, redirect_uri=uri), "invalid_grant")
    assert (await redeem(site, code)).status == 200


async def test_another_client_that_presents_a_spent_code_ends_nothing(site: Site) -> None:
    connection = await connect(site)
    assert is_refused(await redeem(site, connection.code, STAGING), "invalid_grant")
    assert await opens(site, connection.access)


@pytest.mark.parametrize(
    "uri",
    [BACK["production"] + "/", BACK["production"].upper(), BACK["staging"], PRODUCTION.redirect_uris[1], "https://x"],
)
async def test_a_code_with_another_redirect_uri_gives_nothing_and_is_spent(site: Site, uri: str) -> None:
    code = await agree(site)
    assert is_refused(await redeem(site, code, redirect_uri=uri), "invalid_grant")
    assert is_refused(await redeem(site, code), "invalid_grant")


@pytest.mark.parametrize("uri", [None, ""])
async def test_a_code_without_its_redirect_uri_gives_nothing(site: Site, uri: str | None) -> None:
    assert is_refused(await redeem(site, await agree(site), redirect_uri=uri), "invalid_request")


async def test_an_expired_code_gives_nothing(site: Site) -> None:
    just, late = await agree(site), await agree(site)
    site.clock.seconds += CODE_LIFE_MS / 1000 - 0.001
    assert (await redeem(site, just)).status == 200
    site.clock.seconds += 0.001
    assert is_refused(await redeem(site, late), "invalid_grant")


async def test_a_clock_that_is_set_back_does_not_bring_an_expired_code_back(site: Site) -> None:
    code = await agree(site)
    site.clock.seconds += CODE_LIFE_MS / 1000
    site.clock.ms -= 24 * 3600 * 1000
    assert is_refused(await redeem(site, code), "invalid_grant")


async def test_a_code_of_a_user_who_is_gone_gives_nothing(site: Site) -> None:
    await site.add_user("dan", "elm")
    code = await agree(site, "dan")
    await site.accounts.remove_user("dan")
    assert is_refused(await redeem(site, code), "invalid_grant")


async def test_a_user_with_the_name_of_one_who_is_gone_inherits_nothing(site: Site) -> None:
    await site.add_user("dan", "elm")
    code, connection = await agree(site, "dan"), await connect(site, "dan")
    browser = signed_in(site, "dan")
    await site.accounts.remove_user("dan")
    await site.add_user("dan", "oak")
    assert is_refused(await redeem(site, code), "invalid_grant")
    assert not await opens(site, connection.access)
    assert "Sign in" in (await browser.get(asking())).text


@pytest.mark.parametrize("verifier", [None, "", OTHER_VERIFIER, VERIFIER[:-1], VERIFIER.upper(), CHALLENGE])
async def test_a_code_with_a_challenge_needs_its_very_verifier(site: Site, verifier: str | None) -> None:
    code = await agree(site, **PKCE)
    assert is_refused(await redeem(site, code, code_verifier=verifier), "invalid_grant")
    right = await agree(site, **PKCE)
    assert (await redeem(site, right, code_verifier=VERIFIER)).status == 200, "this test would prove nothing"


async def test_a_verifier_that_was_wrong_once_may_not_be_guessed_on(site: Site) -> None:
    code = await agree(site, **PKCE)
    assert is_refused(await redeem(site, code, code_verifier=OTHER_VERIFIER), "invalid_grant")
    assert is_refused(await redeem(site, code, code_verifier=VERIFIER), "invalid_grant")


async def test_a_verifier_for_a_code_without_a_challenge_shows_that_it_was_taken_away(site: Site) -> None:
    assert is_refused(await redeem(site, await agree(site), code_verifier=VERIFIER), "invalid_grant")


@pytest.mark.parametrize("verifier", ["x", "x" * 42, "x" * 129, "ä" * 50, " " * 50, VERIFIER + "\n", VERIFIER + "="])
async def test_what_can_be_no_verifier_is_none(site: Site, verifier: str) -> None:
    assert is_refused(await redeem(site, await agree(site, **PKCE), code_verifier=verifier), "invalid_grant")


@pytest.mark.parametrize(
    "pkce",
    [
        {"code_challenge": CHALLENGE},
        {"code_challenge": CHALLENGE, "code_challenge_method": ""},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "s256"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
        {"code_challenge_method": "S256"},
        {"code_challenge": "", "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE[:-1], "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE + "=", "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE[:-1] + "+", "code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE + "\n", "code_challenge_method": "S256"},
        {"code_challenge": VERIFIER, "code_challenge_method": "S256"},
    ],
)
async def test_a_weaker_challenge_than_s256_is_refused(site: Site, pkce: dict[str, str]) -> None:
    back = await signed_in(site).get(asking(**pkce))
    assert (back.status, back.brought["error"]) == (303, "invalid_request")
    assert "code" not in back.brought


@pytest.mark.parametrize("client", [PRODUCTION, STAGING], ids=["production", "staging"])
async def test_no_token_is_good_for_what_another_is_for(site: Site, client: Client) -> None:
    connection, code = await connect(site, client=client), await agree(site, "ann", client)
    for wrong in (connection.refresh, connection.code, code):
        assert not await opens(site, wrong)
    for wrong in (connection.access, connection.refresh, site.tokens["ann"]):
        assert is_refused(await redeem(site, wrong, client), "invalid_grant")
    for wrong in (connection.access, code, site.tokens["ann"]):
        assert is_refused(await refresh(site, wrong, client), "invalid_grant")
    assert await opens(site, connection.access)


@pytest.mark.parametrize("shape", ["x", "x" * 512, "x" * 513, "\x00", "ä", "' OR 1=1 --", "%", "null", "a b"])
async def test_a_code_or_token_of_any_shape_is_simply_not_valid(site: Site, shape: str) -> None:
    assert is_refused(await redeem(site, shape), "invalid_grant")
    assert is_refused(await refresh(site, shape), "invalid_grant")
