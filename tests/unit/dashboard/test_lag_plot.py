"""How a lag is drawn: what is high is slow, what is right is new, and words say the same."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.lag_history import MINUTES, NOTHING
from bridge.dashboard.lag_plot import HEIGHT, WIDTH, lag_plot
from bridge.dashboard.measured import duration, long_time, size

QUIET = (NOTHING, NOTHING)
_POINT = re.compile(r"([ML])(\S+?) ([^ML]+)")


def points(path: str) -> list[tuple[str, float, float]]:
    """Return each step of a path, from the right to the left."""
    return [(step, float(x), float(y)) for step, x, y in _POINT.findall(path)]


def test_where_nothing_was_measured_nothing_is_drawn_and_that_is_said() -> None:
    for minutes in ([], [QUIET] * 5):
        plot = lag_plot(minutes)
        assert (plot.ticks, plot.middle, plot.said) == ((), "", "Nothing was measured yet.")


def test_what_is_slower_is_higher_and_what_is_newer_further_right() -> None:
    plot = lag_plot([(0.001, 0.01), (0.01, 0.1)])
    (_, new_x, new_y), (_, old_x, old_y) = points(plot.middle)
    assert new_x > old_x
    assert new_y < old_y
    assert [y for _, _, y in points(plot.slow)] < [new_y, old_y]


def test_the_scale_goes_by_powers_of_ten_around_all_there_is() -> None:
    assert [tick.label for tick in lag_plot([(0.002, 0.02), (0.5, 3.0)]).ticks] == [
        "1 ms",
        "10 ms",
        "100 ms",
        "1 s",
        "10 s",
    ]


def test_the_time_below_is_as_long_as_there_is_something_to_show() -> None:
    assert lag_plot([(1.0, 1.0)] * 60).begin == "1 h ago"
    assert lag_plot([(1.0, 1.0)] * 61).begin == "6 h ago"
    assert lag_plot([(1.0, 1.0)] * MINUTES).begin == "24 h ago"


def test_a_line_is_broken_where_nothing_happened_for_long_and_a_single_point_is_seen() -> None:
    plot = lag_plot(
        [(1.0, 2.0), (1.0, 2.0), *[QUIET] * 20, (1.0, 2.0), *[QUIET] * 3, (1.0, 2.0), *[QUIET] * 20, (1.0, 2.0)]
    )
    assert "".join(step for step, _, _ in points(plot.middle)) == "MMLML"
    assert len(plot.marks) == 1
    assert plot.marks[0][0] == points(plot.slow)[0][1]


def test_words_say_what_is_usual_and_what_was_worst() -> None:
    said = lag_plot([(0.003, 0.004), (0.003, 0.2), (0.005, 0.006)]).said
    assert said == (
        "Over 3 minutes: 3 ms as a rule; in the slowest minute 95 of 100 were done within 200 ms. The last: 5 ms."
    )


@given(st.lists(st.one_of(st.just(QUIET), st.floats(0, 4000).map(lambda low: (low, low * 1.5))), max_size=MINUTES))
def test_whatever_was_measured_stays_within_the_drawing(minutes: list[tuple[float, float]]) -> None:
    plot = lag_plot(minutes)
    for _, x, y in (*points(plot.middle), *points(plot.slow), *(("M", *mark) for mark in plot.marks)):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    assert len(plot.ticks) < 14


def test_times_and_sizes_are_told_in_the_unit_that_people_would_choose() -> None:
    assert [duration(each) for each in (0.0004, 0.0123, 0.5, 1.25, 42.0, 300.0, 7200.0)] == [
        *("0.4 ms", "12 ms", "500 ms", "1.2 s", "42 s", "5 min", "2 h"),
    ]
    assert [long_time(each) for each in (5, 119, 120, 7300, 200_000)] == [
        *("a moment", "a moment", "2 minutes", "2 hours", "2 days"),
    ]
    assert [size(each) for each in (5, 2_500, 3_400_000, 12e9)] == ["5 bytes", "2.5 kB", "3.4 MB", "12 GB"]
