"""What is watched for whom, and when it ends."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.watches import Crossing, LeftOpen, Watches, watch_of

RISES = "value.rose_above.25"
DROPS = "value.dropped_below.-3.5"
LEFT_OPEN = "contact.left_open.10"


def test_the_kind_of_an_event_says_what_to_watch() -> None:
    assert watch_of(RISES) == Crossing(RISES, rising=True, written="25")
    assert watch_of(DROPS) == Crossing(DROPS, rising=False, written="-3.5")
    assert watch_of(LEFT_OPEN) == LeftOpen(LEFT_OPEN, 10)
    assert watch_of("contact.opened") is None


def test_a_watch_ends_with_the_last_who_asks() -> None:
    watches = Watches()
    for _ in range(2):
        watches.add("home", "attic", RISES)
    watches.remove("home", "attic", RISES)
    assert list(watches.crossings("home", "attic")) == [watch_of(RISES)]
    watches.remove("home", "attic", RISES)
    assert list(watches.crossings("home", "attic")) == []


def test_a_home_watches_only_what_is_its_own() -> None:
    watches = Watches()
    watches.add("cabin", "attic", RISES)
    watches.add("cabin", "door", LEFT_OPEN)
    assert list(watches.crossings("home", "attic")) == []
    assert list(watches.left_open("home", "door")) == []
    assert list(watches.contacts()) == [("cabin", "door")]


def test_only_what_waits_for_a_door_is_a_reason_to_look_at_the_clock() -> None:
    watches, looked = Watches(), list[str]()
    watches.on_change(lambda: looked.append("now"))
    for kind in (RISES, DROPS, "contact.opened"):
        watches.add("home", "x", kind)
        watches.remove("home", "x", kind)
    assert looked == []
    watches.add("home", "door", LEFT_OPEN)
    watches.remove("home", "door", LEFT_OPEN)
    assert looked == ["now", "now"]


asked = st.tuples(
    st.sampled_from(["home", "cabin"]), st.sampled_from(["a", "b"]), st.sampled_from([RISES, DROPS, LEFT_OPEN, "x.y"])
)


@given(asks=st.lists(asked, max_size=20))
def test_nothing_is_left_of_those_who_ask_no_more(asks: list[tuple[str, str, str]]) -> None:
    watches = Watches()
    for ask in asks:
        watches.add(*ask)
    for ask in asks:
        watches.remove(*ask)
    assert list(watches.contacts()) == []
    assert not any(watches.crossings(home, entity) for home, entity, _ in asks)
