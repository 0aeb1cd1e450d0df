"""Authorization codes: redeemed once, by whom they were given to, and soon."""

import asyncio
from pathlib import Path

import pytest

from bridge.errors import AccountError
from bridge.oauth.codes import MAX_CODES
from bridge.oauth.grants import Grant, Refusal
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from tests.integration.storage.consent import LIFE_MS, Consent, people
from tests.integration.storage.examples import NOON_MS, add_user

CHALLENGE = "c" * 43
YEARS_MS = 10 * 365 * 24 * 3600 * 1000


@pytest.fixture
def consent(database: Database) -> Consent:
    return Consent(database)


async def test_a_code_gives_a_grant_with_a_pair_of_tokens(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    grant = await consent.connect(ann, "staging")
    assert (grant.user, grant.client) == (ann, "staging")
    assert len(grant.id) >= 24
    assert await consent.grants.find(grant.digest, consent.run_ms) == grant
    assert await consent.count("codes") == 0


async def test_a_code_with_a_challenge_needs_its_verifier(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann, challenge=CHALLENGE)
    assert isinstance(await consent.redeem(code, challenge=CHALLENGE), Grant)


@pytest.mark.parametrize(
    ("kept", "presented", "back", "refusal"),
    [
        (CHALLENGE, None, None, Refusal.OTHER_VERIFIER),
        (CHALLENGE, "d" * 43, None, Refusal.OTHER_VERIFIER),
        (None, CHALLENGE, None, Refusal.OTHER_VERIFIER),
        (None, None, "https://elsewhere.example/", Refusal.OTHER_REDIRECT),
    ],
)
async def test_a_code_that_its_client_presents_wrongly_is_burnt(
    consent: Consent, kept: str | None, presented: str | None, back: str | None, refusal: Refusal
) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann, challenge=kept)
    wrong = {} if back is None else {"back": back}
    assert await consent.redeem(code, challenge=presented, **wrong) is refusal
    assert await consent.redeem(code, challenge=kept) is Refusal.UNKNOWN
    assert await consent.count("tokens") == 0


async def test_a_code_that_another_client_presents_is_not_burnt(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann)
    assert await consent.redeem(code, "staging", back="https://elsewhere.example/") is Refusal.OTHER_CLIENT
    assert isinstance(await consent.redeem(code), Grant)


async def test_a_code_that_is_presented_again_ends_what_it_gave(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    other = await consent.connect(ann)
    code = await consent.code(ann)
    grant = await consent.redeem(code)
    assert isinstance(grant, Grant)
    later = await consent.refreshed(grant)
    assert await consent.redeem(code) is Refusal.REPLAYED
    for token in (grant.digest, later.digest):
        assert await consent.grants.find(token, consent.run_ms) is None
        assert await consent.refresh("r" + token[1:]) is Refusal.REPLAYED
    assert await consent.grants.find(other.digest, consent.run_ms) == other, "nothing but what this code gave"


async def test_a_redeemed_code_that_another_client_presents_ends_nothing(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann)
    grant = await consent.redeem(code)
    assert isinstance(grant, Grant)
    assert await consent.redeem(code, "staging") is Refusal.OTHER_CLIENT
    assert await consent.grants.find(grant.digest, consent.run_ms) == grant


async def test_of_two_redemptions_at_once_one_wins_and_the_other_ends_what_it_won(consent: Consent, path: Path) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann)
    async with open_database(path) as elsewhere:
        other = Consent(elsewhere, numbers=consent.numbers)
        found = await asyncio.gather(*(one.redeem(code) for one in [consent, other] * 5))
    (grant,) = [one for one in found if isinstance(one, Grant)]
    assert sorted(one for one in found if isinstance(one, Refusal)) == [Refusal.REPLAYED] + [Refusal.UNKNOWN] * 8
    assert await consent.grants.find(grant.digest, consent.run_ms) is None
    assert await consent.grants.listed() == []
    assert await consent.count("tokens") == 0


async def test_a_code_that_is_not_ours_gives_nothing(consent: Consent) -> None:
    assert await consent.redeem("c99") is Refusal.UNKNOWN


async def test_a_code_is_too_old_after_its_life_of_run_time(consent: Consent) -> None:
    ann, _ = await people(consent.database)
    in_time, too_late = await consent.code(ann), await consent.code(ann)
    consent.run_ms += LIFE_MS - 1
    assert isinstance(await consent.redeem(in_time), Grant)
    consent.run_ms += 1
    assert await consent.redeem(too_late) is Refusal.EXPIRED
    assert await consent.count("codes") == 0


@pytest.mark.parametrize("jump_ms", [-NOON_MS, -YEARS_MS, YEARS_MS])
async def test_a_wall_clock_that_jumps_ends_no_code(consent: Consent, jump_ms: int) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann)
    consent.wall_ms += jump_ms
    await consent.code(ann)
    assert isinstance(await consent.redeem(code), Grant)


@pytest.mark.parametrize(
    ("away_ms", "stays"), [(0, True), (LIFE_MS - 1, True), (LIFE_MS, False), (YEARS_MS, False), (-1, False)]
)
async def test_a_code_does_not_outlive_the_time_that_the_bridge_was_away(
    consent: Consent, away_ms: int, *, stays: bool
) -> None:
    ann, _ = await people(consent.database)
    code = await consent.code(ann)
    consent.wall_ms += away_ms
    await consent.grants.drop_stale_codes(consent.now, life_ms=LIFE_MS)
    found = await consent.redeem(code)
    assert isinstance(found, Grant) if stays else found is Refusal.UNKNOWN


async def test_codes_that_nobody_redeems_do_not_pile_up(consent: Consent) -> None:
    ann, cay = await people(consent.database)
    of_cay = await consent.code(cay)
    codes = []
    for _ in range(MAX_CODES + 3):
        consent.pass_time()
        codes.append(await consent.code(ann))
    assert await consent.count("codes") == MAX_CODES + 1
    assert await consent.redeem(codes[2]) is Refusal.UNKNOWN, "the eldest have gone"
    assert isinstance(await consent.redeem(codes[3]), Grant)
    assert isinstance(await consent.redeem(of_cay), Grant), "and none of another user"
    consent.run_ms += LIFE_MS
    await consent.code(ann)
    assert await consent.count("codes") == 1


async def test_an_account_that_was_removed_meanwhile_gets_no_code(consent: Consent) -> None:
    user = await add_user(consent.database)
    await Accounts(consent.database).remove_user(user.name)
    with pytest.raises(AccountError, match="removed"):
        await consent.code(user)
