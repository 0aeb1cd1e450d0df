"""From a batch of arrivals to what one transaction writes."""

import dataclasses
from dataclasses import dataclass
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.commands import Command, Publication
from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.plain import PlainState
from bridge.devices.entity import EntityKind
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import Reading
from bridge.events import NotOffered
from bridge.mqtt.interpreter import Ignored, Listening
from bridge.mqtt.message import Arrival, BacklogEnded, Connected
from bridge.timeline.arrived import Arrived, read_line
from tests.unit.devices.examples import OPEN_CLOSED, button, door, entity
from tests.unit.mqtt.examples import BELL, DOOR, LIGHT, Taken, message

RESUMED = Connected(2, resumed=True, away_s=30)
LONG_AWAY = Connected(2, resumed=True, away_s=3600)
topics = st.sampled_from([BELL, DOOR, LIGHT, "home/nobody", None])
payloads = st.sampled_from(
    [b"open", b"closed", b"single", b"double", b'{"state":"ON"}', b'{"state":"OFF"}', b"", b"\xff"]
)
messages = st.builds(
    lambda topic, payload, packet_id, qos, flags: message(
        topic, payload, packet_id=packet_id, qos=qos, retained=flags[0], duplicate=flags[1]
    ),
    topics,
    payloads,
    st.integers(1, 6),
    st.integers(0, 1),
    st.tuples(st.booleans(), st.booleans()),
)
turns: st.SearchStrategy[Arrival] = st.builds(Connected, st.just(2), st.booleans(), st.sampled_from([0.0, 1e6]))
arrivals = st.lists(messages | turns | st.just(BacklogEnded(2)), max_size=25)


