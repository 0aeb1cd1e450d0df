"""What is owed, in the cases that were thought of. `test_owed_model.py` finds the others."""

from bridge.realtime.bucket import BURST
from bridge.realtime.owed import Owed
from bridge.timeline.batch import ToldMove
from tests.unit.realtime.examples import key

A, B, C = key("a"), key("b"), key("c")


def flap(owed: Owed, *, now_s: float, first_seq: int = 1) -> int:
    """Use up the burst of A and return the next sequence number."""
    for seq in range(first_seq, first_seq + BURST):
        owed.add(A, seq, now_s)
        owed.told(owed.take(10, now_s), now_s)
    return first_seq + BURST


def test_nothing_is_owed_at_first() -> None:
    owed = Owed()
    assert (len(owed), owed.take(10, 0.0), owed.next_ready_at_s(0.0)) == (0, [], None)
    assert owed.told_up_to(41) == 41


def test_an_identity_is_told_once_of_many_events() -> None:
    owed = Owed()
    for seq in (3, 4, 5):
        owed.add(A, seq, 0.0)
    assert owed.take(10, 0.0) == [A]
    owed.told([A], 0.0)
    assert (len(owed), owed.take(10, 0.0)) == (0, [])
    assert owed.take_moves() == (ToldMove("ifttt", "u_1", "a", 5),)
    assert owed.take_moves() == ()


def test_identities_are_told_in_the_order_of_their_events_and_so_many_at_once() -> None:
    owed = Owed()
    for seq, each in enumerate((B, A, C), 1):
        owed.add(each, seq, 0.0)
    assert owed.take(2, 0.0) == [B, A]
    owed.told([B, A], 0.0)
    assert owed.take(2, 0.0) == [C]


def test_what_comes_in_while_a_request_is_under_way_is_owed_anew() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    owed.take(10, 0.0)
    owed.add(A, 2, 0.0)
    assert owed.next_ready_at_s(0.0) is None
    owed.told([A], 0.0)
    assert (len(owed), owed.told_up_to(2)) == (1, 1)
    assert owed.take_moves() == (ToldMove("ifttt", "u_1", "a", 1),)
    assert owed.take(10, 0.0) == [A]


def test_the_same_event_once_more_is_nothing_new() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    owed.take(10, 0.0)
    owed.add(A, 1, 0.0)
    owed.told([A], 0.0)
    assert (len(owed), owed.take(10, 0.0)) == (0, [])


def test_what_comes_in_while_a_request_is_under_way_is_not_behind_what_is_overdue() -> None:
    owed, old = Owed(), [key(f"old-{number}") for number in range(6)]
    owed.add(A, 1, 0.0)
    owed.take(10, 0.0)
    for seq, each in enumerate(old, 2):
        owed.add(each, seq, 0.0, age_s=60.0)
    owed.add(A, 8, 0.0)
    owed.told([A], 0.0)
    assert owed.take(2, 0.0) == [old[0], A]


def test_what_was_not_told_stands_at_the_front_in_its_order() -> None:
    owed = Owed()
    for seq, each in enumerate((A, B), 1):
        owed.add(each, seq, 0.0)
    taken = owed.take(2, 0.0)
    owed.add(C, 3, 0.0)
    owed.not_told(taken)
    assert owed.take(10, 0.0) == [A, B, C]


def test_what_is_new_goes_with_the_next_request_however_many_are_overdue() -> None:
    owed, many = Owed(), [key(f"old-{number}") for number in range(5000)]
    for seq, each in enumerate(many, 1):
        owed.add(each, seq, 0.0)
    owed.not_told(owed.take(1000, 0.0))
    owed.add(A, 9001, 1.0)
    owed.add(many[4999], 9002, 1.0)
    assert {A, many[4999]} <= set(owed.take(1000, 1.0))


def test_what_an_earlier_run_owed_lets_the_new_pass_and_is_not_kept_waiting_by_it() -> None:
    owed, old, new = (
        Owed(),
        [key(f"old-{number}") for number in range(6)],
        [key(f"new-{number}") for number in range(6)],
    )
    for seq, each in enumerate(old, 1):
        owed.add(each, seq, 0.0, age_s=0.5)
    for seq, each in enumerate(new, 7):
        owed.add(each, seq, 0.0)
    assert [owed.take(4, 0.0) for _ in range(4)] == [old[:2] + new[:2], old[2:], new[2:], []]


def test_an_attempt_that_failed_costs_no_token() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    for _ in range(BURST * 3):
        taken = owed.take(10, 0.0)
        assert taken == [A]
        owed.not_told(taken)
    owed.told(owed.take(10, 0.0), 0.0)
    owed.add(A, 2, 0.0)
    assert owed.take(10, 0.0) == [A]


