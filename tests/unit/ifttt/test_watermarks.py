"""How far IFTTT was told and has asked, noted until it is written."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.watermarks import (
    KEPT_OF_EACH,
    LEAST_KEPT,
    MOST_KEPT,
    MOST_SHOWN,
    MOST_WAITING,
    Asked,
    Told,
    Watermarks,
    kept_of_each,
)


def key(number: int = 0) -> IdentityKey:
    return IdentityKey("ifttt", "u_1", f"{number:040x}")


def test_each_success_is_a_move_of_its_own() -> None:
    marks = Watermarks()
    marks.replied([(key(), 3)], "200", 10)
    marks.replied([(key(), 5)], "200", 20)
    assert marks.of(key()).told == [Told(3, "200", 10, 10), Told(5, "200", 20, 20)]


def test_attempts_in_vain_that_end_alike_are_one_move_from_the_first_to_the_last() -> None:
    marks = Watermarks()
    for now_ms, seq, outcome in ((10, 3, "503"), (20, 3, "503"), (30, 4, "503"), (40, 4, "timeout"), (50, 4, "200")):
        marks.replied([(key(), seq)], outcome, now_ms)
    assert marks.of(key()).told == [
        Told(4, "503", 10, 30, attempts=3),
        Told(4, "timeout", 40, 40),
        Told(4, "200", 50, 50),
    ]


def test_a_poll_that_shows_nothing_new_is_no_move() -> None:
    marks = Watermarks()
    for now_ms, seq in ((10, 3), (20, 3), (30, 7), (40, 5)):
        marks.shown(key(), seq, now_ms)
    assert marks.of(key()).asked == [Asked(3, 10), Asked(7, 30)]


def test_what_was_taken_is_seen_and_taken_again_until_it_is_written() -> None:
    marks = Watermarks()
    marks.replied([(key(1), 3), (key(2), 3)], "200", 10)
    taken = dict(marks.take(1))
    assert list(taken) == [key(1)]
    marks.replied([(key(1), 4)], "200", 20)
    assert marks.take(1) == taken
    assert [told.up_to_seq for told in marks.of(key(1)).told] == [3, 4]
    marks.written()
    assert list(marks.take(10)) == [key(2), key(1)]
    marks.written()
    assert marks.take(10) == {}
    assert marks.of(key(1)).told == []


@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), max_size=300))
def test_of_one_identity_no_more_are_kept_than_will_be_and_the_newest_always_is(moves: list[tuple[int, bool]]) -> None:
    marks, seq = Watermarks(), 0
    for step, told in moves:
        seq += step
        if told:
            marks.replied([(key(), seq)], "200", seq)
        else:
            marks.shown(key(), seq, seq)
    kept = marks.of(key())
    assert len(kept.told) <= KEPT_OF_EACH >= len(kept.asked)
    newest = max((kept.told[-1:] and kept.told[-1].up_to_seq) or 0, (kept.asked[-1:] and kept.asked[-1].up_to_seq) or 0)
    assert newest == seq


def test_no_more_identities_than_a_bound_wait_to_be_written() -> None:
    marks = Watermarks()
    marks.replied([(key(number), 1) for number in range(2 * MOST_WAITING)], "200", 10)
    assert len(marks.take(3 * MOST_WAITING)) == MOST_WAITING
    marks.written()
    marks.shown(key(MOST_WAITING), 1, 20)
    assert marks.of(key(MOST_WAITING)).asked == [Asked(1, 20)]


def test_how_far_the_one_asked_that_was_noted_first_is_forgotten_first() -> None:
    marks = Watermarks()
    for number in range(MOST_SHOWN + 1):
        marks.shown(key(number % MOST_WAITING), number + 1, 10)
        marks.take(1)
        marks.written()
    for number in range(1, MOST_SHOWN):
        marks.shown(key(number), number + 1, 20)
    assert marks.take(10) == {}


def test_where_there_are_very_many_fewer_of_each_are_kept() -> None:
    assert [kept_of_each(count) for count in (0, 1, 1000)] == [KEPT_OF_EACH] * 3
    assert kept_of_each(MOST_KEPT // 10) == 10
    assert kept_of_each(10 * MOST_KEPT) == LEAST_KEPT
