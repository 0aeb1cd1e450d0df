"""How a user stands with IFTTT, as plain decisions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.simulator.offline import (
    MOST_FAILED,
    WINDOW_S,
    Standing,
    check_failed,
    in_trouble,
    reconnected,
    with_token,
    without_token,
)
from bridge.simulator.schedule import DAY_S


def failing(times_s: list[float]) -> Standing:
    """Return how somebody stands after checks that failed then."""
    standing = Standing()
    for at_s in times_s:
        standing = check_failed(standing, at_s)
    return standing


def test_who_is_offline_is_mailed_once_until_online_again() -> None:
    standing = without_token(without_token(Standing()))
    assert (standing.offline, standing.mails) == (True, 1)

    standing = without_token(with_token(standing))
    assert (standing.offline, standing.mails) == (True, 2)


def test_the_fifteenth_failed_check_within_two_weeks_disables() -> None:
    assert not failing([day * DAY_S for day in range(14)]).disabled
    assert failing([day * DAY_S * 0.9 for day in range(15)]).disabled


def test_failures_that_are_old_do_not_count() -> None:
    assert not failing([day * DAY_S for day in range(100)]).disabled


def test_connecting_again_wipes_the_slate_but_not_the_mails() -> None:
    standing = reconnected(without_token(failing([float(n) for n in range(20)])))

    assert standing == Standing(mails=1)


def test_trouble_is_a_dead_token_or_a_check_that_failed_within_a_day() -> None:
    assert in_trouble(without_token(Standing()), 0.0)
    assert in_trouble(failing([5.0]), 6.0)
    assert not in_trouble(failing([5.0]), 5.0 + DAY_S)
    assert not in_trouble(Standing(), 0.0)


@settings(deadline=None)
@given(pauses=st.lists(st.floats(1.0, 3 * DAY_S), max_size=60))
def test_disabled_is_exactly_whoever_had_fifteen_failures_in_some_window(pauses: list[float]) -> None:
    times_s, now_s = [], 0.0
    for pause in pauses:
        now_s += pause
        times_s.append(now_s)
    crowded = any(
        later_s - earlier_s < WINDOW_S for earlier_s, later_s in zip(times_s, times_s[MOST_FAILED - 1 :], strict=False)
    )

    assert failing(times_s).disabled == crowded
