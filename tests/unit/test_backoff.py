"""Delays between attempts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.backoff import Backoff


@pytest.mark.parametrize(("attempt", "ceiling_s"), [(0, 0.5), (1, 1.0), (2, 2.0), (6, 32.0), (7, 60.0), (100, 60.0)])
def test_the_ceiling_doubles_up_to_the_longest(attempt: int, ceiling_s: float) -> None:
    assert Backoff().ceiling_s(attempt) == ceiling_s


@given(st.integers(0, 10**9), st.integers())
def test_a_delay_is_between_half_the_ceiling_and_the_ceiling(attempt: int, seed: int) -> None:
    backoff = Backoff(first_s=0.1, longest_s=5.0)
    ceiling_s = backoff.ceiling_s(attempt)
    assert 0 < ceiling_s / 2 <= backoff.delay_s(attempt, random.Random(seed)) <= ceiling_s <= 5.0  # noqa: S311 -- spreads attempts, guards nothing


@given(st.integers(0, 200))
def test_no_attempt_waits_less_long_at_most_than_the_one_before(attempt: int) -> None:
    assert Backoff().ceiling_s(attempt) <= Backoff().ceiling_s(attempt + 1)


def test_delays_are_spread_out() -> None:
    chance = random.Random(1)  # noqa: S311 -- spreads attempts, guards nothing
    assert len({Backoff().delay_s(3, chance) for _ in range(100)}) == 100
