"""The window in which whatever announces itself is accepted."""

from dataclasses import dataclass, field

from bridge.desk.permit import LONGEST_S, Permit
from bridge.storage.meeting import Welcome


@dataclass
class Hand:
    """A clock, and who is woken."""

    now_s: float = 1000.0
    woken: list[float] = field(default_factory=list)

    def permit(self) -> Permit:
        """Return a window that goes by this clock."""
        return Permit(lambda: self.now_s, lambda: self.woken.append(self.now_s))


def test_it_is_shut_until_it_is_opened_and_again_when_its_time_is_over() -> None:
    hand = Hand()
    permit = hand.permit()
    assert permit.left_s == 0.0
    permit.open("elm", 120.0)
    assert (permit.welcome, permit.left_s) == (Welcome("elm"), 120.0)
    hand.now_s += 119.0
    assert permit.welcome == Welcome("elm")
    hand.now_s += 1.0
    assert permit.welcome is None
    assert permit.left_s == 0.0


def test_what_came_in_is_told_even_when_it_has_just_ended() -> None:
    hand = Hand()
    permit = hand.permit()
    permit.came_in(["d_0"])
    assert permit.accepted == [], "it was never open"
    permit.open("elm", 1.0)
    permit.came_in(["d_1"])
    hand.now_s += 2.0
    permit.came_in(["d_2"])
    assert permit.accepted == ["d_1", "d_2"]
    assert len(hand.woken) == 3


def test_a_new_window_takes_the_place_of_an_older_one() -> None:
    permit = Hand().permit()
    first = permit.open("elm", 60.0)
    permit.came_in(["d_1"])
    second = permit.open("oak", 2 * LONGEST_S)
    assert second != first
    assert (permit.accepted, permit.welcome, permit.left_s) == ([], Welcome("oak"), LONGEST_S)
    permit.close()
    assert permit.welcome is None
