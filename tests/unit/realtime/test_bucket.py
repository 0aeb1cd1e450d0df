"""A burst, then one a second, whatever the order of asking."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.realtime.bucket import BURST, Bucket

steps_s = st.lists(st.floats(0, 30, allow_nan=False), max_size=200)
quarters_s = st.lists(st.integers(0, 120).map(lambda quarters: quarters / 4), max_size=200)
"""Floating point holds these exactly."""


def spent(bucket: Bucket, now_s: float) -> int:
    """Take every token that is there and return how many these were."""
    count = 0
    while bucket.ready_at_s(now_s) <= now_s:
        bucket.take(now_s)
        count += 1
    return count


def test_a_new_bucket_has_a_burst() -> None:
    assert spent(Bucket(), 1000.0) == BURST


def test_an_empty_bucket_says_when_the_next_token_is_there() -> None:
    bucket = Bucket()
    spent(bucket, 1000.0)
    assert bucket.ready_at_s(1000.25) == 1001.0
    assert spent(bucket, 1000.875) == 0
    assert spent(bucket, 1001.0) == 1


def test_an_empty_bucket_is_full_again_when_a_burst_has_passed() -> None:
    bucket = Bucket()
    spent(bucket, 1000.0)
    assert not bucket.is_full(1000.0 + BURST - 0.5)
    assert bucket.is_full(1000.0 + BURST)
    assert spent(bucket, 5000.0) == BURST


def test_a_token_given_back_is_there_again() -> None:
    bucket = Bucket()
    spent(bucket, 1000.0)
    bucket.give_back()
    assert spent(bucket, 1000.0) == 1


def test_a_closed_bucket_has_one_token_at_the_end_and_no_burst() -> None:
    bucket = Bucket()
    bucket.close(1900.0)
    assert bucket.ready_at_s(1000.0) == 1900.0
    assert spent(bucket, 1899.75) == 0
    assert spent(bucket, 1900.0) == 1


def test_closing_never_opens_earlier() -> None:
    bucket = Bucket()
    bucket.close(1900.0)
    bucket.close(1100.0)
    assert bucket.ready_at_s(1000.0) == 1900.0


@given(steps_s)
def test_never_more_than_a_burst_and_one_a_second(steps: list[float]) -> None:
    bucket, now_s, taken = Bucket(), 1000.0, 0
    for step_s in steps:
        now_s += step_s
        taken += spent(bucket, now_s)
        assert taken <= BURST + (now_s - 1000.0) + 1e-6


@given(steps_s)
def test_never_fewer_than_one_a_second_where_that_was_asked_for(steps: list[float]) -> None:
    bucket, now_s = Bucket(), 1000.0
    spent(bucket, now_s)
    for step_s in steps:
        now_s += step_s
        assert bucket.ready_at_s(now_s) <= now_s + 1 + 1e-6
        spent(bucket, now_s)


@given(quarters_s)
def test_a_full_bucket_is_as_good_as_a_new_one(steps: list[float]) -> None:
    bucket, now_s = Bucket(), 1000.0
    for step_s in steps:
        if bucket.ready_at_s(now_s) <= now_s:
            bucket.take(now_s)
        now_s += step_s
        if bucket.is_full(now_s):
            assert spent(bucket, now_s) == BURST
