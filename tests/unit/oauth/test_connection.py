"""How a connection is, from its checks: near the limit in good time, and right whatever the clock does."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.homes.user import User
from bridge.oauth.connection import (
    LIMIT,
    SILENT_AFTER_MS,
    URGENT_AT,
    WARN_AT,
    WINDOW_MS,
    Cause,
    Connection,
    ConnectionKey,
    FailedCheck,
    KeptChecks,
    State,
    cause_of,
    connection_of,
    connections_of,
    cure_of,
)
from bridge.oauth.grants import GrantRow, Refusal

NOW_MS: Final = 1_770_000_000_000
DAY_MS: Final = 24 * 3600 * 1000
YEAR_MS: Final = 365 * DAY_MS
KEY: Final = ConnectionKey("u_1", "my_service")


def failed(*times_ms: int) -> tuple[FailedCheck, ...]:
    return tuple(FailedCheck(at_ms, Cause.REVOKED) for at_ms in times_ms)


def looked_at(
    *times_ms: int,
    passed_at_ms: int | None = None,
    granted_at_ms: int | None = NOW_MS - 100 * DAY_MS,
    refused: FailedCheck | None = None,
    now_ms: int = NOW_MS,
) -> Connection:
    return connection_of(KeptChecks(KEY, passed_at_ms, failed(*times_ms), refused), granted_at_ms, now_ms=now_ms)


@pytest.mark.parametrize(
    ("count", "state", "level"),
    [
        (0, State.CONNECTED, 0),
        (WARN_AT - 1, State.CONNECTED, 0),
        (WARN_AT, State.FAILING, WARN_AT),
        (URGENT_AT - 1, State.FAILING, WARN_AT),
        (URGENT_AT, State.FAILING, URGENT_AT),
        (LIMIT, State.FAILING, URGENT_AT),
    ],
)
def test_the_more_checks_fail_the_louder(count: int, state: State, level: int) -> None:
    found = looked_at(*(NOW_MS - number for number in range(count)), passed_at_ms=NOW_MS - DAY_MS)
    assert (found.failed, found.state, found.level) == (count, state, level)


def test_only_failed_checks_of_two_weeks_count() -> None:
    found = looked_at(NOW_MS - WINDOW_MS - 1, NOW_MS - WINDOW_MS, NOW_MS - WINDOW_MS + 1, NOW_MS)
    assert found.failed == 2
    assert found.last_failed == FailedCheck(NOW_MS, Cause.REVOKED)


def test_an_old_failed_check_is_told_until_one_passes_though_it_does_not_count() -> None:
    found = looked_at(NOW_MS - YEAR_MS)
    assert (found.failed, found.mended) == (0, False)
    assert looked_at(passed_at_ms=NOW_MS).mended


def test_a_refused_refresh_is_a_failure_at_once_and_stays_one() -> None:
    for at_ms in (NOW_MS, NOW_MS - YEAR_MS):
        found = looked_at(passed_at_ms=NOW_MS - YEAR_MS, refused=FailedCheck(at_ms, Cause.SUPERSEDED))
        assert (found.failed, found.state, found.level, found.mended) == (0, State.FAILING, WARN_AT, False)
        assert found.trouble == FailedCheck(at_ms, Cause.SUPERSEDED)


@pytest.mark.parametrize("last", ["granted", "passed", "failed"])
def test_a_connection_that_nobody_looked_at_for_three_weeks_is_silent(last: str) -> None:
    def at(heard_at_ms: int) -> State:
        return looked_at(
            *([heard_at_ms] if last == "failed" else []),
            passed_at_ms=heard_at_ms if last == "passed" else None,
            granted_at_ms=heard_at_ms if last == "granted" else NOW_MS - YEAR_MS,
        ).state

    assert at(NOW_MS - SILENT_AFTER_MS) is State.CONNECTED
    assert at(NOW_MS - SILENT_AFTER_MS - 1) is State.SILENT


def test_without_a_grant_it_is_revoked_whatever_the_checks_say() -> None:
    found = looked_at(*[NOW_MS] * LIMIT, granted_at_ms=None)
    assert (found.state, found.failed, found.level) == (State.REVOKED, LIMIT, URGENT_AT)


def test_a_clock_ten_years_ahead_and_back_neither_hides_nor_invents_a_failed_check() -> None:
    ahead = NOW_MS + 10 * YEAR_MS
    right, meanwhile = NOW_MS - DAY_MS, ahead + 1
    assert looked_at(right, meanwhile, right, passed_at_ms=right, now_ms=NOW_MS).failed == 3
    assert looked_at(right, meanwhile, now_ms=ahead + 2).failed == 1  # what came before is back when the clock is
    assert looked_at(passed_at_ms=meanwhile).failed == 0
    assert looked_at(passed_at_ms=meanwhile).state is State.CONNECTED


def test_a_check_that_failed_before_the_clock_was_set_counts_from_its_neighbours_time_on() -> None:
    at_start = 1000  # 1970, as a small computer wakes up without a clock of its own
    assert looked_at(at_start, at_start, at_start, passed_at_ms=NOW_MS - DAY_MS).failed == 3
    assert looked_at(NOW_MS - DAY_MS, at_start, NOW_MS - 1).failed == 3
    assert looked_at(at_start, passed_at_ms=NOW_MS - YEAR_MS).failed == 0
    assert looked_at(NOW_MS, NOW_MS, NOW_MS, now_ms=at_start).state is State.FAILING


TIMES = st.integers(0, 4 * 10**12)


@given(st.lists(TIMES, max_size=LIMIT + 3), st.none() | TIMES, st.none() | TIMES, TIMES)
def test_whatever_the_clock_says_the_count_is_one_that_there_can_be(
    times_ms: list[int], passed_at_ms: int | None, granted_at_ms: int | None, now_ms: int
) -> None:
    found = looked_at(*times_ms, passed_at_ms=passed_at_ms, granted_at_ms=granted_at_ms, now_ms=now_ms)
    assert 0 <= found.failed <= min(LIMIT, len(times_ms))
    assert found.failed >= min(LIMIT, sum(now_ms - WINDOW_MS < at_ms <= now_ms for at_ms in times_ms))
    assert (found.state is State.REVOKED) == (granted_at_ms is None)
    assert found.mended == (not times_ms)


def grant(user: str = "u_1", client: str = "my_service", created_at_ms: int = NOW_MS) -> GrantRow:
    return GrantRow(f"g-{user}-{client}-{created_at_ms}", User(user, "elm", user, 1), client, created_at_ms, None)


def test_grants_between_the_same_two_are_one_connection_as_old_as_the_newest() -> None:
    grants = [grant(created_at_ms=NOW_MS - YEAR_MS), grant(), grant(client="clone"), grant("u_2")]
    found = {connection.key: connection.state for connection in connections_of(grants, [], now_ms=NOW_MS)}
    assert found == {
        KEY: State.CONNECTED,
        ConnectionKey("u_1", "clone"): State.CONNECTED,
        ConnectionKey("u_2", "my_service"): State.CONNECTED,
    }


def test_an_ended_connection_is_told_of_while_ifttt_still_asks_for_it() -> None:
    def told(kept: KeptChecks) -> list[State]:
        return [connection.state for connection in connections_of([], [kept], now_ms=NOW_MS)]

    refused = FailedCheck(NOW_MS, Cause.REVOKED)
    assert told(KeptChecks(KEY, NOW_MS)) == []
    assert told(KeptChecks(KEY, None, failed(NOW_MS))) == told(KeptChecks(KEY, refused=refused)) == [State.REVOKED]
    assert told(KeptChecks(KEY, None, failed(NOW_MS - WINDOW_MS), FailedCheck(NOW_MS - WINDOW_MS, ""))) == []


def test_every_refusal_has_a_cause_and_every_cause_something_that_helps() -> None:
    causes = {cause_of(status, refusal) for status in (401, 503, None) for refusal in (None, *Refusal)}
    assert causes == set(Cause)
    assert {cause_of(500, refusal) for refusal in (None, *Refusal)} == {Cause.OURS}
    assert cause_of(None, Refusal.REVOKED) is Cause.REVOKED
    assert len({cure_of(cause) for cause in Cause}) == 3
    assert cure_of("in the words of another version")
