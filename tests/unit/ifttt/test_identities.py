"""Who waits for what, against a naive list of the same."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from bridge.events import Event, NotOffered
from bridge.ifttt.identities import MAX_PER_USER, RESTS_AFTER_MS, Identities, Identity, IdentityKey
from bridge.ifttt.service import TRIGGERS

OPENED = Event("home", "front-door", "front-door", "contact.opened", {})
FIELDS = [
    ("door_opened", {"door": "front-door"}),
    ("door_opened", {"door": "any"}),
    ("door_closed", {"door": "front-door"}),
    ("button_pressed", {"button": "bell", "press": "double"}),
    ("button_pressed", {"button": "any", "press": "any"}),
    ("button_pressed", {"button": "any", "press": "double"}),
]
EVENTS = [
    Event(home, entity, entity, kind, {}, reason=reason)
    for home in ("home", "cabin")
    for entity, kind in [
        ("front-door", "contact.opened"),
        ("back-door", "contact.opened"),
        ("front-door", "contact.closed"),
        ("bell", "button.double"),
        ("bell", "button.single"),
        ("knob", "button.double"),
    ]
    for reason in (None, NotOffered.LATE)
]


def identity(
    text: str = "identity",
    slug: str = "door_opened",
    fields: dict[str, str] | None = None,
    *,
    user: str = "u_1",
    client: str = "production",
    home: str = "home",
    polled_ms: int = 0,
) -> Identity:
    given = {"door": "front-door"} if fields is None else fields
    timeline = TRIGGERS[slug].timeline(home, given)
    return Identity(IdentityKey(client, user, text), slug, given, timeline, 0, 1, 0, polled_ms)


def test_an_event_concerns_those_who_wait_for_it() -> None:
    one, other = identity("one"), identity("other", fields={"door": "any"})
    identities = Identities([one, other, identity("closing", "door_closed")])
    assert sorted(identities.concerned(OPENED), key=lambda each: each.key.identity) == [one, other]


@pytest.mark.parametrize("reason", list(NotOffered))
def test_an_event_that_is_not_offered_concerns_nobody(reason: NotOffered) -> None:
    assert Identities([identity()]).concerned(replace(OPENED, reason=reason)) == []


def test_an_event_of_another_home_concerns_nobody_here() -> None:
    here = identity(fields={"door": "any"})
    assert Identities([here]).concerned(replace(OPENED, home="cabin")) == []


def test_the_same_text_of_another_user_or_client_is_another_identity() -> None:
    three = [identity(), identity(user="u_2"), identity(client="staging")]
    identities = Identities(three)
    assert len(identities) == 3
    identities.remove(three[0].key)
    assert identities.find(three[0].key) is None
    assert identities.concerned(OPENED) == three[1:]


def test_what_no_message_says_by_itself_is_watched_for_as_long_as_somebody_asks() -> None:
    warm = identity("warm", "value_rose_above", {"sensor": "attic", "threshold": "25,0"})
    door = identity("door", "door_left_open", {"door": "front-door", "minutes": "5"})
    identities = Identities([warm, door, identity(fields={"door": "any"})])
    assert [watch.kind for watch in identities.watches.crossings("home", "attic")] == ["value.rose_above.25"]
    assert [watch.kind for watch in identities.watches.left_open("home", "front-door")] == ["contact.left_open.5"]
    identities.add(identity("warm", "value_rose_above", {"sensor": "attic", "threshold": "30"}))
    assert [watch.kind for watch in identities.watches.crossings("home", "attic")] == ["value.rose_above.30"]
    identities.remove(warm.key)
    identities.remove(door.key)
    assert list(identities.watches.crossings("home", "attic")) == []
    assert list(identities.watches.contacts()) == []


def test_an_identity_with_other_fields_replaces_the_one_before() -> None:
    identities = Identities([identity(fields={"door": "any"})])
    identities.add(identity(fields={"door": "back-door"}))
    assert len(identities) == 1
    assert identities.concerned(OPENED) == []


def test_a_user_has_room_for_so_many_and_others_are_not_touched_by_it() -> None:
    identities = Identities(identity(f"identity {number}") for number in range(MAX_PER_USER - 1))
    assert identities.has_room("u_1")
    identities.add(identity("the last"))
    identities.add(identity("the last", fields={"door": "any"}))
    assert not identities.has_room("u_1")
    assert identities.has_room("u_2")
    identities.remove(identity("the last").key)
    assert identities.has_room("u_1")


def test_what_ifttt_has_not_asked_for_in_thirty_days_waits_for_nothing_until_it_asks() -> None:
    long_ago, lately = identity("one"), identity("two", polled_ms=1)
    identities = Identities([long_ago, lately])
    assert identities.let_rest(RESTS_AFTER_MS) == []
    assert identities.let_rest(RESTS_AFTER_MS + 1) == [long_ago.key]
    assert identities.let_rest(RESTS_AFTER_MS + 1) == []
    assert identities.concerned(OPENED) == [lately]
    assert identities.find(long_ago.key) == long_ago, "its first sight is kept"
    assert (len(identities), identities.resting) == (2, 1)
    assert identities.polled(long_ago.key, RESTS_AFTER_MS + 2)
    assert not identities.polled(long_ago.key, RESTS_AFTER_MS + 3)
    assert identities.concerned(OPENED) == [lately, long_ago]
    assert identities.let_rest(RESTS_AFTER_MS + 2) == [lately.key]


@pytest.mark.parametrize("by_ms", [10 * RESTS_AFTER_MS, -10 * RESTS_AFTER_MS])
def test_a_clock_that_is_set_leaves_nobody_behind_and_keeps_nobody(by_ms: int) -> None:
    early, late = identity("one"), identity("two")
    identities = Identities([early, late])
    identities.clock_was_set(by_ms - 5)
    identities.clock_was_set(5)
    assert identities.polled_ms(late.key) == 0
    identities.polled(late.key, by_ms + 1)
    assert identities.polled_ms(late.key) == by_ms + 1
    assert identities.let_rest(by_ms + RESTS_AFTER_MS) == []
    assert identities.let_rest(by_ms + RESTS_AFTER_MS + 1) == [early.key]
    assert identities.let_rest(by_ms + RESTS_AFTER_MS + 2) == [late.key]


def test_when_a_user_is_disconnected_from_a_client_what_waits_there_rests_until_it_is_asked_for_again() -> None:
    ended, staging, other = identity(), identity(client="staging"), identity(user="u_2")
    identities = Identities([ended, staging, other])
    assert identities.let_rest_of("production", "u_1") == [ended.key]
    assert identities.let_rest_of("production", "u_1") == []
    assert identities.concerned(OPENED) == [staging, other]
    assert identities.find(ended.key) == ended, "its first sight is kept"
    assert identities.polled(ended.key, 1)
    assert len(identities.concerned(OPENED)) == 3


def test_what_waits_for_a_user_without_a_connection_rests() -> None:
    kept, staging, other = identity(), identity(client="staging"), identity(user="u_2")
    identities = Identities([kept, staging, other])
    assert identities.let_rest_but({("production", "u_1"), ("staging", "u_2")}) == [staging.key, other.key]
    assert identities.let_rest_but({("production", "u_1")}) == []
    assert identities.concerned(OPENED) == [kept]


def test_what_rests_can_be_removed_and_come_anew() -> None:
    identities = Identities([identity()])
    identities.let_rest(RESTS_AFTER_MS + 1)
    identities.remove(identity().key)
    assert (len(identities), identities.resting) == (0, 0)
    assert not identities.polled(identity().key, 5)
    identities.add(identity(polled_ms=RESTS_AFTER_MS))
    assert len(identities.concerned(OPENED)) == 1


def test_what_rests_can_be_removed_while_others_wait_for_the_same() -> None:
    ended, *others = identity(), identity(user="u_2"), identity(user="u_3")
    identities = Identities([ended, *others])
    identities.let_rest_of("production", "u_1")
    assert identities.remove(ended.key) == ended
    assert identities.concerned(OPENED) == others


def test_when_an_identity_was_asked_for_is_forgotten_with_it() -> None:
    identities = Identities([identity()])
    identities.polled(identity().key, 5000)
    identities.remove(identity().key)
    identities.add(identity())
    assert identities.let_rest(RESTS_AFTER_MS + 1) == [identity().key]


def test_what_a_user_waits_for_is_found_at_every_client_and_nothing_of_another() -> None:
    one, staging, other = identity(), identity(client="staging"), identity(user="u_2")
    assert Identities([one, other, staging]).of_user("u_1") == [one.key, staging.key]


def test_removing_what_is_not_there_does_nothing() -> None:
    identities = Identities()
    assert identities.remove(identity().key) is None
    assert identities.has_room("u_1")


class AgainstAList(RuleBasedStateMachine):
    """Adds and removes, and compares every answer with that of a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.identities = Identities()
        self.listed: list[Identity] = []

    @rule(
        text=st.sampled_from("abc"),
        user=st.sampled_from(["u_1", "u_2"]),
        client=st.sampled_from(["production", "staging"]),
        home=st.sampled_from(["home", "cabin"]),
        asked=st.sampled_from(FIELDS),
    )
    def add(self, *, text: str, user: str, client: str, home: str, asked: tuple[str, dict[str, str]]) -> None:
        """Add an identity, perhaps in place of one with the same key."""
        added = identity(text, *asked, user=user, client=client, home=home)
        self.identities.add(added)
        self.listed = [each for each in self.listed if each.key != added.key] + [added]

    @rule(
        text=st.sampled_from("abc"),
        user=st.sampled_from(["u_1", "u_2"]),
        client=st.sampled_from(["production", "staging"]),
    )
    def remove(self, *, text: str, user: str, client: str) -> None:
        """Remove an identity, if it is there."""
        key = IdentityKey(client, user, text)
        there = next((each for each in self.listed if each.key == key), None)
        assert self.identities.remove(key) == there
        self.listed = [each for each in self.listed if each.key != key]

    @invariant()
    def holds_the_same(self) -> None:
        """Compare what is found."""
        assert len(self.identities) == len(self.listed)
        assert {each.key: each for each in self.identities} == {each.key: each for each in self.listed}
        assert all(self.identities.find(each.key) == each for each in self.listed)

    @invariant()
    def concerns_the_same(self) -> None:
        """Compare whom each event concerns."""
        for event in EVENTS:
            concerned = self.identities.concerned(event)
            expected = [each for each in self.listed if event.reason is None and _waits_for(each, event)]
            assert {each.key for each in concerned} == {each.key for each in expected}
            assert len(concerned) == len(expected)


def _waits_for(each: Identity, event: Event) -> bool:
    """Decide it from the fields alone, as a person would."""
    fields = each.fields
    kinds = {"door_opened": "contact.opened", "door_closed": "contact.closed"}
    entity = fields.get("door") or fields["button"]
    if each.timeline.home != event.home or entity not in ("any", event.entity):
        return False
    if each.trigger in kinds:
        return event.kind == kinds[each.trigger]
    return event.kind in ("button.single", "button.double") and fields["press"] in ("any", event.kind[7:])


AgainstAList.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_bookkeeping_is_that_of_a_plain_list = AgainstAList.TestCase
