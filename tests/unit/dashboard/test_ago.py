"""Times in a person's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.ago import DAY_MS, HOUR_MS, MINUTE_MS, ago, lasting

NOW_MS = 1_770_000_000_000


@pytest.mark.parametrize(
    ("past_ms", "said"),
    [
        (-HOUR_MS, "just now"),
        (4_999, "just now"),
        (5_000, "5 s ago"),
        (MINUTE_MS - 1, "59 s ago"),
        (MINUTE_MS, "1 min ago"),
        (HOUR_MS - 1, "59 min ago"),
        (47 * HOUR_MS, "47 h ago"),
        (2 * DAY_MS, "2 days ago"),
        (400 * DAY_MS, "400 days ago"),
    ],
)
def test_it_is_said_how_long_ago_something_was(past_ms: int, said: str) -> None:
    assert ago(NOW_MS - past_ms, NOW_MS) == said


@pytest.mark.parametrize(
    ("for_ms", "said"),
    [
        (-1, "0 s"),
        (59_999, "59 s"),
        (MINUTE_MS, "1 min"),
        (HOUR_MS, "1 h"),
        (2 * HOUR_MS + 10 * MINUTE_MS, "2 h 10 min"),
        (3 * DAY_MS + 5 * HOUR_MS, "3 days"),
    ],
)
def test_it_is_said_how_long_something_lasted(for_ms: int, said: str) -> None:
    assert lasting(for_ms) == said


@given(st.integers(-DAY_MS, 10_000 * DAY_MS))
def test_any_time_is_said_in_one_number_and_one_unit(past_ms: int) -> None:
    words = ago(NOW_MS - past_ms, NOW_MS).split()
    assert words == ["just", "now"] or (words[0].isdigit() and words[1] in ("s", "min", "h", "days"))
