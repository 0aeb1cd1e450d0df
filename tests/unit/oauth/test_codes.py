"""Who gets something for an authorization code."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.codes import KeptCode, burns, refusal_of
from bridge.oauth.grants import Code, Moment, Redemption, Refusal

LIFE_MS = 60_000
CODE = Code("digest", "u_1", "production", "https://ifttt.com/back", None)
WITH_CHALLENGE = replace(CODE, challenge="c" * 43)
RIGHT = Redemption("digest", "production", "https://ifttt.com/back", None)
RIGHT_CHALLENGE = replace(RIGHT, challenge="c" * 43)


def refused(code: Code, presented: Redemption, *, after_ms: int = 0, issued_wall_ms: int = 0) -> Refusal | None:
    kept = KeptCode(code, Moment(issued_wall_ms, 1000))
    return refusal_of(kept, presented, run_ms=1000 + after_ms, life_ms=LIFE_MS)


@pytest.mark.parametrize(("code", "presented"), [(CODE, RIGHT), (WITH_CHALLENGE, RIGHT_CHALLENGE)])
def test_who_presents_all_that_it_was_given_for_gets_it(code: Code, presented: Redemption) -> None:
    assert refused(code, presented) is None
    assert burns(None)


@pytest.mark.parametrize(
    ("code", "presented", "refusal"),
    [
        (CODE, replace(RIGHT, client="staging"), Refusal.OTHER_CLIENT),
        (CODE, replace(RIGHT, redirect_uri="https://ifttt.com/back/"), Refusal.OTHER_REDIRECT),
        (CODE, replace(RIGHT, redirect_uri=""), Refusal.OTHER_REDIRECT),
        (CODE, replace(RIGHT, redirect_uri="https://ifttt.com/b\udcffck"), Refusal.OTHER_REDIRECT),
        (CODE, RIGHT_CHALLENGE, Refusal.OTHER_VERIFIER),
        (CODE, replace(RIGHT, challenge=""), Refusal.OTHER_VERIFIER),
        (WITH_CHALLENGE, RIGHT, Refusal.OTHER_VERIFIER),
        (WITH_CHALLENGE, replace(RIGHT, challenge=""), Refusal.OTHER_VERIFIER),
        (WITH_CHALLENGE, replace(RIGHT, challenge="C" * 43), Refusal.OTHER_VERIFIER),
    ],
)
def test_who_presents_anything_else_gets_nothing(code: Code, presented: Redemption, refusal: Refusal) -> None:
    assert refused(code, presented) is refusal


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_uses_the_code_up_but_that_of_another_client(refusal: Refusal) -> None:
    assert burns(refusal) == (refusal is not Refusal.OTHER_CLIENT)


def test_another_client_is_told_so_before_anything_else() -> None:
    wrong = Redemption("digest", "staging", "elsewhere", "x")
    assert refused(CODE, wrong, after_ms=10 * LIFE_MS) is Refusal.OTHER_CLIENT


@pytest.mark.parametrize(("after_ms", "refusal"), [(LIFE_MS - 1, None), (LIFE_MS, Refusal.EXPIRED)])
def test_a_code_lives_for_its_life_of_run_time(after_ms: int, refusal: Refusal | None) -> None:
    assert refused(CODE, RIGHT, after_ms=after_ms) is refusal


@given(st.integers(-(10**15), 10**15), st.integers(0, 2 * LIFE_MS))
def test_the_wall_clock_ends_no_code(issued_wall_ms: int, after_ms: int) -> None:
    assert refused(CODE, RIGHT, after_ms=after_ms, issued_wall_ms=issued_wall_ms) is refused(
        CODE, RIGHT, after_ms=after_ms
    )
