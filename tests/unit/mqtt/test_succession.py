"""Packet ids that tell what never came; and brokers of which nothing may be concluded."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mqtt.message import Arrival, Connected, Marker, Message
from bridge.mqtt.succession import IDS, PROOF, Findings, Succession

AGAIN = Connected(2, resumed=True, away_s=1.0)
NEW = Connected(2, resumed=False, away_s=1.0)
ALL_WELL = Findings()


def messages(ids: Iterable[int], *, duplicate: bool = False) -> list[Arrival]:
    return [Message(1, "t", b"x", 1, retained=False, duplicate=duplicate, packet_id=each) for each in ids]


def proven(last: int) -> Succession:
    """Return one that has seen so many ids in a row that it believes in them."""
    succession = Succession()
    first = last - PROOF
    found = succession.follow([AGAIN, *messages(each % IDS or IDS for each in range(first, last + 1))])
    assert found == ALL_WELL
    return succession


def test_one_after_the_other_all_is_there_also_around_the_end_of_the_numbers() -> None:
    assert proven(100).follow(messages(range(101, 2000))) == ALL_WELL
    assert proven(IDS + 20).follow([AGAIN, *messages(range(21, 50))]) == ALL_WELL


def test_a_gap_is_so_many_missing_wherever_it_is() -> None:
    succession = proven(100)
    assert succession.follow(messages([131])) == Findings(missing=30)
    assert succession.follow([AGAIN, Marker(2, 1, 140)]) == Findings(missing=8)
    assert proven(IDS - 1).follow(messages([3])) == Findings(missing=3)


def test_what_is_sent_once_more_is_no_gap_and_no_step_back() -> None:
    again = [*messages(range(90, 101), duplicate=True), *messages([101, 102], duplicate=True), *messages([103])]
    assert proven(100).follow([AGAIN, *again]) == ALL_WELL
    assert proven(100).follow([AGAIN, Marker(1, 1, 99, duplicate=True), Marker(2, 1, 101)]) == ALL_WELL


@pytest.mark.parametrize("back_to", [100, 99, 40, IDS - 5])
def test_a_broker_that_counts_on_from_before_went_back(back_to: int) -> None:
    succession = proven(100)
    assert succession.follow([AGAIN, *messages([back_to])]) == Findings(went_back=True)
    assert succession.follow(messages([back_to + 1])) == ALL_WELL


def test_a_new_session_counts_anew() -> None:
    assert proven(100).follow([NEW, *messages(range(1, 30))]) == ALL_WELL


def test_an_earlier_run_shows_a_step_back_but_no_gap() -> None:
    """What it took without understanding it is nowhere, and looks like a gap."""
    earlier = range(1, PROOF + 2)
    assert Succession(earlier).follow([AGAIN, *messages([40])]) == Findings(went_back=True)
    assert Succession(earlier).follow([AGAIN, *messages([90, 91])]) == ALL_WELL
    assert Succession(earlier).follow([AGAIN, *messages([90, 91, 95])]) == Findings(missing=3)


def test_nothing_is_concluded_from_a_few_ids() -> None:
    succession = Succession()
    assert succession.follow([AGAIN, *messages(range(1, PROOF)), *messages([PROOF + 20])]) == ALL_WELL
    assert Succession(range(1, 10)).follow([AGAIN, *messages([3])]) == ALL_WELL


def test_nothing_is_concluded_of_a_broker_that_takes_ids_again_as_they_become_free() -> None:
    succession = proven(100)
    assert succession.follow(messages([50, 51])) == ALL_WELL, "it was in the midst of a connection"
    assert succession.follow([AGAIN, *messages([20, 80])]) == ALL_WELL


@given(st.lists(st.integers(1, 20), max_size=200))
def test_a_broker_with_few_ids_under_way_never_looks_like_one_that_loses(ids: list[int]) -> None:
    assert Succession().follow([AGAIN, *messages(ids)]) == ALL_WELL


def test_what_needs_no_acknowledgement_has_no_number() -> None:
    silent = Message(1, "t", b"x", 0, retained=False, duplicate=False, packet_id=0)
    assert proven(100).follow([silent, *messages([101])]) == ALL_WELL
