"""Refresh tokens: good as often as they are presented, and dead thirty days after they were replaced."""

import asyncio
import random
from pathlib import Path

import pytest

from bridge.homes.user import User
from bridge.oauth.families import Pair
from bridge.oauth.grants import ACCESS_LIFE_MS, GRACE_MS, MAX_PAIRS, MAX_SIBLINGS, Grant, Moment, NewPair, Refusal
from bridge.storage.database import Database, open_database
from bridge.storage.pairs import family_of
from tests.integration.storage.consent import Consent, people, refresh_of
from tests.integration.storage.examples import NOON_MS
from tests.unit.oauth.family import ROOT, Family

YEARS_MS = 10 * 365 * 24 * 3600 * 1000


@pytest.fixture
def consent(database: Database) -> Consent:
    return Consent(database)


@pytest.fixture
async def ann(consent: Consent) -> User:
    return (await people(consent.database))[0]


async def test_a_refresh_gives_a_new_access_token_and_the_old_one_works_on(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    second = await consent.refreshed(first)
    assert (second.user, second.client, second.id) == (first.user, first.client, first.id)
    for grant in (first, second):
        assert await consent.grants.find(grant.digest, consent.run_ms) == grant


async def test_refreshes_at_once_all_succeed(consent: Consent, ann: User, path: Path) -> None:
    grant = await consent.connect(ann)
    async with open_database(path) as elsewhere:
        other = Consent(elsewhere, numbers=consent.numbers)
        benches = [consent, other] * (MAX_SIBLINGS // 2)
        found = await asyncio.gather(*(bench.refreshed(grant) for bench in benches))
    assert len({one.digest for one in found}) == MAX_SIBLINGS
    for one in found:
        assert await consent.grants.find(one.digest, consent.run_ms) == one
        await consent.refreshed(one)


async def test_a_replaced_token_is_refused_after_thirty_days_and_all_else_works(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    second = await consent.refreshed(first)
    third = await consent.refreshed(second)
    consent.run_ms += GRACE_MS - 1
    in_time = await consent.refreshed(first)
    consent.run_ms += 1
    assert await consent.refresh(refresh_of(first)) is Refusal.SUPERSEDED
    for grant in (second, third, in_time):
        await consent.refreshed(grant)


async def test_an_access_token_works_a_day_longer_than_its_refresh_token(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    await consent.refreshed(await consent.refreshed(first))
    dead_at = consent.run_ms + GRACE_MS + ACCESS_LIFE_MS
    assert await consent.grants.find(first.digest, dead_at - 1) == first
    assert await consent.grants.find(first.digest, dead_at) is None


async def test_no_token_dies_while_its_answer_may_have_been_lost(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    for _ in range(3 * MAX_SIBLINGS):
        consent.pass_time(YEARS_MS)
        await consent.refreshed(first)
        await consent.grants.sweep(consent.run_ms)
    assert await consent.grants.find(first.digest, consent.run_ms) == first


async def test_what_nobody_can_use_is_swept_away_and_still_known_as_replaced(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    last = await consent.refreshed(await consent.refreshed(first))
    consent.run_ms += GRACE_MS + ACCESS_LIFE_MS - 1
    assert await consent.grants.sweep(consent.run_ms) == 0
    consent.run_ms += 1
    assert await consent.grants.sweep(consent.run_ms) == 1
    assert await consent.count("tokens") == 2
    assert await consent.refresh(refresh_of(first)) is Refusal.SUPERSEDED
    await consent.refreshed(last)


async def test_a_token_that_is_not_ours_gives_nothing(consent: Consent, ann: User) -> None:
    grant = await consent.connect(ann)
    for wrong in ("r99", "", grant.digest, grant.id, "%"):
        assert await consent.refresh(wrong) is Refusal.UNKNOWN


async def test_a_token_of_another_client_gives_nothing_and_takes_no_harm(consent: Consent, ann: User) -> None:
    grant = await consent.connect(ann)
    assert await consent.refresh(refresh_of(grant), "staging") is Refusal.OTHER_CLIENT
    assert await consent.count("tokens") == 1
    await consent.refreshed(grant)
    await consent.grants.revoke(grant.id)
    assert await consent.refresh(refresh_of(grant), "staging") is Refusal.OTHER_CLIENT, "not even why it died"


async def test_a_sibling_that_gave_way_is_known_as_replaced(consent: Consent, ann: User) -> None:
    first = await consent.connect(ann)
    given = [await consent.refreshed(first) for _ in range(MAX_SIBLINGS + 1)]
    assert await consent.grants.find(given[0].digest, consent.run_ms) is None
    assert await consent.refresh(refresh_of(given[0])) is Refusal.SUPERSEDED
    assert await consent.count("tokens") == 1 + MAX_SIBLINGS


async def test_families_do_not_touch_each_other(consent: Consent, ann: User) -> None:
    one, other = await consent.connect(ann), await consent.connect(ann)
    last = one
    for _ in range(MAX_PAIRS + 10):
        last = await consent.refreshed(last)
    consent.run_ms += 2 * GRACE_MS
    await consent.grants.sweep(consent.run_ms)
    assert await consent.refresh(refresh_of(one)) is not None
    await consent.refreshed(other)


async def test_what_is_kept_is_what_was_decided(consent: Consent, ann: User) -> None:
    """A long life of a family, beside the same in memory."""
    chance, memory = random.Random(8), Family()  # noqa: S311 -- guards nothing
    grant = await Consent(consent.database).connect(ann)
    await consent.database.write(
        lambda connection: connection.execute("UPDATE tokens SET digest = 'a0', refresh = 'r0'")
    )
    for number in range(1, 3 * MAX_PAIRS):
        consent.pass_time(chance.choice((0, 0, 0, 1000, GRACE_MS // 20)))
        presented = chance.choice([*memory.pairs, *list(memory.pairs)[-2:] * 20])
        access = memory.pairs[chance.choice(list(memory.pairs))].access
        await consent.grants.note_used({access: consent.now})
        memory.use("r" + access[1:], consent.run_ms)
        expected = memory.refresh(presented, consent.run_ms)
        pair = NewPair(f"a{number}", f"r{number}")
        found = await consent.grants.refresh(presented, "production", pair, now=consent.now)
        assert isinstance(found, Refusal) or found == Grant(ann, "production", grant.id, pair.access)
        assert expected == (found if isinstance(found, Refusal) else pair.refresh)
        if chance.random() < 0.1:
            memory.sweep(consent.run_ms)
            await consent.grants.sweep(consent.run_ms)
        assert await family(consent.database, grant) == sorted(memory.pairs.values(), key=lambda kept: kept.number)
    assert ROOT not in memory.pairs
    assert len(memory.pairs) > MAX_PAIRS // 2, "near the limit"


@pytest.mark.parametrize("jumps", [(-NOON_MS,), (YEARS_MS, -2 * YEARS_MS), (-YEARS_MS, YEARS_MS)])
async def test_a_wall_clock_that_jumps_changes_nothing(consent: Consent, ann: User, jumps: tuple[int, ...]) -> None:
    async def live(*jumps: int) -> list[object]:
        grant, chance = await consent.connect(ann), random.Random(3)  # noqa: S311 -- guards nothing
        seen: list[object] = []
        began_ms, tokens = consent.run_ms, [refresh_of(grant)]
        for number in range(60):
            consent.run_ms += chance.choice((0, 1000, GRACE_MS // 10))
            consent.wall_ms += jumps[number % len(jumps)] if jumps and number % 7 == 0 else 0
            found = await consent.refresh(chance.choice(tokens[-4:]))
            if isinstance(found, Grant):
                tokens.append(refresh_of(found))
                await consent.grants.note_used({found.digest: consent.now})
            await consent.grants.sweep(consent.run_ms)
            kept = [
                (pair.number, _since(pair.dies_run_ms, began_ms), _since(pair.used_run_ms, began_ms))
                for pair in await family(consent.database, grant)
            ]
            seen.append((found if isinstance(found, Refusal) else "given", kept))
        return seen

    assert await live() == await live(*jumps)


async def test_the_clock_is_never_behind_what_was_written_down(consent: Consent, ann: User) -> None:
    assert await consent.grants.latest_run_ms() == 0
    await consent.code(ann)
    assert await consent.grants.latest_run_ms() == consent.run_ms
    grant = await consent.connect(ann)
    await consent.grants.note_used({grant.digest: Moment(0, consent.run_ms + 5)})
    assert await consent.grants.latest_run_ms() == consent.run_ms + 5


async def family(database: Database, grant: Grant) -> list[Pair]:
    return await database.read(lambda connection: family_of(connection, grant.id))


def _since(run_ms: int | None, began_ms: int) -> int | None:
    return None if run_ms is None else run_ms - began_ms
