"""Test runs come again and again: they leave nothing behind."""

from bridge.oauth.tokens import digest_of
from bridge.web.caller import MAX_TEST_TOKENS, TestTokens
from tests.integration.web.site import WITH_KEY, Site

CALLS = 1000


async def rows_of_all_tables(site: Site) -> dict[str, int]:
    tables = await site.database.read(
        lambda connection: connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    )
    return {name: await site.rows(name) for (name,) in tables}


async def test_a_thousand_setups_add_no_row_to_any_table(site: Site) -> None:
    before = await rows_of_all_tables(site)
    assert "trigger_identities" in before
    first = await site.test_token()
    for _ in range(CALLS):
        await site.request("POST", "test/setup", headers=WITH_KEY)
    last = await site.test_token()
    assert await rows_of_all_tables(site) == before
    assert (await site.request("GET", "user/info", token=first)).is_error(401)
    assert (await site.request("GET", "user/info", token=last)).status == 200


def test_tokens_of_test_runs_are_bounded_in_number() -> None:
    tokens = TestTokens(lambda: 0.0)
    made = [tokens.mint(now_ms=number) for number in range(CALLS)]
    assert sum(tokens.find(digest_of(token)) is not None for token in made) == MAX_TEST_TOKENS