@dataclass(frozen=True)
class BrokenDialect:
    """A dialect with a fault of ours in it."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Fail."""
        raise ZeroDivisionError(f"{topic} {payload!r}")

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Do nothing."""
        del command
        return ()


def test_events_get_sequence_numbers_in_the_order_of_arrival() -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"closed"), message(DOOR, b"open", packet_id=2), message(BELL, packet_id=3))
    assert [(entry.seq, entry.event.kind) for entry in taken.entries] == [(1, "contact.opened"), (2, "button.single")]
    assert [entry.recorded_at_ms for entry in taken.entries] == [1000, 1000]
    assert {len(entry.id) for entry in taken.entries} == {32}
    assert len({entry.id for entry in taken.entries}) == 2
    assert taken.draft().next_seq == 3


def test_a_message_is_interpreted_against_what_came_before_it_in_the_same_batch() -> None:
    taken = Taken()
    draft = taken.commit(*(message(DOOR, word, qos=0) for word in (b"closed", b"open", b"open", b"closed")))
    assert taken.kinds == ["contact.opened", "contact.closed"]
    assert draft.states == {"front-door": EntityState("closed", since_ms=1000)}


@pytest.mark.parametrize(
    ("listening", "came"),
    [
        (Listening(), Arrived(BELL, 1, duplicate=True, delay_ms=0)),
        (Listening(backlog=True, away_s=300), Arrived(BELL, 1, duplicate=True, backlog=True, away_s=300)),
    ],
)
def test_each_event_says_how_its_message_came(listening: Listening, came: Arrived) -> None:
    taken = Taken(listening=listening)
    sent = replace(message(BELL, duplicate=True), received_s=monotonic() + 60)
    (entry,) = taken.commit(sent).entries
    assert entry.arrived is not None
    assert read_line(entry.arrived) == came


def test_a_batch_without_news_writes_no_state() -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"open"))
    draft = taken.draft(message(DOOR, b"open", packet_id=2), message(DOOR, b"unknown", packet_id=3))
    assert draft.states == {}


@pytest.mark.parametrize(
    ("arrived", "ignored"),
    [
        (message(None), Ignored("?", "topic not UTF-8")),
        (message("home/nobody"), Ignored("home/nobody", "no device speaks here")),
        (message(DOOR, b"ajar"), Ignored(DOOR, "not one of the configured words")),
        (message(LIGHT, b"ON"), Ignored(LIGHT, "not JSON")),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_reason_and_holds_nothing_up(
    arrived: Arrival, ignored: Ignored
) -> None:
    draft = Taken().draft(arrived, message(BELL, packet_id=9))
    assert draft.ignored == [ignored]
    assert len(draft.entries) == 1


def test_a_fault_of_ours_is_told_and_holds_nothing_up() -> None:
    broken = entity(EntityKind.CONTACT, BrokenDialect(DOOR), identity="broken")
    taken = Taken(Catalogue([broken, door(), button()]))
    draft = taken.draft(message(DOOR, b"open"), message(BELL, packet_id=2))
    assert [(topic, type(error)) for topic, error in draft.broken] == [(DOOR, ZeroDivisionError)]
    assert draft.taken == 1, "what comes behind it counts as before"
    assert draft.states["front-door"].value == "open"
    assert [entry.event.kind for entry in draft.entries] == ["button.single"]


def test_every_entity_on_a_topic_hears_a_message_even_if_another_cannot_read_it() -> None:
    other = entity(EntityKind.CONTACT, PlainState(DOOR, OPEN_CLOSED, ("state",)), identity="other")
    draft = Taken(Catalogue([other, door()])).draft(message(DOOR, b"open"))
    assert [each.reason for each in draft.ignored] == ["not JSON"]
    assert draft.states["front-door"].value == "open"


@pytest.mark.parametrize("away_s", [0.0, 1e9])
def test_edges_of_the_backlog_count(away_s: float) -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"closed"))
    taken.commit(Connected(2, resumed=True, away_s=away_s), message(DOOR, b"open", packet_id=2))
    assert taken.offered == ["contact.opened"]


def test_a_press_of_the_backlog_is_late_after_a_long_absence_and_live_ones_never() -> None:
    taken = Taken()
    taken.commit(LONG_AWAY, message(packet_id=1), BacklogEnded(2), message(packet_id=2))
    assert [entry.event.reason for entry in taken.entries] == [NotOffered.LATE, None]


def test_what_is_hidden_is_recorded_and_never_offered_and_that_is_why_however_late_it_came() -> None:
    taken = Taken(Catalogue([dataclasses.replace(button(), exposed=False)]))
    taken.commit(message(packet_id=1), LONG_AWAY, message(packet_id=2))
    assert [(entry.event.kind, entry.event.reason) for entry in taken.entries] == [
        ("button.single", NotOffered.HIDDEN),
        ("button.single", NotOffered.HIDDEN),
    ]


def test_a_press_of_the_backlog_after_a_short_absence_is_offered() -> None:
    taken = Taken()
    taken.commit(RESUMED, message())
    assert taken.offered == ["button.single"]


def test_a_new_session_has_no_backlog() -> None:
    taken = Taken()
    taken.commit(Connected(2, resumed=False, away_s=3600), message())
    assert taken.offered == ["button.single"]


def test_the_end_of_the_backlog_holds_for_the_batches_after_it() -> None:
    taken = Taken()
    taken.commit(LONG_AWAY)
    assert taken.listening == Listening(backlog=True, away_s=3600)
    taken.commit(message(packet_id=1))
    taken.commit(BacklogEnded(2))
    assert taken.listening == Listening()
    taken.commit(message(packet_id=2))
    assert [entry.offered for entry in taken.entries] == [False, True]


def test_what_is_left_of_a_backlog_that_was_cut_off_stays_as_late_as_it_was() -> None:
    taken = Taken()
    taken.commit(LONG_AWAY, message(packet_id=1))
    taken.commit(Connected(3, resumed=True, away_s=1), message(packet_id=2), BacklogEnded(3))
    taken.commit(Connected(4, resumed=True, away_s=1), message(packet_id=3))
    assert [entry.event.reason for entry in taken.entries] == [NotOffered.LATE, NotOffered.LATE, None]


def test_two_absences_without_an_end_of_the_backlog_between_them_count_together() -> None:
    taken = Taken()
    taken.commit(Connected(2, resumed=True, away_s=80), Connected(3, resumed=True, away_s=80), message())
    assert taken.listening.away_s == 160
    assert taken.offered == []


def test_a_new_session_ends_what_was_left_of_a_backlog() -> None:
    taken = Taken()
    taken.commit(LONG_AWAY, Connected(3, resumed=False, away_s=1), message())
    assert taken.offered == ["button.single"]


def test_a_retained_message_among_the_backlog_is_as_old_as_any_retained_message() -> None:
    taken = Taken()
    taken.commit(message(DOOR, b"closed"))
    taken.commit(RESUMED, message(DOOR, b"open", packet_id=2, retained=True), message(packet_id=3, retained=True))
    assert [(entry.event.kind, entry.event.reason) for entry in taken.entries] == [
        ("contact.opened", NotOffered.CHANGED_WHILE_AWAY)
    ]


def test_where_the_policy_says_so_a_change_while_away_is_offered() -> None:
    taken = Taken(policy=LatePolicy(fire_changed_while_away=True))
    taken.commit(message(DOOR, b"closed"), message(DOOR, b"open", packet_id=2, retained=True))
    assert taken.offered == ["contact.opened"]


@given(arrivals)
def test_a_retained_message_never_yields_an_offered_event(arrived: list[Arrival]) -> None:
    taken = Taken()
    for each in arrived:
        draft = taken.commit(each)
        if getattr(each, "retained", False):
            assert not [entry for entry in draft.entries if entry.offered]


@given(arrivals)
def test_where_the_policy_says_fire_a_retained_state_is_offered_and_a_retained_press_still_is_not(
    arrived: list[Arrival],
) -> None:
    taken = Taken(policy=LatePolicy(fire_changed_while_away=True))
    for each in arrived:
        draft = taken.commit(each)
        if getattr(each, "retained", False):
            assert all(entry.offered and entry.event.kind.startswith(("contact.", "light.")) for entry in draft.entries)


@given(arrivals, arrivals)
def test_a_draft_thrown_away_changes_nothing_and_the_next_comes_to_the_same(
    before: list[Arrival], batch: list[Arrival]
) -> None:
    taken = Taken()
    taken.commit(*before)
    states = {each: taken.known.of(each) for each in taken.known}
    digests = [taken.deliveries.digest_of(packet_id) for packet_id in range(8)]
    first, second = taken.draft(*batch), taken.draft(*batch)
    assert {each: taken.known.of(each) for each in taken.known} == states
    assert [taken.deliveries.digest_of(packet_id) for packet_id in range(8)] == digests
    assert first.states == second.states
    assert [entry.event for entry in first.entries] == [entry.event for entry in second.entries]
    assert [entry.seq for entry in first.entries] == [entry.seq for entry in second.entries]
    assert (first.listening, first.next_seq, first.repeats) == (second.listening, second.next_seq, second.repeats)
    assert (first.deliveries.added, first.deliveries.forget) == (second.deliveries.added, second.deliveries.forget)


@given(arrivals, st.integers(0, 25))
def test_where_a_batch_ends_makes_no_difference(arrived: list[Arrival], cut: int) -> None:
    whole, parts = Taken(), Taken()
    whole.commit(*arrived)
    parts.commit(*arrived[:cut])
    parts.commit(*arrived[cut:])
    assert [entry.event for entry in whole.entries] == [entry.event for entry in parts.entries]
    assert {each: whole.known.of(each) for each in whole.known} == {each: parts.known.of(each) for each in parts.known}
    assert whole.listening == parts.listening


@given(arrivals)
def test_every_message_is_taken_and_none_breaks_anything(arrived: list[Arrival]) -> None:
    draft = Taken().draft(*arrived)
    assert draft.broken == []
    assert draft.next_seq == len(draft.entries) + 1
    assert NOTHING_KNOWN not in draft.states.values()


def test_each_event_keeps_the_receipt_of_its_own_message() -> None:
    taken = Taken()
    said = message(DOOR, b"closed"), message(DOOR, b"open", packet_id=2), message(BELL, packet_id=3)
    draft = taken.commit(*(replace(each, received_s=float(number)) for number, each in enumerate(said, 1)))
    assert draft.received_s == [2.0, 3.0]
    assert [entry.event.kind for entry in draft.entries] == ["contact.opened", "button.single"]


def test_a_message_is_taken_once_however_many_hear_it_and_not_at_all_if_it_failed_one_of_them() -> None:
    other = entity(EntityKind.CONTACT, PlainState(DOOR, OPEN_CLOSED), identity="other")
    both = Taken(Catalogue([other, door()]))
    assert both.draft(message(DOOR, b"open")).taken == 1
    failed = both.draft(message(DOOR, b"ajar"))
    assert (failed.taken, len(failed.ignored)) == (0, 2)
    assert both.draft(message("home/nobody")).taken == 0
