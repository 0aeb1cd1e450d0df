"""How long the bridge has run."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.run_clock import RunClock


class Monotonic:
    """A monotonic clock that is turned by hand."""

    def __init__(self, now_s: float = 5000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        """Return seconds."""
        return self.now_s


def test_it_goes_on_from_where_the_last_run_ended() -> None:
    monotonic = Monotonic()
    clock = RunClock(90_000, monotonic)
    assert clock.ms == 90_000
    monotonic.now_s += 1.5
    assert clock.ms == 91_500
    assert RunClock(clock.ms, Monotonic(3.0)).ms == 91_500, "the machine was started again"


@given(st.integers(0, 10**13), st.lists(st.floats(-(10**6), 10**6)))
def test_it_never_goes_back(kept_ms: int, steps: list[float]) -> None:
    monotonic = Monotonic()
    clock = RunClock(kept_ms, monotonic)
    before = clock.ms
    for step in steps:
        monotonic.now_s += step
        assert clock.ms >= before
        before = clock.ms
