"""Tokens: found in the database, remembered for seconds, and never for more of them than allowed."""

import sqlite3
from contextlib import closing

import pytest

from bridge.errors import NotAuthorized
from bridge.homes.user import User
from bridge.oauth.access import MAX_REMEMBERED, Access
from bridge.oauth.grants import Grant, Moment
from bridge.oauth.tokens import digest_of
from bridge.web.caller import MAX_TEST_TOKENS, TEST_TOKEN_LIFE_S
from tests.integration.web.site import KEY, WITH_KEY, Site


def revoke(site: Site, user: str) -> None:
    """Take a token back in another process's way."""
    with closing(sqlite3.connect(site.path)) as other:
        other.execute("DELETE FROM tokens WHERE digest = ?", (digest_of(site.tokens[user]),))
        other.commit()


async def test_a_revoked_token_is_dead_within_ten_seconds(site: Site) -> None:
    token = site.tokens["ann"]
    assert (await site.request("GET", "user/info", token=token)).status == 200
    revoke(site, "ann")
    site.clock.seconds += 9.9
    assert (await site.request("GET", "user/info", token=token)).status == 200  # not put off by being used
    site.clock.seconds += 0.1
    assert (await site.request("GET", "user/info", token=token)).is_error(401)


async def test_a_token_that_was_refused_works_as_soon_as_it_is_given_out(site: Site) -> None:
    revoke(site, "ann")
    assert (await site.request("GET", "user/info", token=site.tokens["ann"])).is_error(401)
    token = site.tokens["ann"]
    await site.accounts.add_token(digest_of(token), site.users["ann"], client="ifttt", now_ms=site.clock.ms)
    assert (await site.request("GET", "user/info", token=token)).status == 200


class Counting:
    """A register that gives something for every token, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def find(self, digest: str, _run_ms: int) -> Grant | None:
        """Return something for everything."""
        self.asked += 1
        return Grant(User(digest, "elm", "ann", 0), "ifttt")


async def test_no_more_tokens_are_remembered_than_allowed_and_the_oldest_goes_first() -> None:
    tokens = Counting()
    access = Access(tokens, lambda: Moment(0, 0))
    for number in range(MAX_REMEMBERED + 1):
        await access.check(f"token-{number}")
    asked = tokens.asked
    for number in range(1, MAX_REMEMBERED + 1):
        await access.check(f"token-{number}")
    assert tokens.asked == asked
    await access.check("token-0")
    assert tokens.asked == asked + 1


async def test_an_absurdly_long_token_is_refused_without_asking_anybody() -> None:
    tokens = Counting()
    with pytest.raises(NotAuthorized):
        await Access(tokens, lambda: Moment(0, 0)).check("x" * 600)
    assert tokens.asked == 0


async def test_the_test_users_token_dies_after_some_hours(site: Site) -> None:
    token = await site.test_token()
    site.clock.seconds += TEST_TOKEN_LIFE_S
    assert (await site.request("GET", "user/info", token=token)).status == 200
    site.clock.seconds += 1
    assert (await site.request("GET", "user/info", token=token)).is_error(401)


async def test_only_so_many_tokens_of_the_test_user_live_at_once(site: Site) -> None:
    tokens = [await site.test_token() for _ in range(MAX_TEST_TOKENS + 1)]
    assert (await site.request("GET", "user/info", token=tokens[0])).is_error(401)
    assert (await site.request("GET", "user/info", token=tokens[1])).status == 200


async def test_a_wrong_service_key_beside_a_live_token_is_ignored(site: Site) -> None:
    headers = {"IFTTT-Service-Key": "wrong"}
    assert (await site.request("GET", "user/info", token=site.tokens["ann"], headers=headers)).status == 200


async def test_a_service_key_opens_no_users_data_and_a_token_not_the_service(site: Site) -> None:
    assert (await site.request("GET", "user/info", headers=WITH_KEY)).is_error(401)
    assert (await site.request("GET", "user/info", token=KEY)).is_error(401)
    assert (await site.request("GET", "status", token=site.tokens["ann"])).is_error(401)
    assert (await site.request("POST", "test/setup", token=await site.test_token())).is_error(401)


async def test_the_scheme_is_read_leniently(site: Site) -> None:
    for authorization in (f"bearer {site.tokens['ann']}", f"BEARER   {site.tokens['ann']} "):
        assert (await site.request("GET", "user/info", headers={"Authorization": authorization})).status == 200
