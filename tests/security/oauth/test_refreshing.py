"""Refresh tokens reused, stolen, revoked (RFC 6749, 6 and 10.4; RFC 9700, 4.14; our decision 17)."""

import asyncio

import pytest

from bridge.oauth.grants import GRACE_MS, MAX_GRANTS, MAX_SIBLINGS
from tests.integration.web.reception import PRODUCTION, STAGING
from tests.integration.web.site import Site
from tests.security.oauth.acting import ACCOUNT, connect, is_refused, opens, redeem, refresh, renewed, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_refresh_token_that_comes_again_gives_another_pair_and_ends_nothing(site: Site) -> None:
    """IFTTT may lose an answer, so a repeat is no sign of a thief: its client has shown its secret."""
    first = await connect(site)
    pairs = [await renewed(site, first) for _ in range(3)]
    assert len({pair.refresh for pair in pairs} | {first.refresh}) == 4
    for pair in (first, *pairs):
        assert await opens(site, pair.access)


async def test_a_refresh_token_cannot_be_made_to_give_ever_more_living_pairs(site: Site) -> None:
    first = await connect(site)
    pairs = [await renewed(site, first) for _ in range(3 * MAX_SIBLINGS)]
    alive = [pair for pair in pairs if await opens(site, pair.access)]
    assert alive == pairs[-8:]


async def test_many_refreshes_at_once_all_succeed_and_stay_within_bounds(site: Site) -> None:
    first = await connect(site)
    answers = await asyncio.gather(*(refresh(site, first.refresh) for _ in range(2 * MAX_SIBLINGS)))
    assert {answer.status for answer in answers} == {200}
    alive = [await opens(site, answer.json["access_token"]) for answer in answers]
    assert sum(alive) == MAX_SIBLINGS


async def test_an_older_refresh_token_dies_when_its_time_has_come_and_takes_nothing_with_it(site: Site) -> None:
    first = await connect(site)
    second = await renewed(site, first)
    third = await renewed(site, second)
    site.clock.seconds += GRACE_MS / 1000 - 0.001
    assert (await refresh(site, first.refresh)).status == 200
    site.clock.seconds += 0.001
    assert is_refused(await refresh(site, first.refresh), "invalid_grant")
    assert await opens(site, third.access)
    assert (await refresh(site, third.refresh)).status == 200


async def test_a_refresh_token_of_another_client_gives_nothing_and_harms_nothing(site: Site) -> None:
    ours, theirs = await connect(site), await connect(site, client=STAGING)
    assert is_refused(await refresh(site, ours.refresh, STAGING), "invalid_grant")
    assert is_refused(await refresh(site, theirs.refresh, PRODUCTION), "invalid_grant")
    for connection, client in ((ours, PRODUCTION), (theirs, STAGING)):
        assert await opens(site, connection.access)
        assert (await refresh(site, connection.refresh, client)).status == 200


async def test_after_revocation_no_token_of_the_grant_gives_anything(site: Site) -> None:
    first = await connect(site, "ben")
    second = await renewed(site, first)
    walker = signed_in(site, "ben")
    page = await walker.get(ACCOUNT)
    other = await connect(site, "ben")
    assert await opens(site, first.access), "remembered by now"
    assert (await walker.send(page, decision="revoke")).status == 303
    for pair in (first, second):
        assert not await opens(site, pair.access)
        assert is_refused(await refresh(site, pair.refresh), "invalid_grant")
    assert is_refused(await redeem(site, first.code), "invalid_grant")
    assert await opens(site, other.access)


async def test_a_refresh_token_of_a_user_who_is_gone_gives_nothing(site: Site) -> None:
    await site.add_user("eve", "elm")
    connection = await connect(site, "eve")
    await site.accounts.remove_user("eve")
    assert is_refused(await refresh(site, connection.refresh), "invalid_grant")


async def test_a_lost_answer_of_a_refresh_leaves_the_next_one_good_however_often(site: Site) -> None:
    connection = await connect(site)
    for _ in range(5):
        await refresh(site, connection.refresh)  # nobody hears the answer
        site.clock.seconds += GRACE_MS / 1000
    assert (await refresh(site, connection.refresh)).status == 200


async def test_connecting_again_and_again_fills_nothing_up(site: Site) -> None:
    await site.add_user("fay", "elm")
    connections = []
    for _ in range(MAX_GRANTS + 2):
        site.clock.seconds += 1
        connections.append(await connect(site, "fay"))
    assert len(await site.reception.grants.listed(site.users["fay"].id)) == MAX_GRANTS
    assert await opens(site, connections[-1].access)
    assert is_refused(await refresh(site, connections[0].refresh), "invalid_grant")
