"""Where a timeline begins, and the seconds it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Event
from bridge.timeline.entry import Entry
from bridge.timeline.timeline import first_sight_seq, shown_seconds

EVENT = Event("home", "door", "door", "contact.opened", {})
times = st.lists(st.integers(0, 10_000_000), max_size=60)


def newest_first(times_ms: list[int], *, newest_seq: int) -> list[Entry]:
    return [Entry(newest_seq - place, f"id{place}", at_ms, EVENT) for place, at_ms in enumerate(times_ms)]


@given(times)
def test_shown_seconds_never_rise(times_ms: list[int]) -> None:
    seconds = shown_seconds(newest_first(times_ms, newest_seq=100))
    assert seconds == sorted(seconds, reverse=True)


@given(times)
def test_no_second_is_later_than_the_events_own(times_ms: list[int]) -> None:
    seconds = shown_seconds(newest_first(times_ms, newest_seq=100))
    assert all(second <= at_ms // 1000 for second, at_ms in zip(seconds, times_ms, strict=True))


@given(times)
def test_with_a_clock_that_never_steps_back_each_shows_its_own_second(times_ms: list[int]) -> None:
    ordered = sorted(times_ms, reverse=True)
    assert shown_seconds(newest_first(ordered, newest_seq=100)) == [at_ms // 1000 for at_ms in ordered]


@given(times, st.integers(0, 60))
def test_a_smaller_limit_shows_the_same_seconds(times_ms: list[int], limit: int) -> None:
    entries = newest_first(times_ms, newest_seq=100)
    assert shown_seconds(entries[:limit]) == shown_seconds(entries)[:limit]


def test_an_older_entry_with_a_later_clock_shows_its_newer_neighbours_second() -> None:
    assert shown_seconds(newest_first([5_999, 9_000, 7_000, 4_000], newest_seq=9)) == [5, 5, 5, 4]


@pytest.mark.parametrize(
    ("times_ms", "start_seq"),
    [
        ([], 10),  # an empty timeline starts behind the newest of all
        ([100_000, 90_000, 1_000], 6),
        ([40_000, 39_999], 7),  # a minute ago to the millisecond still counts
        ([39_999], 10),
        ([100_500], 7),  # the clock stepped back a little since
        ([90_000, 1_000, 90_000], 5),  # one in between with a clock that was behind
    ],
)
def test_a_new_identity_starts_a_minute_before_its_first_sight(times_ms: list[int], start_seq: int) -> None:
    recent = newest_first(times_ms, newest_seq=7)
    assert first_sight_seq(recent, now_ms=100_000, newest_seq=9) == start_seq


@given(times, st.integers(0, 10_000_000), st.integers(0, 50))
def test_a_first_sight_shows_all_of_the_last_minute_and_all_that_comes(
    times_ms: list[int], now_ms: int, others: int
) -> None:
    recent = newest_first(times_ms, newest_seq=100)
    newest_seq = 100 + others
    start = first_sight_seq(recent, now_ms, newest_seq)
    assert start <= newest_seq + 1
    assert all(entry.seq >= start for entry in recent if entry.recorded_at_ms >= now_ms - 60_000)
    oldest_shown = [entry for entry in recent if entry.seq == start]
    assert start == newest_seq + 1 or oldest_shown[0].recorded_at_ms >= now_ms - 60_000
