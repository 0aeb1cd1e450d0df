"""Which messages have been taken already."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mqtt.deliveries import SMALLEST_RING, Deliveries, DeliveriesDraft
from bridge.mqtt.message import Message
from bridge.timeline.batch import Delivery
from tests.unit.mqtt.examples import again, message


def empty(window: int = 20) -> Deliveries:
    return Deliveries([], window=window)


def take(deliveries: Deliveries, messages: Iterable[Message]) -> None:
    """Commit messages as one batch."""
    draft = DeliveriesDraft(deliveries)
    for each in messages:
        draft.is_repeat(each, backlog=False)
    deliveries.replace(draft.added, forget=draft.forget)


def is_repeat(deliveries: Deliveries, sent: Message, *, backlog: bool = False) -> bool:
    return DeliveriesDraft(deliveries).is_repeat(sent, backlog=backlog)


@pytest.mark.parametrize(
    ("sent_again", "backlog", "repeat"),
    [
        (message(duplicate=True), False, True),
        (message(duplicate=True), True, True),
        (message(duplicate=False), True, True),
        (message(duplicate=False), False, False),
        (message(duplicate=True, payload=b"double"), True, False),
        (message(duplicate=True, packet_id=2), True, False),
        (message(duplicate=True, topic="home/other"), True, False),
        (message(duplicate=True, qos=0), True, False),
    ],
)
def test_an_equal_pair_is_a_repeat_with_dup_and_in_the_backlog(
    sent_again: Message, *, backlog: bool, repeat: bool
) -> None:
    deliveries = empty()
    take(deliveries, [message()])
    assert is_repeat(deliveries, sent_again, backlog=backlog) == repeat


def test_a_message_never_seen_is_no_repeat_whatever_its_dup_flag_says() -> None:
    assert not is_repeat(empty(), message(duplicate=True), backlog=True)


def test_a_repeat_within_one_batch_is_recognised() -> None:
    draft = DeliveriesDraft(empty())
    assert [draft.is_repeat(each, backlog=False) for each in (message(), again(message()))] == [False, True]


def test_a_message_of_qos_0_is_not_remembered() -> None:
    draft = DeliveriesDraft(empty())
    draft.is_repeat(message(qos=0, packet_id=0), backlog=False)
    assert draft.added == []


def test_a_repeat_is_not_remembered_a_second_time() -> None:
    deliveries = empty()
    take(deliveries, [message()])
    draft = DeliveriesDraft(deliveries)
    draft.is_repeat(again(message()), backlog=False)
    assert draft.added == []


def test_with_a_packet_id_used_anew_only_the_newest_content_is_a_repeat() -> None:
    deliveries = empty()
    take(deliveries, [message(payload=b"single"), message(payload=b"double")])
    assert is_repeat(deliveries, again(message(payload=b"double")))
    assert not is_repeat(deliveries, again(message(payload=b"single")))


def test_a_draft_leaves_what_is_committed_untouched() -> None:
    deliveries = empty()
    take(deliveries, [message()])
    draft = DeliveriesDraft(deliveries)
    draft.start_anew()
    draft.is_repeat(message(packet_id=2), backlog=False)
    assert deliveries.digest_of(1) == message().digest()
    assert deliveries.digest_of(2) is None
    assert deliveries.next_number == 1


def test_a_new_session_forgets_what_came_before_in_the_batch_and_what_is_committed() -> None:
    deliveries = empty()
    take(deliveries, [message(packet_id=1)])
    draft = DeliveriesDraft(deliveries)
    draft.is_repeat(message(packet_id=2), backlog=False)
    draft.start_anew()
    assert not draft.is_repeat(again(message(packet_id=1)), backlog=False)
    assert not draft.is_repeat(again(message(packet_id=2)), backlog=False)
    deliveries.replace(draft.added, forget=draft.forget)
    assert [deliveries.digest_of(packet_id) is None for packet_id in (1, 2)] == [False, False]


def test_after_a_new_session_only_what_it_brought_is_remembered() -> None:
    deliveries = empty()
    take(deliveries, [message(packet_id=1)])
    deliveries.replace([], forget=True)
    assert deliveries.digest_of(1) is None


def test_what_came_before_the_new_session_in_the_same_batch_is_not_kept() -> None:
    deliveries = empty()
    draft = DeliveriesDraft(deliveries)
    draft.is_repeat(message(packet_id=2), backlog=False)
    draft.start_anew()
    deliveries.replace(draft.added, forget=draft.forget)
    assert deliveries.digest_of(2) is None


@pytest.mark.parametrize(("window", "size"), [(1, 32_768), (1000, 32_768), (16_385, 32_770), (65_535, 131_070)])
def test_the_ring_holds_two_windows_and_never_less_than_half_of_all_packet_ids(window: int, size: int) -> None:
    assert empty(window).size == size


def test_the_newest_of_a_full_ring_are_remembered_and_the_oldest_forgotten() -> None:
    deliveries = empty()
    take(deliveries, (message(packet_id=number) for number in range(1, SMALLEST_RING + 6)))
    remembered = [number for number in range(1, SMALLEST_RING + 6) if deliveries.digest_of(number) is not None]
    assert remembered == list(range(6, SMALLEST_RING + 6))


def test_a_message_whose_packet_id_and_content_come_again_is_remembered_from_the_second_time_on() -> None:
    deliveries = empty()
    take(deliveries, [message(packet_id=1)])
    take(deliveries, (message(packet_id=number) for number in range(2, 100)))
    take(deliveries, [message(packet_id=1)])  # a broker that gives an id out as soon as it is free
    take(deliveries, (message(packet_id=number) for number in range(100, SMALLEST_RING)))
    take(deliveries, [message(packet_id=SMALLEST_RING)])  # takes the place of the first
    assert is_repeat(deliveries, again(message(packet_id=1)))


def test_slots_and_numbers_go_on_where_the_last_run_ended() -> None:
    before = empty()
    draft = DeliveriesDraft(before)
    for number in range(1, SMALLEST_RING + 4):
        draft.is_repeat(message(packet_id=number), backlog=False)
    kept = {delivery.slot: delivery for delivery in draft.added}  # what the database holds: one row a slot
    after = Deliveries(sorted(kept.values(), key=lambda row: row.number), window=20)
    assert after.next_number == SMALLEST_RING + 3
    assert [after.digest_of(packet_id) is None for packet_id in (3, 4)] == [True, False]
    following = DeliveriesDraft(after)
    following.is_repeat(message(packet_id=9000), backlog=False)
    number = SMALLEST_RING + 3
    assert following.added == [Delivery(number % SMALLEST_RING, number, 9000, message().digest())]


def test_a_ring_that_became_smaller_keeps_its_newest() -> None:
    rows = [Delivery(number, number, number + 1, f"{number:016x}") for number in range(SMALLEST_RING + 500)]
    deliveries = Deliveries(rows, window=20)
    assert deliveries.digest_of(500) is None
    assert deliveries.digest_of(501) == f"{500:016x}"
    assert deliveries.next_number == SMALLEST_RING + 500


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([b"single", b"double"])), min_size=1, max_size=30))
def test_the_newest_content_of_each_packet_id_is_remembered(sent: list[tuple[int, bytes]]) -> None:
    deliveries = empty()
    take(deliveries, (message(packet_id=packet_id, payload=payload) for packet_id, payload in sent))
    newest = dict(sent)
    for packet_id, payload in newest.items():
        assert deliveries.digest_of(packet_id) == message(payload=payload).digest()
