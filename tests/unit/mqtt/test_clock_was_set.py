"""A clock that was set, in batches: what lasts goes on lasting as long as it should."""

import pytest

from bridge.devices.last_known import EntityState
from bridge.mqtt.clock_steps import ClockSteps
from bridge.mqtt.interpreter import Listening
from bridge.mqtt.message import Due
from tests.unit.mqtt.examples import DOOR, message
from tests.unit.mqtt.taking import Taking, running
from tests.unit.mqtt.test_numbers_and_time import Timed

HOUR_MS = 3_600_000
FORTH_AND_BACK = pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS])


def opened(*, shaped: bool = False) -> Timed:
    """Return a house whose door was opened half a minute ago, or a second if that has not counted yet."""
    taken = Timed(shaped=shaped)
    taken.now_ms = 10 * HOUR_MS
    taken.commit(message(DOOR, b"closed", qos=0), message(DOOR, b"open", qos=0))
    taken.now_ms += 1_000 if shaped else 30_000
    return taken


def look(taken: Timed, *, after_ms: int) -> list[str]:
    """Let time pass, look at what is due, and return all that has been offered."""
    taken.now_ms += after_ms
    taken.commit(Due(live=True))
    return taken.offered


@FORTH_AND_BACK
def test_a_door_is_told_of_as_left_open_after_its_time_whatever_the_clock_was_set_to(by_ms: int) -> None:
    taken = opened()
    taken.now_ms += by_ms
    assert taken.commit(set_by_ms=by_ms).stirred, "what is due is so at another time by this clock"
    assert taken.interpreter.next_due_ms(taken.now_ms) == taken.now_ms + 30_000
    assert look(taken, after_ms=29_999) == ["contact.opened"]
    assert look(taken, after_ms=1) == ["contact.opened", "contact.left_open.1"]


@FORTH_AND_BACK
def test_a_state_that_has_to_last_lasts_on_by_a_clock_that_was_set(by_ms: int) -> None:
    taken = opened(shaped=True)
    taken.now_ms += by_ms
    taken.commit(set_by_ms=by_ms)
    assert look(taken, after_ms=499) == []
    assert look(taken, after_ms=1) == ["contact.opened"]


def test_only_what_counts_from_some_instant_is_written_anew_when_the_clock_was_set() -> None:
    taken = opened()
    taken.known.replace({"bell": EntityState(presses=("single",))})
    draft = taken.draft(set_by_ms=HOUR_MS)
    assert draft.states == {"front-door": EntityState("open", since_ms=11 * HOUR_MS)}
    assert draft.deadlines.keys() == {("front-door", 1)}
    assert taken.interpreter.begin(Listening(), next_seq=1).states == {}
    assert taken.interpreter.draft([], Listening(), next_seq=1, now_ms=taken.now_ms).states == {}


async def test_a_step_is_settled_once_with_the_batch_that_is_written_and_not_with_one_that_failed() -> None:
    steps: list[str] = []
    there = Taking(steps, clock_steps=ClockSteps(lambda: 0.0, 1000, settled=lambda: steps.append("settled")))
    async with running(there.inbound):
        await there.hear(message(DOOR, b"closed", packet_id=1))
        steps.clear()
        there.now_ms += HOUR_MS
        there.failures = 1
        await there.hear(message(packet_id=2))
        assert [step for step in steps if step in ("written", "settled")] == ["written", "settled"]
        assert there.batches[-1].states["front-door"] == EntityState("closed", since_ms=1000 + HOUR_MS)
        await there.hear(message(packet_id=3))
        assert steps.count("settled") == 1
        assert "front-door" not in there.batches[-1].states, "it has moved along already"
