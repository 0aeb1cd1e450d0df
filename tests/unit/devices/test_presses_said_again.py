"""A press that is told from others by a stamp counts once, however often it is said."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.interpretation import Circumstances, interpret
from bridge.devices.last_known import MAX_STAMPS, NOTHING_KNOWN, EntityState
from bridge.devices.reading import PressReading
from bridge.events import NotOffered
from tests.unit.devices.examples import button

LIVE = Circumstances(now_ms=5000)
RETAINED = Circumstances(now_ms=5000, retained=True)
REPLAYED = Circumstances(now_ms=5000, replayed=True)


class Bell:
    """One button, and the stamps of the presses that counted."""

    def __init__(self, *, counted: bool = False, state: EntityState = NOTHING_KNOWN) -> None:
        self.counted = counted
        self.state = state
        self.pressed: list[str] = []
        self.reasons: list[NotOffered | None] = []

    def hear(self, *stamps: str | int, word: str = "single", how: Circumstances = LIVE) -> "Bell":
        """Take presses in, one after the other."""
        for stamp in stamps:
            result = interpret(button(), self.state, PressReading(word, None, str(stamp), self.counted), how)
            self.state = result.state
            if result.event is not None:
                self.pressed.append(str(stamp))
                self.reasons.append(result.event.reason)
        return self


def test_a_press_that_is_said_again_is_none() -> None:
    assert Bell().hear("noon", "noon", "one", "noon", "one").pressed == ["noon", "one"]


def test_two_presses_without_a_stamp_are_two_and_leave_none() -> None:
    bell = Bell().hear("", "")
    assert (bell.pressed, bell.state) == (["", ""], EntityState(presses=("single",)))


def test_a_press_without_a_stamp_forgets_none() -> None:
    assert Bell().hear("noon", "", "noon").pressed == ["noon", ""]


def test_of_times_the_newest_few_are_remembered_and_what_was_just_said_again_is_among_them() -> None:
    bell = Bell().hear(*range(MAX_STAMPS))
    bell.hear(0)
    assert bell.state.stamps == ("0", *(str(stamp) for stamp in reversed(range(1, MAX_STAMPS))))
    bell.hear("new").pressed.clear()
    assert bell.hear(0, 2).pressed == []
    assert bell.hear(1).pressed == ["1"], "so many others were heard since"


def test_where_counting_begins_is_no_press_and_every_other_count_after_it_is() -> None:
    bell = Bell(counted=True).hear(7)
    assert (bell.pressed, bell.state) == ([], EntityState(stamps=("7",)))
    assert bell.hear(7, 8, 8, 2, 8).pressed == ["8", "2", "8"]
    assert bell.state.stamps == ("8",)


def test_a_count_that_tells_of_no_press_is_kept_and_fires_nothing() -> None:
    bell = Bell(counted=True).hear(7, 8, word="")
    assert (bell.pressed, bell.state) == ([], EntityState(stamps=("8",)))
    assert bell.hear(8, 9).pressed == ["9"]


@pytest.mark.parametrize("counted", [True, False])
def test_a_press_that_the_broker_kept_is_not_pressed_when_it_is_said_again_after_that(*, counted: bool) -> None:
    bell = Bell(counted=counted, state=EntityState(presses=("single",), stamps=("6",)))
    bell.hear(7, how=RETAINED)
    assert bell.state.presses == ("single",)
    assert bell.hear(7, 8).pressed == ["8"]


def test_a_press_that_only_the_gateway_says_again_is_recorded_and_never_offered() -> None:
    waited = Circumstances(now_ms=5000, backlog=True, away_s=1e9, replayed=True)
    bell = Bell().hear("noon", how=REPLAYED).hear("one", how=waited).hear("two")
    assert bell.reasons == [NotOffered.REPLAYED, NotOffered.REPLAYED, None]


@given(st.lists(st.integers(0, 3)))
def test_a_count_is_a_press_where_it_changes_and_nowhere_else(counts: list[int]) -> None:
    changes = [str(after) for before, after in pairwise(counts) if before != after]
    assert Bell(counted=True).hear(*counts).pressed == changes


def naive(stamps: list[int]) -> list[str]:
    """Say which presses count: those that are none of the last few that were heard, before them."""
    heard = [list(dict.fromkeys(reversed(stamps[:place])))[:MAX_STAMPS] for place in range(len(stamps))]
    return [str(stamp) for stamp, before in zip(stamps, heard, strict=True) if stamp not in before]


@given(st.lists(st.integers(0, MAX_STAMPS + 2), max_size=40))
@example([*range(MAX_STAMPS), MAX_STAMPS - 2, *range(10, 9 + MAX_STAMPS), MAX_STAMPS - 2])
def test_a_time_is_a_press_where_a_plain_look_back_says_so(stamps: list[int]) -> None:
    assert Bell().hear(*stamps).pressed == naive(stamps)
