"""Which user a bearer token stands for."""

import pytest

from bridge.errors import NotAuthorized, StorageUnavailable
from bridge.homes.user import User
from bridge.oauth.access import MAX_REMEMBERED, REMEMBERED_S, Access
from bridge.oauth.grants import Grant
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of

GRANT = Grant(User("u_1", "home", "Somebody", 0), "production")


class Kept:
    """Tokens in memory, and a clock that is turned by hand."""

    def __init__(self, *tokens: str) -> None:
        self.grants = {digest_of(token): GRANT for token in tokens}
        self.asked: list[str] = []
        self.now_s = 100.0
        self.access = Access(self, lambda: self.now_s)

    async def find(self, digest: str) -> Grant | None:
        """Look a token up and take note of it."""
        self.asked.append(digest)
        return self.grants.get(digest)


async def test_a_live_token_gives_its_user_and_client() -> None:
    assert await Kept("token").access.check("token") == GRANT


@pytest.mark.parametrize("token", ["", "other", "token ", "TOKEN", "\udcff", "x" * (MAX_TOKEN_CHARACTERS + 1)])
async def test_anything_else_is_not_authorized(token: str) -> None:
    with pytest.raises(NotAuthorized):
        await Kept("token").access.check(token)


@pytest.mark.parametrize("token", ["", "x" * (MAX_TOKEN_CHARACTERS + 1)])
async def test_what_cannot_be_a_token_is_not_looked_up(token: str) -> None:
    kept = Kept()
    with pytest.raises(NotAuthorized):
        await kept.access.check(token)
    assert kept.asked == []


async def test_only_a_digest_is_looked_up() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    assert kept.asked == [digest_of("token")]


async def test_a_token_found_is_trusted_for_ten_seconds_and_not_longer() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    kept.grants.clear()
    kept.now_s += REMEMBERED_S - 0.001
    assert await kept.access.check("token") == GRANT
    kept.now_s += 0.001
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_using_a_token_does_not_make_it_trusted_for_longer() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    for _ in range(3):
        kept.now_s += REMEMBERED_S / 4
        await kept.access.check("token")
    kept.grants.clear()
    kept.now_s += REMEMBERED_S / 4
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_a_token_that_was_unknown_works_as_soon_as_it_is_known() -> None:
    kept = Kept()
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")
    kept.grants[digest_of("token")] = GRANT
    assert await kept.access.check("token") == GRANT


async def test_no_more_tokens_are_remembered_than_the_limit_and_the_oldest_go_first() -> None:
    tokens = [f"token {number}" for number in range(MAX_REMEMBERED + 1)]
    kept = Kept(*tokens)
    for token in tokens:
        await kept.access.check(token)
    kept.asked.clear()
    for token in (tokens[1], tokens[-1], tokens[0]):
        await kept.access.check(token)
    assert kept.asked == [digest_of(tokens[0])]


class Unavailable:
    """A database that does not answer."""

    async def find(self, digest: str) -> Grant | None:
        """Fail."""
        raise StorageUnavailable(digest)


async def test_a_database_that_does_not_answer_is_not_a_dead_token() -> None:
    with pytest.raises(StorageUnavailable):
        await Access(Unavailable(), lambda: 0.0).check("token")


async def test_after_forgetting_every_token_is_asked_for_again() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    kept.grants.clear()
    kept.access.forget()
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_what_was_being_looked_up_when_it_was_revoked_is_not_remembered() -> None:
    class Slow(Kept):
        async def find(self, digest: str) -> Grant | None:
            found = await super().find(digest)
            self.grants.clear()
            self.access.forget()
            return found

    kept = Slow("token")
    await kept.access.check("token")
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")
