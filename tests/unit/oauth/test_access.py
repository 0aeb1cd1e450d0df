"""Which user a bearer token stands for."""

import pytest

from bridge.errors import NotAuthorized, StorageUnavailable
from bridge.homes.user import User
from bridge.oauth.access import MAX_REMEMBERED, REMEMBERED_MS, Access
from bridge.oauth.grants import Grant, Moment
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of

GRANT = Grant(User("u_1", "home", "Somebody", 0), "production")


class Kept:
    """Tokens in memory, and a clock that is turned by hand."""

    def __init__(self, *tokens: str) -> None:
        self.grants = {digest_of(token): GRANT for token in tokens}
        self.asked: list[str] = []
        self.run_ms, self.wall_ms = 100_000, 0
        self.access = Access(self, lambda: Moment(self.wall_ms, self.run_ms))

    async def find(self, digest: str, run_ms: int) -> Grant | None:
        """Look a token up and take note of it."""
        assert run_ms == self.run_ms
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
    kept.run_ms += REMEMBERED_MS - 1
    assert await kept.access.check("token") == GRANT
    kept.run_ms += 1
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_using_a_token_does_not_make_it_trusted_for_longer() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    for _ in range(3):
        kept.run_ms += REMEMBERED_MS // 4
        await kept.access.check("token")
    kept.grants.clear()
    kept.run_ms += REMEMBERED_MS // 4
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

    async def find(self, digest: str, run_ms: int) -> Grant | None:
        """Fail."""
        raise StorageUnavailable(f"{digest} {run_ms}")


async def test_a_database_that_does_not_answer_is_not_a_dead_token() -> None:
    with pytest.raises(StorageUnavailable):
        await Access(Unavailable(), lambda: Moment(0, 0)).check("token")


async def test_after_forgetting_every_token_is_asked_for_again() -> None:
    kept = Kept("token")
    await kept.access.check("token")
    kept.grants.clear()
    kept.access.forget()
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_what_was_being_looked_up_when_it_was_revoked_is_not_remembered() -> None:
    class Slow(Kept):
        async def find(self, digest: str, run_ms: int) -> Grant | None:
            found = await super().find(digest, run_ms)
            self.grants.clear()
            self.access.forget()
            return found

    kept = Slow("token")
    await kept.access.check("token")
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")


async def test_a_wall_clock_that_jumps_changes_nothing_of_what_is_trusted() -> None:
    kept = Kept("token")
    for jump in (0, 10**12, -(10**12)):
        kept.wall_ms += jump
        await kept.access.check("token")
    assert len(kept.asked) == 1


async def test_each_use_is_noted_by_digest_with_its_last_time_and_handed_out_once() -> None:
    kept = Kept("token", "other")
    for token in ("token", "other", "token"):
        kept.run_ms, kept.wall_ms = kept.run_ms + 1, kept.wall_ms + 1000
        await kept.access.check(token)
    assert kept.access.take_used() == {
        digest_of("token"): Moment(3000, 100_003),
        digest_of("other"): Moment(2000, 100_002),
    }
    assert kept.access.take_used() == {}


async def test_what_gives_nothing_is_no_use() -> None:
    kept = Kept()
    with pytest.raises(NotAuthorized):
        await kept.access.check("token")
    assert kept.access.take_used() == {}


async def test_no_more_uses_are_noted_than_the_limit_and_a_token_that_is_noted_stays_so() -> None:
    tokens = [f"token {number}" for number in range(MAX_REMEMBERED + 1)]
    kept = Kept(*tokens)
    for token in (*tokens, tokens[0]):
        kept.run_ms += 1
        await kept.access.check(token)
    used = kept.access.take_used()
    assert len(used) == MAX_REMEMBERED
    assert used[digest_of(tokens[0])].run_ms == kept.run_ms
