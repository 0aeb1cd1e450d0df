"""When an Applet is checked next if nobody tells."""

import random

from bridge.simulator.schedule import FREE, PRO, RARELY, TOLD_COUNTS_FOR_S, Pace

CHANCE = random.Random(7)  # noqa: S311 -- an example
PACE = Pace(PRO, RARELY)


def test_pauses_vary_within_the_bounds_of_the_plan() -> None:
    for plan in (PRO, FREE):
        pauses = [Pace(plan).pause_s(None, 0.0, CHANCE) for _ in range(100)]
        assert all(plan[0] <= pause <= plan[1] for pause in pauses)
        assert len(set(pauses)) > 50


def test_what_was_told_lately_is_checked_rarely() -> None:
    assert PACE.pause_s(0.0, TOLD_COUNTS_FOR_S, CHANCE) >= RARELY[0]


def test_what_was_told_long_ago_or_never_is_checked_as_often_as_any() -> None:
    assert PACE.pause_s(0.0, TOLD_COUNTS_FOR_S + 1, CHANCE) <= PRO[1]
    assert PACE.pause_s(None, 0.0, CHANCE) <= PRO[1]


def test_without_another_pace_being_told_changes_nothing() -> None:
    assert Pace(PRO).pause_s(0.0, 0.0, CHANCE) <= PRO[1]
