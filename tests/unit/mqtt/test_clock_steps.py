"""Whether the wall clock was set, by one that nothing sets."""

from bridge.mqtt.clock_steps import SMALLEST_MS, ClockSteps

NOON_MS = 1_767_268_800_000
HOUR_MS = 3_600_000


class Steady:
    """A clock that only goes on."""

    seconds = 5.0

    def __call__(self) -> float:
        """Return it."""
        return self.seconds


def test_time_that_passes_is_no_step() -> None:
    steady = Steady()
    steps = ClockSteps(steady, NOON_MS)
    steady.seconds += 3600
    assert steps.set_by_ms(NOON_MS + HOUR_MS) == 0
    assert steps.set_by_ms(NOON_MS + HOUR_MS + SMALLEST_MS - 1) == 0


def test_a_step_is_told_until_it_is_settled() -> None:
    steady = Steady()
    steps = ClockSteps(steady, NOON_MS)
    steady.seconds += 10
    for by_ms in (HOUR_MS, -HOUR_MS, SMALLEST_MS):
        now_ms = NOON_MS + 10_000 + by_ms
        assert steps.set_by_ms(now_ms) == steps.set_by_ms(now_ms) == by_ms
        steps.settle(by_ms)
        assert steps.set_by_ms(now_ms) == 0
        steps.settle(-by_ms)


def test_whoever_notes_the_time_hears_of_a_step() -> None:
    heard: list[str] = []
    steps = ClockSteps(Steady(), NOON_MS, settled=lambda: heard.append("settled"))
    assert steps.set_by_ms(NOON_MS + HOUR_MS) == HOUR_MS
    assert heard == []
    steps.settle(HOUR_MS)
    assert heard == ["settled"]


def test_a_clock_that_begins_behind_was_set_back_meanwhile_and_is_set_forward_later() -> None:
    steps = ClockSteps(Steady(), 0, behind_ms=NOON_MS)
    assert steps.set_by_ms(0) == -NOON_MS
    steps.settle(-NOON_MS)
    assert steps.set_by_ms(0) == 0
    assert steps.set_by_ms(NOON_MS) == NOON_MS
