"""Exactly once into the timeline: what the broker sends again, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mqtt.deliveries import SMALLEST_RING
from bridge.mqtt.message import BacklogEnded, Connected, Message
from tests.unit.mqtt.examples import BELL, DOOR, Taken, again, message

RESUMED = Connected(2, resumed=True, away_s=5)
contents = st.lists(
    st.tuples(st.sampled_from([BELL, DOOR]), st.sampled_from([b"single", b"double", b"open", b"closed"])), max_size=30
)


def numbered(sent: list[tuple[str, bytes]], *, first: int = 1) -> list[Message]:
    """Return messages with packet ids in sequence, as a broker with a window hands them out."""
    return [
        message(topic, payload, packet_id=(first + place - 1) % 65535 + 1)
        for place, (topic, payload) in enumerate(sent)
    ]


@given(sent=contents, start=st.integers(0, 30), duplicate=st.booleans(), one_batch=st.booleans())
def test_any_suffix_that_comes_again_after_a_commit_makes_no_second_entry(
    *, sent: list[tuple[str, bytes]], start: int, duplicate: bool, one_batch: bool
) -> None:
    taken = Taken()
    messages = numbered(sent, first=65525)
    resent = [again(each, duplicate=duplicate) for each in messages[start:]]
    if one_batch:  # the connection was lost before the first batch was even interpreted
        taken.commit(*messages, RESUMED, *resent)
    else:
        taken.commit(*messages)
        taken.commit(RESUMED, *resent)
    once = Taken()
    once.commit(*messages)
    assert taken.kinds == once.kinds
    assert taken.known.of("front-door") == once.known.of("front-door")


@given(contents, st.integers(0, 30))
def test_what_comes_again_with_dup_is_recognised_outside_the_backlog_too(
    sent: list[tuple[str, bytes]], start: int
) -> None:
    taken = Taken()
    messages = numbered(sent)
    taken.commit(*messages)
    kinds = list(taken.kinds)
    taken.commit(RESUMED, BacklogEnded(2), *(again(each) for each in messages[start:]))
    assert taken.kinds == kinds


@given(st.lists(st.sampled_from([b"single", b"double"]), max_size=20))
def test_equal_live_presses_with_new_packet_ids_all_count(words: list[bytes]) -> None:
    taken = Taken()
    first = numbered([(BELL, word) for word in words])
    second = numbered([(BELL, word) for word in words], first=len(words) + 1)
    taken.commit(*first)
    taken.commit(*second)
    assert taken.offered == [f"button.{word.decode()}" for word in words] * 2


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([b"single", b"double"])), max_size=30))
def test_a_live_press_without_dup_is_never_dropped_however_soon_its_packet_id_comes_round(
    presses: list[tuple[int, bytes]],
) -> None:
    taken = Taken()
    for packet_id, word in presses:
        taken.commit(message(BELL, word, packet_id=packet_id))
    assert taken.offered == [f"button.{word.decode()}" for _, word in presses]


def test_presses_all_the_way_round_the_packet_ids_all_count() -> None:
    taken = Taken()
    total = 65535 + SMALLEST_RING + 10
    presses = numbered([(BELL, b"single")] * total)
    for start in range(0, total, 4096):
        taken.commit(*presses[start : start + 4096])
    assert len(taken.entries) == total
    taken.commit(RESUMED, *(again(each, duplicate=False) for each in presses[-1000:]))
    assert len(taken.entries) == total


def test_presses_that_waited_count_even_if_one_like_them_was_taken_before() -> None:
    taken = Taken()
    taken.commit(*numbered([(BELL, b"single")] * 5))
    taken.commit(RESUMED, *numbered([(BELL, b"single")] * 5, first=6))
    assert len(taken.entries) == 10


@pytest.mark.parametrize("duplicate", [True, False])
def test_after_a_new_session_an_equal_pair_is_another_message(*, duplicate: bool) -> None:
    taken = Taken()
    taken.commit(message())
    taken.commit(Connected(2, resumed=False, away_s=5), again(message(), duplicate=duplicate))
    assert len(taken.entries) == 2


def test_a_retained_state_is_no_repeat_of_an_equal_message_from_before() -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"open", packet_id=5), message(DOOR, b"closed", packet_id=6))
    taken.commit(RESUMED, message(DOOR, b"open", packet_id=5, retained=True))
    assert taken.known.of("front-door").value == "open"


def test_repeats_are_counted() -> None:
    taken = Taken()
    taken.commit(message(), message(packet_id=2))
    assert taken.commit(RESUMED, again(message()), again(message(packet_id=2))).repeats == 2


def test_a_message_that_nobody_could_read_is_a_repeat_all_the_same() -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"ajar"))
    draft = taken.commit(RESUMED, again(message(DOOR, b"ajar")))
    assert (draft.repeats, draft.ignored) == (1, [])


def test_what_a_failed_commit_held_is_taken_the_next_time() -> None:
    taken = Taken()
    taken.draft(message())
    taken.commit(message())
    assert taken.kinds == ["button.single"]