def test_a_flapping_identity_waits_for_its_next_token() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.add(A, seq, 100.0)
    assert (owed.take(10, 100.5), owed.next_ready_at_s(100.5)) == ([], 101.0)
    assert owed.take(10, 101.0) == [A]


def test_a_flapping_identity_holds_nobody_else_up() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.add(A, seq, 100.0)
    owed.add(B, seq + 1, 100.0)
    assert owed.take(10, 100.0) == [B]


def test_a_dropped_identity_is_owed_nothing_wherever_it_stood() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.add(A, seq, 100.0)
    owed.add(B, seq + 1, 100.0)
    owed.drop(A)
    owed.drop(B)
    assert (len(owed), owed.next_ready_at_s(100.0), owed.take(10, 200.0)) == (0, None, [])
    assert owed.take_moves() == ()


def test_dropping_one_that_is_held_back_leaves_the_others_there() -> None:
    owed = Owed()
    for each in (A, B):
        for seq in range(1, BURST + 2):
            owed.add(each, seq, 100.0)
            owed.told(owed.take(10, 100.0), 100.0)
    owed.drop(A)
    assert owed.next_ready_at_s(100.0) == 101.0
    assert owed.take(10, 101.0) == [B]


def test_dropping_the_one_that_is_due_first_leaves_the_others_in_the_order_of_their_times() -> None:
    owed = Owed()
    for each, closed_s in ((A, 1.0), (B, 5.0), (C, 2.0)):
        owed.add(each, 1, 100.0)
        owed.take(10, 100.0)
        owed.refused(each, 100.0, closed_s=closed_s)
        owed.add(each, 2, 100.0)
    owed.drop(A)
    assert owed.next_ready_at_s(100.0) == 102.0


def test_an_identity_dropped_while_under_way_leaves_no_move() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    taken = owed.take(10, 0.0)
    owed.drop(A)
    owed.told(taken, 0.0)
    assert (len(owed), owed.take_moves(), owed.told_up_to(1)) == (0, (), 1)


def test_an_identity_that_returns_while_its_old_self_is_under_way_is_still_owed() -> None:
    owed = Owed()
    owed.add(A, 5, 0.0)
    taken = owed.take(10, 0.0)
    owed.drop(A)
    owed.add(A, 3, 0.0)
    owed.told(taken, 0.0)
    assert len(owed) == 1
    assert owed.take(10, 0.0) == [A]
    owed.told([A], 0.0)
    assert owed.take(10, 0.0) == []


def test_an_identity_that_returns_has_a_whole_burst_again() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.drop(A)
    assert flap(owed, now_s=100.0, first_seq=seq) == seq + BURST
    assert owed.times_held_back == 0


def test_the_refusal_of_an_old_self_holds_up_nobody_who_returned() -> None:
    owed = Owed()
    owed.add(A, 1, 100.0)
    owed.take(10, 100.0)
    owed.drop(A)
    owed.refused(A, 100.0, closed_s=900.0)
    owed.add(A, 2, 100.0)
    owed.refused(A, 100.0, closed_s=900.0)
    owed.told(owed.take(10, 100.0), 100.0)
    owed.add(A, 3, 100.0)
    assert owed.take(10, 100.0) == [A]


def test_dropping_one_that_was_never_owed_anything_changes_nothing() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    owed.drop(B)
    assert owed.take(10, 0.0) == [A]


def test_something_may_be_told_at_once_while_it_is_in_line_or_overdue_or_was_held_back_long_enough() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.add(A, seq, 100.0)
    assert owed.next_ready_at_s(105.0) == 105.0
    owed.not_told(owed.take(10, 105.0))
    assert owed.next_ready_at_s(106.0) == 106.0


def test_one_that_ended_while_a_request_came_to_nothing_is_told_only_if_it_returned_and_once() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    owed.add(B, 2, 0.0)
    taken = owed.take(10, 0.0)
    owed.drop(A)
    owed.drop(B)
    owed.add(B, 3, 0.0)
    owed.not_told(taken)
    assert owed.take(10, 0.0) == [B]


def test_an_older_event_that_turns_up_late_counts_for_how_far_all_is_told() -> None:
    owed = Owed()
    owed.add(A, 9, 0.0)
    owed.add(A, 4, 0.0)
    assert owed.told_up_to(9) == 3


def test_all_is_told_up_to_the_oldest_event_owed_to_anybody() -> None:
    owed = Owed()
    owed.add(A, 7, 0.0)
    owed.add(B, 5, 0.0)
    owed.add(B, 9, 0.0)
    assert owed.told_up_to(12) == 4
    owed.told(owed.take(10, 0.0), 0.0)
    assert owed.told_up_to(12) == 12


