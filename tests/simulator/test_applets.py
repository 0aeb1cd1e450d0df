"""Which events are news to an Applet."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.simulator.applets import Seen, decide, new_items
from bridge.simulator.protocol import Item


def item(name: str, timestamp: int = 0) -> Item:
    """Return an event without ingredients."""
    return Item(name, timestamp, {})


lists = st.lists(st.builds(item, st.sampled_from("abcdef"), st.integers(0, 3)), max_size=8)


def test_the_first_check_marks_and_later_ones_run() -> None:
    first = decide(Seen(), [item("a")], first_check_marks=True)
    second = decide(first.seen, [item("b"), item("a")], first_check_marks=True)

    assert first.to_run == ()
    assert second.to_run == (item("b"),)


def test_an_empty_first_check_is_a_first_check() -> None:
    first = decide(Seen(), [], first_check_marks=True)

    assert decide(first.seen, [item("a")], first_check_marks=True).to_run == (item("a"),)


def test_the_first_check_runs_what_is_listed_when_it_does_not_mark() -> None:
    assert decide(Seen(), [item("a")], first_check_marks=False).to_run == (item("a"),)


def test_the_oldest_runs_first_and_among_equals_the_one_listed_last() -> None:
    listed = [item("d", 9), item("c", 5), item("b", 5), item("a", 1)]

    assert [one.id for one in new_items(frozenset(), listed)] == ["a", "b", "c", "d"]


def test_a_list_out_of_order_still_runs_oldest_first() -> None:
    assert [one.id for one in new_items(frozenset(), [item("a", 1), item("b", 2)])] == ["a", "b"]


@settings(deadline=None)
@given(answers=st.lists(lists, max_size=5))
def test_each_id_runs_once_in_a_lifetime(answers: list[list[Item]]) -> None:
    seen, ran = Seen(), list[str]()
    for listed in answers:
        decision = decide(seen, listed, first_check_marks=False)
        seen = decision.seen
        ran.extend(one.id for one in decision.to_run)

    assert sorted(ran) == sorted({one.id for listed in answers for one in listed})


@settings(deadline=None)
@given(listed=lists)
def test_what_was_seen_is_never_forgotten(listed: list[Item]) -> None:
    seen = decide(Seen(frozenset("xyz"), checked_before=True), listed, first_check_marks=True).seen

    assert seen.ids == frozenset("xyz") | {one.id for one in listed}
