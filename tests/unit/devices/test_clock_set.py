"""A clock that is set moves every instant along, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.clock_set import latest_ms, moved_deadline, moved_state
from bridge.devices.deadlines import Deadline
from bridge.devices.last_known import NOTHING_KNOWN, EntityState, Fading, OverTime, Pending

STEP_MS = -3_600_000
INSTANTS = st.one_of(st.none(), st.integers(0, 2**41))


@st.composite
def states(draw: st.DrawFn) -> EntityState:
    """Make a state with any of its instants."""
    pending = draw(st.one_of(st.none(), st.builds(Pending, st.just("on"), st.integers(0, 9), st.integers(0, 9))))
    fading = draw(st.one_of(st.none(), st.builds(Fading, st.integers(0, 9), st.booleans())))
    timed = OverTime(fading, draw(INSTANTS), "on", draw(INSTANTS), draw(INSTANTS))
    return EntityState("on", 40, draw(INSTANTS), pending=pending, offered_ms=draw(INSTANTS), over_time=timed)


def test_each_instant_moves_by_as_much() -> None:
    timed = OverTime(Fading(1, heard=True), 2, "off", 3, 4)
    state = EntityState("on", 40, 5, ("single",), pending=Pending("off", 6, 7), offered_ms=8, over_time=timed)

    moved = moved_state(state, 100)

    assert moved.over_time == OverTime(Fading(101, heard=True), 102, "off", 103, 104)
    assert (moved.since_ms, moved.offered_ms, moved.pending) == (105, 108, Pending("off", 106, 107))
    assert (moved.value, moved.brightness, moved.presses) == ("on", 40, ("single",))


def test_a_deadline_lasts_as_long_as_before() -> None:
    assert moved_deadline(Deadline("door", 10, 1000, 601_000, told=True), -500) == Deadline(
        "door", 10, 500, 600_500, told=True
    )


def test_a_state_without_any_instant_stays_the_very_same() -> None:
    assert moved_state(NOTHING_KNOWN, STEP_MS) is NOTHING_KNOWN
    button = EntityState(presses=("single",))
    assert moved_state(button, STEP_MS) is button


@given(states())
def test_a_step_back_undoes_a_step(state: EntityState) -> None:
    assert moved_state(moved_state(state, STEP_MS), -STEP_MS) == state


@given(states())
def test_the_latest_instant_moves_along(state: EntityState) -> None:
    before, after = latest_ms(state), latest_ms(moved_state(state, 5))
    assert after == (before + 5 if before or after else 0)


def test_no_instant_is_forgotten_when_a_state_gets_another() -> None:
    """Whoever adds one must think of the clock."""
    instants = {name for kind in (EntityState, OverTime, Pending, Fading) for name in kind.__struct_fields__}
    assert {name for name in instants if name.endswith("_ms")} == {
        *("since_ms", "offered_ms", "first_ms", "heard_ms", "held_ms", "online_ms"),
    }