def test_a_refused_identity_is_dropped_and_not_said_to_be_told() -> None:
    owed = Owed()
    owed.add(A, 1, 0.0)
    owed.take(10, 0.0)
    owed.refused(A, 0.0, closed_s=900.0)
    assert (len(owed), owed.take_moves(), owed.told_up_to(1)) == (0, (), 1)


def test_a_refused_identity_is_tried_again_after_a_while_when_there_is_something_new() -> None:
    owed = Owed()
    owed.add(A, 1, 100.0)
    owed.take(10, 100.0)
    owed.refused(A, 100.0, closed_s=900.0)
    owed.add(A, 2, 110.0)
    assert (owed.take(10, 999.0), owed.next_ready_at_s(999.0)) == ([], 1000.0)
    assert owed.take(10, 1000.0) == [A]


def test_what_came_in_for_one_that_is_refused_waits_as_long() -> None:
    owed = Owed()
    owed.add(A, 1, 100.0)
    owed.take(10, 100.0)
    owed.add(A, 2, 100.5)
    owed.refused(A, 101.0, closed_s=900.0)
    assert (len(owed), owed.next_ready_at_s(101.0)) == (1, 1001.0)
    assert owed.take(10, 1001.0) == [A]


def test_idle_buckets_are_forgotten_and_others_are_not() -> None:
    owed = Owed()
    seq = flap(owed, now_s=100.0)
    owed.forget_idle(100.5)
    owed.add(A, seq, 100.5)
    assert owed.take(10, 100.5) == [], "its burst is spent"
    owed.told(owed.take(10, 101.0), 101.0)
    owed.forget_idle(1000.0)
    assert flap(owed, now_s=1000.0, first_seq=seq + 1) == seq + 1 + BURST


def test_what_is_owed_is_told_whatever_is_forgotten_meanwhile() -> None:
    owed = Owed()
    owed.add(A, 1, 100.0)
    owed.forget_idle(100.0)
    assert owed.take(10, 100.0) == [A]


def test_how_long_something_was_owed_counts_from_its_oldest_event() -> None:
    owed = Owed()
    owed.add(A, 1, 10.0)
    owed.add(A, 2, 11.0)
    owed.add(B, 3, 12.0)
    assert owed.told(owed.take(10, 12.0), 14.0) == [(A, 4.0), (B, 2.0)]


def test_what_came_in_during_a_request_is_owed_from_its_own_first_event() -> None:
    owed = Owed()
    owed.add(A, 1, 10.0)
    owed.take(10, 10.0)
    owed.add(A, 2, 11.0)
    owed.add(A, 3, 12.0)
    assert owed.told([A], 13.0) == [(A, 3.0)]
    assert owed.told(owed.take(10, 13.0), 15.0) == [(A, 4.0)]


def test_a_request_that_came_to_nothing_takes_no_time_off() -> None:
    owed = Owed()
    owed.add(A, 1, 10.0)
    owed.take(10, 10.0)
    owed.add(A, 2, 11.0)
    owed.not_told([A])
    owed.take(10, 20.0)
    owed.add(A, 3, 21.0)
    assert owed.told([A], 22.0) == [(A, 12.0)]
    assert owed.told(owed.take(10, 22.0), 25.0) == [(A, 4.0)]


def test_what_was_on_disk_before_a_restart_brings_its_age_whichever_comes_first() -> None:
    owed = Owed()
    owed.add(A, 9, 10.0)
    owed.add(A, 4, 11.0, age_s=100.0)
    owed.add(B, 5, 11.0, age_s=50.0)
    assert dict(owed.told(owed.take(10, 11.0), 12.0)) == {A: 101.0, B: 51.0}


def test_what_was_on_disk_before_a_restart_brings_its_age_also_when_it_turns_up_during_a_request() -> None:
    owed = Owed()
    owed.add(A, 4, 10.0, age_s=100.0)
    owed.take(10, 10.0)
    owed.add(A, 5, 11.0, age_s=90.0)
    assert owed.told([A], 12.0) == [(A, 102.0)]
    assert owed.told(owed.take(10, 12.0), 15.0) == [(A, 94.0)]


def test_what_was_dropped_meanwhile_was_owed_to_nobody() -> None:
    owed = Owed()
    owed.add(A, 1, 10.0)
    owed.take(10, 10.0)
    owed.drop(A)
    assert owed.told([A], 11.0) == []


def test_waiting_for_a_token_is_counted_each_time() -> None:
    owed = Owed()
    seq = flap(owed, now_s=0.0)
    assert owed.times_held_back == 0
    owed.add(A, seq, 0.0)
    owed.add(A, seq + 1, 0.0)
    assert owed.times_held_back == 1
    owed.told(owed.take(10, 1.0), 1.0)
    owed.add(A, seq + 2, 1.0)
    assert owed.times_held_back == 2
