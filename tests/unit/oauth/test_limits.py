"""How long to wait before a password is checked again."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.limits import (
    ACCOUNTS,
    FORGOTTEN_S,
    FREE_OF_ACCOUNT,
    LONGEST_OF_ACCOUNT_S,
    MAX_ADDRESSES,
    MAX_BROWSERS,
    Attempt,
    SignInLimits,
)

KEY = b"k" * 32
HERE = "203.0.113.7"
STRANGER = Attempt("anna", HERE)
KNOWN = Attempt("anna", HERE, "browser")


def addresses() -> Iterator[str]:
    return (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(2**24))


def waits(attempt: Attempt, failures: int) -> list[float]:
    """Fail again and again, each time as soon as it may be, and return how long that took each time."""
    limits, now_s, waited = SignInLimits(KEY), 1000.0, []
    for _ in range(failures):
        waited.append(limits.wait_s(attempt, now_s))
        now_s += waited[-1]
        assert limits.wait_s(attempt, now_s) == 0
        limits.failed(attempt, now_s)
    return waited


def fail(limits: SignInLimits, attempt: Attempt, times: int, now_s: float) -> None:
    for _ in range(times):
        limits.failed(attempt, now_s)


def fail_from_everywhere(limits: SignInLimits, account: str, times: int, now_s: float) -> None:
    for address, _ in zip(addresses(), range(times), strict=False):
        limits.failed(Attempt(account, address), now_s)


def test_an_address_waits_twice_as_long_after_each_failure_from_the_third_on_and_five_minutes_at_the_most() -> None:
    assert waits(STRANGER, 14)[:14] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_known_browser_waits_like_an_address_and_a_minute_at_the_most() -> None:
    assert waits(KNOWN, 11) == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_strangers_without_a_known_address_wait_as_their_account_does_and_15_seconds_at_the_most() -> None:
    waited = waits(Attempt("anna", None), 100)
    assert waited[:FREE_OF_ACCOUNT] == [0] * FREE_OF_ACCOUNT
    assert waited[FREE_OF_ACCOUNT : FREE_OF_ACCOUNT + 3] == [0.5, 1, 1.5]
    assert waited == sorted(waited)
    assert waited[-1] == LONGEST_OF_ACCOUNT_S == max(waited)


def test_no_number_of_failures_makes_it_longer() -> None:
    for attempt, longest_s in ((STRANGER, 300), (KNOWN, 60), (Attempt("anna", None), 15)):
        limits = SignInLimits(KEY)
        fail(limits, attempt, 2000, 0.0)
        assert limits.wait_s(attempt, 0.0) == longest_s


def test_the_time_to_wait_runs_from_the_last_failure_and_asking_makes_it_no_longer() -> None:
    limits = SignInLimits(KEY)
    fail(limits, STRANGER, 6, 100.0)
    assert [limits.wait_s(STRANGER, now_s) for now_s in (100, 100, 105, 107.5, 108, 200)] == [8, 8, 3, 0.5, 0, 0]


def test_all_addresses_of_one_house_wait_together_and_other_houses_do_not() -> None:
    limits = SignInLimits(KEY)
    fail(limits, Attempt("anna", "2001:db8::7"), 5, 0.0)
    assert limits.wait_s(Attempt("ben", "2001:db8::ffff:8"), 0.0) == 4
    assert limits.wait_s(Attempt("ben", "2001:db8:0:1::7"), 0.0) == 0


def test_an_hour_without_a_failure_makes_everything_new() -> None:
    for attempt in (STRANGER, KNOWN, Attempt("anna", None)):
        limits = SignInLimits(KEY)
        fail(limits, attempt, 50, 0.0)
        limits.failed(attempt, FORGOTTEN_S - 1)
        assert limits.wait_s(attempt, FORGOTTEN_S - 1) > 10
        assert limits.wait_s(attempt, 2 * FORGOTTEN_S - 1) == 0
        limits.failed(attempt, 2 * FORGOTTEN_S - 1)
        assert limits.wait_s(attempt, 2 * FORGOTTEN_S - 1) == 0


def test_many_addresses_that_guess_at_one_account_wait_for_each_other() -> None:
    limits = SignInLimits(KEY)
    fail_from_everywhere(limits, "anna", 1000, 0.0)
    assert limits.wait_s(STRANGER, 0.0) == 15
    assert limits.wait_s(Attempt("ben", HERE), 0.0) == 0


def test_whatever_strangers_do_a_known_browser_does_not_wait_not_even_at_their_address() -> None:
    limits = SignInLimits(KEY)
    fail_from_everywhere(limits, "anna", 1000, 0.0)
    fail(limits, STRANGER, 1000, 0.0)
    assert limits.wait_s(STRANGER, 0.0) == 300
    assert limits.wait_s(KNOWN, 0.0) == 0


def test_a_known_browser_that_fails_holds_nobody_else_up() -> None:
    limits = SignInLimits(KEY)
    fail(limits, KNOWN, 1000, 0.0)
    assert limits.wait_s(KNOWN, 0.0) == 60
    for other in (STRANGER, Attempt("anna", HERE, "other browser"), Attempt("ben", HERE, "browser")):
        assert limits.wait_s(other, 0.0) == 0


@pytest.mark.parametrize("attempt", [STRANGER, KNOWN])
def test_signing_in_forgives_what_was_mistyped_here(attempt: Attempt) -> None:
    limits = SignInLimits(KEY)
    fail(limits, attempt, 5, 0.0)
    assert limits.wait_s(attempt, 0.0) == 4
    limits.succeeded(attempt)
    assert limits.wait_s(attempt, 0.0) == 0


def test_who_owns_an_account_cannot_buy_guesses_at_another_with_it() -> None:
    limits, mine, now_s = SignInLimits(KEY), Attempt("mallory", HERE), 0.0
    for _ in range(12):
        now_s += limits.wait_s(STRANGER, now_s)
        limits.failed(STRANGER, now_s)
        limits.failed(mine, now_s)
        limits.succeeded(mine)
    assert limits.wait_s(STRANGER, now_s) == 300


def test_nor_by_failing_at_so_many_that_they_are_counted_together() -> None:
    limits = SignInLimits(KEY)
    names = [f"user {number}" for number in range(40)]
    for name in names:
        limits.failed(Attempt(name, HERE), 0.0)
    for name in names:
        limits.succeeded(Attempt(name, HERE))
    assert limits.wait_s(STRANGER, 0.0) == 300


def test_signing_in_as_a_stranger_does_not_forgive_other_strangers_what_they_guessed() -> None:
    limits = SignInLimits(KEY)
    fail_from_everywhere(limits, "anna", 100, 0.0)
    limits.succeeded(STRANGER)
    assert limits.wait_s(STRANGER, 0.0) == 15


def test_invented_names_push_nobodys_count_out() -> None:
    limits = SignInLimits(KEY)
    fail_from_everywhere(limits, "anna", 100, 0.0)
    for number in range(2 * ACCOUNTS):
        limits.failed(Attempt(f"nobody {number}", None), 1.0)
    assert limits.wait_s(STRANGER, 1.0) >= 14


def test_what_is_remembered_is_bounded_and_the_eldest_is_forgotten() -> None:
    limits = SignInLimits(KEY)
    fail(limits, STRANGER, 10, 0.0)
    fail(limits, KNOWN, 10, 0.0)
    for number, address in zip(range(MAX_ADDRESSES), addresses(), strict=False):
        assert limits.wait_s(Attempt("ben", HERE), 0.0) > 0
        limits.failed(Attempt(f"nobody {number}", address), 0.0)
    for number in range(MAX_BROWSERS):
        assert limits.wait_s(KNOWN, 0.0) > 0
        limits.failed(Attempt("mallory", HERE, f"browser {number}"), 0.0)
    assert limits.wait_s(Attempt("ben", HERE), 0.0) == 0
    assert limits.wait_s(KNOWN, 0.0) == 0


def test_who_failed_again_lately_is_not_the_eldest() -> None:
    limits, others = SignInLimits(KEY), [f"2001:db8:{number:x}::" for number in range(MAX_ADDRESSES)]
    fail(limits, Attempt("anna", HERE), 5, 0.0)
    fail(limits, Attempt("anna", others[0]), 5, 1.0)
    limits.failed(Attempt("anna", HERE), 2.0)
    for address in others[1:]:
        limits.failed(Attempt("nobody", address), 2.0)
    assert limits.wait_s(Attempt("ben", HERE), 2.0) == 8
    assert limits.wait_s(Attempt("ben", others[0]), 2.0) == 0


def test_a_name_of_any_length_takes_no_more_memory() -> None:
    limits = SignInLimits(KEY)
    before = sys.getallocatedblocks()
    for number in range(1000):
        limits.failed(Attempt(f"{number}" * 1000, HERE), 0.0)
    assert sys.getallocatedblocks() - before < 20 * 1000


steps = st.lists(
    st.tuples(
        st.floats(0, 400),
        st.sampled_from(["anna", "ben", "\udcff", ""]),
        st.sampled_from([None, "10.0.0.1", "10.0.0.2", "2001:db8::1", "unknown"]),
        st.sampled_from([None, "browser"]),
        st.sampled_from(["failed", "succeeded"]),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_happens_nobody_waits_longer_than_their_longest_and_a_name_is_like_any_other(
    walk: list[tuple[float, str, str | None, str | None, str]],
) -> None:
    limits, renamed, now_s = SignInLimits(KEY), SignInLimits(KEY), 0.0
    for pause_s, account, address, browser, what in walk:
        now_s += pause_s
        attempt, other = Attempt(account, address, browser), Attempt(f"not {account!r}", address, browser)
        wait_s = limits.wait_s(attempt, now_s)
        assert 0 <= wait_s <= (60 if browser else 300 if address else 15)
        assert renamed.wait_s(other, now_s) == wait_s
        if wait_s:
            continue
        for each, its in ((limits, attempt), (renamed, other)):
            if what == "failed":
                each.failed(its, now_s)
            else:
                each.succeeded(its)
