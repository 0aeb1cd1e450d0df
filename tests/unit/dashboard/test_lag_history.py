"""The lags of a day: what each minute comes to, and how little of it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.exposition import Histogram
from bridge.dashboard.lag_history import MINUTES, NOTHING, LagHistory, quantile
from bridge.dashboard.measures import LAG_S

BOUNDS = (1.0, 2.0, 4.0)


def history() -> tuple[Histogram, LagHistory]:
    histogram = Histogram(BOUNDS)
    return histogram, LagHistory({"disk": histogram})


def test_each_minute_tells_of_itself_alone() -> None:
    histogram, lags = history()
    for value in (0.5, 0.5, 3.0, 3.0):
        histogram.observe(value)
    lags.sample()
    histogram.observe(1.5)
    lags.sample()
    first, second = lags.of("disk")
    assert first == pytest.approx((1.0, 3.8))
    assert second == pytest.approx((1.5, 1.95))


def test_a_minute_in_which_nothing_happened_says_so() -> None:
    _, lags = history()
    lags.sample()
    assert lags.of("disk") == [(NOTHING, NOTHING)]


def test_what_was_before_the_first_minute_counts_for_none() -> None:
    histogram = Histogram(BOUNDS)
    histogram.observe(3.0)
    lags = LagHistory({"disk": histogram})
    lags.sample()
    assert lags.of("disk") == [(NOTHING, NOTHING)]


def test_a_day_is_kept_and_no_more() -> None:
    histogram, lags = history()
    histogram.observe(0.5)
    for _ in range(MINUTES):
        lags.sample()
    assert lags.of("disk")[0][0] != NOTHING
    lags.sample()
    assert len(lags.of("disk")) == MINUTES
    assert {middle for middle, _ in lags.of("disk")} == {NOTHING}


def test_beyond_the_last_bound_nobody_knows() -> None:
    assert quantile(BOUNDS, [0, 0, 0, 9], 0.5) == 4.0


@given(values=st.lists(st.floats(0, 5000), min_size=1, max_size=50), part=st.sampled_from([0.5, 0.95]))
def test_what_is_told_lies_between_the_bounds_of_the_value_that_it_stands_for(values: list[float], part: float) -> None:
    histogram = Histogram(LAG_S)
    for value in values:
        histogram.observe(value)
    told = quantile(histogram.bounds, histogram.counts, part)
    real = sorted(values)[max(0, -(-len(values) * round(part * 100) // 100) - 1)]
    above = next((bound for bound in LAG_S if real <= bound), LAG_S[-1])
    below = max((bound for bound in LAG_S if bound < real), default=0.0)
    assert min(below, LAG_S[-1]) <= told <= above
