"""The place and the permanent id of an event, and the timelines in which it shows."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Event, NotOffered, press_kind
from bridge.ifttt.service import TRIGGERS
from bridge.timeline.entry import Entry, TimelineKey, entry_id, keys_of


def event(kind: str, *, home: str = "home", entity: str = "thing", reason: NotOffered | None = None) -> Event:
    return Event(home, entity, entity, kind, {}, reason=reason)


@given(st.integers(min_value=0, max_value=2**60))
def test_an_id_is_32_hex_digits(now_ms: int) -> None:
    identity = entry_id(now_ms)
    assert len(identity) == 32
    assert set(identity) <= set(string.hexdigits.lower())


def test_two_ids_of_the_same_millisecond_differ() -> None:
    assert len({entry_id(1000) for _ in range(1000)}) == 1000


@given(st.integers(0, 2**47), st.integers(1, 2**40))
def test_later_ids_sort_behind_earlier_ones(now_ms: int, later_by_ms: int) -> None:
    assert entry_id(now_ms) < entry_id(now_ms + later_by_ms)


@pytest.mark.parametrize("reason", [None, *NotOffered])
def test_an_entry_is_offered_unless_there_is_a_reason_against_it(reason: NotOffered | None) -> None:
    assert Entry(1, "id", 0, event("contact.opened", reason=reason)).offered == (reason is None)


def test_a_state_event_shows_in_the_timeline_of_its_entity_and_of_its_home() -> None:
    assert set(keys_of(event("contact.opened", entity="door"))) == {
        TimelineKey("home", "door", "contact.opened"),
        TimelineKey("home", None, "contact.opened"),
    }


def test_a_press_shows_in_those_of_every_press_too() -> None:
    assert set(keys_of(event("button.double", entity="bell"))) == {
        TimelineKey("home", "bell", "button.double"),
        TimelineKey("home", None, "button.double"),
        TimelineKey("home", "bell", "button.*"),
        TimelineKey("home", None, "button.*"),
    }


WAITING_FOR = {
    "door_opened": "contact.opened",
    "door_closed": "contact.closed",
    "light_turned_on": "light.turned_on",
    "light_turned_off": "light.turned_off",
}
ENTITIES = ("thing", "other", "any")
FIELDS = [(slug, {TRIGGERS[slug].entity_field: entity}) for slug in WAITING_FOR for entity in ENTITIES] + [
    ("button_pressed", {"button": entity, "press": press})
    for entity in ENTITIES
    for press in ("double", "single", "any")
]


@pytest.mark.parametrize(("slug", "fields"), FIELDS)
@pytest.mark.parametrize("home", ["home", "cabin"])
@pytest.mark.parametrize("kind", [*WAITING_FOR.values(), "switch.turned_on", "button.single", "button.double"])
def test_an_event_shows_in_the_timeline_of_exactly_the_triggers_that_ask_for_it(
    slug: str, fields: dict[str, str], home: str, kind: str
) -> None:
    trigger = TRIGGERS[slug]
    asked = trigger.timeline("home", fields)
    entity_fits = fields[trigger.entity_field] in ("thing", "any")
    press = fields.get("press")
    kind_fits = (
        kind == WAITING_FOR[slug] if press is None else kind.startswith("button.") and press in (kind[7:], "any")
    )
    assert (asked in keys_of(event(kind, home=home))) == (home == "home" and entity_fits and kind_fits)


@given(st.text(min_size=1))
def test_no_event_shows_twice_in_one_timeline(word: str) -> None:
    keys = keys_of(event(press_kind(word)))
    if word != "*":  # no press word can be: it begins with a letter or a digit
        assert len(set(keys)) == len(keys)
