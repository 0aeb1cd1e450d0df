"""Grants: what a token gives, who may end it, and what remains of it."""

import pytest

from bridge.homes.user import User
from bridge.oauth.families import Pair
from bridge.oauth.grants import ACCESS_LIFE_MS, GRACE_MS, MAX_GRANTS, MAX_SIBLINGS, Grant, Moment, Refusal
from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from bridge.storage.dead_tokens import DEAD_KEPT
from bridge.storage.pairs import family_of
from tests.integration.storage.consent import Consent, people, refresh_of
from tests.integration.storage.examples import NOON_MS, add_user


@pytest.fixture
def consent(database: Database) -> Consent:
    return Consent(database)


async def lives(consent: Consent, token: str) -> bool:
    return await consent.grants.find(token, consent.run_ms) is not None


async def mint(consent: Consent, user: User, client: str = "") -> str:
    digest = digest_of(mint_token())
    await Accounts(consent.database).add_token(digest, user, client=client, now_ms=consent.wall_ms)
    return digest


async def test_a_token_minted_by_hand_gives_its_user_and_client_for_ever(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    mine, others = await mint(consent, ann), await mint(consent, cay, "staging")
    for run_ms in (0, 10**15):
        assert await consent.grants.find(mine, run_ms) == Grant(ann, "", "", mine)
        assert await consent.grants.find(others, run_ms) == Grant(cay, "staging", "", others)


async def test_nothing_but_the_digest_of_an_access_token_gives_anything(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant, minted = await consent.connect(ann), await mint(consent, ann)
    for wrong in (refresh_of(grant), grant.id, minted.upper(), minted[:-1], digest_of(minted), "", "%"):
        assert not await lives(consent, wrong)


async def test_grants_are_listed_by_user_and_age(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    assert await consent.grants.listed() == []
    given = []
    for user, client in ((cay, "production"), (ann, "staging"), (ann, "production")):
        consent.pass_time(1000)
        given.append(await consent.connect(user, client))
    rows = await consent.grants.listed()
    assert [(row.id, row.user, row.client) for row in rows] == [
        (given[1].id, ann, "staging"),
        (given[2].id, ann, "production"),
        (given[0].id, cay, "production"),
    ]
    assert [row.created_at_ms for row in rows] == [NOON_MS + 2000, NOON_MS + 3000, NOON_MS + 1000]
    assert await consent.grants.listed(ann.id) == rows[:2]
    assert await consent.grants.listed("u_nobody") == []


async def test_revoking_ends_all_tokens_of_a_grant_and_of_no_other(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant, other = await consent.connect(ann), await consent.connect(ann)
    later = await consent.refreshed(grant)
    (row,) = [row for row in await consent.grants.listed() if row.id == grant.id]
    assert await consent.grants.revoke(grant.id) == row
    for token in (grant, later):
        assert not await lives(consent, token.digest)
        assert await consent.refresh(refresh_of(token)) is Refusal.REVOKED
    assert await lives(consent, other.digest)
    assert await consent.grants.revoke(grant.id) is None
    assert await consent.grants.revoke("") is None


async def test_a_user_can_revoke_only_what_is_theirs(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    grant = await consent.connect(ann)
    assert await consent.grants.revoke(grant.id, user=cay.id) is None
    assert await lives(consent, grant.digest)
    assert await consent.grants.revoke(grant.id, user=ann.id) is not None
    assert not await lives(consent, grant.digest)


async def test_a_use_is_noted_with_its_token_and_its_grant(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant, other = await consent.connect(ann), await consent.connect(ann)
    assert [row.used_at_ms for row in await consent.grants.listed()] == [None, None]
    used = Moment(NOON_MS + 77, consent.run_ms + 77)
    await consent.grants.note_used({grant.digest: used, await mint(consent, ann): used, "unknown": used})
    assert {row.id: row.used_at_ms for row in await consent.grants.listed()} == {grant.id: NOON_MS + 77, other.id: None}
    (pair,) = await family(consent, grant)
    assert pair.used_run_ms == used.run_ms
    assert await consent.database.read(
        lambda connection: connection.execute(
            "SELECT count(*) FROM tokens WHERE grant_id IS NULL AND used_at_ms = ?", (NOON_MS + 77,)
        ).fetchone()
    ) == (1,)


async def test_a_refresh_is_a_use_of_the_token_presented(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant = await consent.connect(ann)
    consent.pass_time(5000)
    await consent.refreshed(grant)
    (row,) = await consent.grants.listed()
    assert row.used_at_ms == consent.wall_ms
    assert [pair.used_run_ms for pair in await family(consent, grant)] == [consent.run_ms, None]


async def test_a_use_that_is_noted_late_does_not_undo_a_later_one(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant = await consent.connect(ann)
    earlier = consent.now
    consent.pass_time(5000)
    later = await consent.refreshed(grant)
    await consent.grants.note_used({grant.digest: earlier, later.digest: earlier})
    (row,) = await consent.grants.listed()
    assert row.used_at_ms == consent.wall_ms
    assert [pair.used_run_ms for pair in await family(consent, grant)] == [consent.run_ms, earlier.run_ms]


@pytest.mark.parametrize("jump_ms", [0, -NOON_MS, 10 * NOON_MS])
async def test_beyond_the_limit_the_grant_goes_that_was_used_least_recently(consent: Consent, jump_ms: int) -> None:
    ann, cay = await people(consent.database)
    others = [await consent.connect(ann, "staging"), await consent.connect(cay)]
    grants = []
    for _ in range(MAX_GRANTS):
        consent.pass_time()
        grants.append(await consent.connect(ann))
        await consent.grants.note_used({grants[-1].digest: consent.now})
    consent.pass_time()
    consent.wall_ms += jump_ms
    await consent.grants.note_used({grants[0].digest: consent.now})
    await consent.refreshed(grants[1])
    consent.pass_time()
    newest = await consent.connect(ann)
    assert not await lives(consent, grants[2].digest)
    assert await consent.refresh(refresh_of(grants[2])) is Refusal.SUPERSEDED
    for grant in (*grants[:2], *grants[3:], newest, *others):
        assert await lives(consent, grant.digest)
    assert len(await consent.grants.listed(ann.id)) == MAX_GRANTS + 1


async def test_of_dead_tokens_the_newest_of_each_user_are_remembered(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    of_cay = await consent.connect(cay)
    await consent.grants.revoke(of_cay.id)
    kept, grants = DEAD_KEPT // 2, []
    for _ in range(kept + 1):
        grants.append(await consent.connect(ann))
        await consent.grants.revoke(grants[-1].id)
    assert await consent.count("dead_tokens") == DEAD_KEPT + 2
    assert await consent.refresh(refresh_of(of_cay)) is Refusal.REVOKED, "those of others take no room"
    assert [await consent.refresh(refresh_of(grant)) for grant in grants] == [
        Refusal.UNKNOWN,
        *[Refusal.REVOKED] * kept,
    ]


async def test_of_a_grant_with_many_tokens_the_newest_are_remembered(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    chain = [await consent.connect(ann)]
    for _ in range(DEAD_KEPT):
        chain.append(await consent.refreshed(chain[-1]))
    await consent.grants.revoke(chain[0].id)
    assert await consent.count("dead_tokens") == DEAD_KEPT
    assert await consent.refresh(refresh_of(chain[-1])) is Refusal.REVOKED
    assert await consent.refresh(refresh_of(chain[0])) is Refusal.UNKNOWN


async def test_of_every_token_it_is_known_whose_it_is_or_was(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    grant, minted = await consent.connect(ann), await mint(consent, cay)
    for digest in (grant.digest, refresh_of(grant)):
        assert await consent.grants.whose(digest, consent.run_ms) == (ann.id, "production", None)
    assert await consent.grants.whose(minted, consent.run_ms) == (cay.id, "", None)
    assert await consent.grants.whose("unknown", consent.run_ms) is None
    await consent.grants.revoke(grant.id)
    await Accounts(consent.database).remove_token(minted)
    for digest in (grant.digest, refresh_of(grant)):
        assert await consent.grants.whose(digest, consent.run_ms) == (ann.id, "production", Refusal.REVOKED)
    assert await consent.grants.whose(minted, consent.run_ms) == (cay.id, "", Refusal.REVOKED)


async def test_whose_a_dying_token_is_is_known_before_and_after_it_is_swept_away(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant = await consent.connect(ann)
    await consent.refreshed(await consent.refreshed(grant))
    died = consent.run_ms + GRACE_MS
    expected = {
        died - 1: (None, None),
        died: (None, Refusal.SUPERSEDED),
        died + ACCESS_LIFE_MS: (Refusal.SUPERSEDED, Refusal.SUPERSEDED),
    }
    for run_ms, refusals in expected.items():
        for swept in range(2):
            owners = [await consent.grants.whose(token, run_ms) for token in (grant.digest, refresh_of(grant))]
            assert owners == [(ann.id, "production", refusal) for refusal in refusals], swept
            await consent.grants.sweep(run_ms)


async def test_everything_goes_with_its_user(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    for user in (ann, cay):
        grant = await consent.connect(user)
        for _ in range(MAX_SIBLINGS + 1):
            await consent.refreshed(grant)
        await consent.code(user)
        await mint(consent, user)
        await consent.grants.revoke((await consent.connect(user)).id)
    tables = ("grants", "codes", "tokens", "dead_tokens")
    before = [await consent.count(table) for table in tables]
    await Accounts(consent.database).remove_user("ann")
    assert [await consent.count(table) for table in tables] == [count // 2 for count in before]
    assert all(before)
    assert [row.user for row in await consent.grants.listed()] == [cay]


async def test_users_are_connected_by_a_grant_or_a_token_minted_by_hand(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    await add_user(consent.database, "ben")
    accounts = Accounts(consent.database)
    assert await accounts.connected() == []
    grant = await consent.connect(ann)
    last = await consent.refreshed(await consent.refreshed(grant))
    await consent.connect(ann, "staging")
    minted = await mint(consent, cay)
    everybody = [("", cay.id), ("production", ann.id), ("staging", ann.id)]
    assert await accounts.connected() == everybody
    consent.run_ms += 2 * GRACE_MS
    await consent.grants.sweep(consent.run_ms)
    assert await accounts.connected() == everybody
    await consent.grants.revoke(last.id)
    await accounts.remove_token(minted)
    assert await accounts.connected() == [("staging", ann.id)]


async def test_tokens_of_grants_are_no_tokens_minted_by_hand(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant, minted = await consent.connect(ann), await mint(consent, ann)
    accounts = Accounts(consent.database)
    assert [token.digest for token in await accounts.tokens()] == [minted]
    for digest in (grant.digest, refresh_of(grant), "unknown"):
        await accounts.remove_token(digest)
    assert await lives(consent, grant.digest)
    assert await lives(consent, minted)
    await accounts.remove_token(minted)
    assert not await lives(consent, minted)
    assert await accounts.tokens() == []


async def family(consent: Consent, grant: Grant) -> list[Pair]:
    return await consent.database.read(lambda connection: family_of(connection, grant.id))
