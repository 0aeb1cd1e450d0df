"""What one user may choose from."""

from dataclasses import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Device, EntityKind
from bridge.devices.last_known import EntityState, LastKnown
from bridge.homes.sight import Sight
from bridge.ifttt.household import Choice, RealHousehold
from tests.unit.devices.examples import button, door
from tests.unit.ifttt.examples import household


def test_the_things_of_a_kind_come_by_label_with_their_permanent_ids() -> None:
    assert household().things((EntityKind.CONTACT,)) == [
        Choice("Back door", "back-door"),
        Choice("Front door", "front-door"),
    ]


def test_nothing_of_another_home_can_be_chosen() -> None:
    every = [choice.value for choice in household().things(tuple(EntityKind))]
    assert set(every) == {"front-door", "back-door", "bell", "hall-light", "kettle"}
    assert "secret_knock" not in household().presses()


def test_rooms_are_named_where_names_repeat() -> None:
    doors = [door("1", name="Door", room="Shed"), door("2", name="Door", room="Attic"), door("3", name="Door", room="")]
    home = RealHousehold(
        "home", Catalogue([*doors, door("4", name="Gate")]), LastKnown({}), Sight(dict.fromkeys("1234", 0), whole=True)
    )
    assert home.things((EntityKind.CONTACT,)) == [
        Choice("Door", "3"),
        Choice("Door (Attic)", "2"),
        Choice("Door (Shed)", "1"),
        Choice("Gate", "4"),
    ]


def test_several_of_a_kind_in_one_device_have_their_own_names() -> None:
    box = Device("box", "home", "Box", "Hall")
    left, right = (replace(door(name), device=box, name=name.title()) for name in ("left", "right"))
    bell = replace(button("bell"), device=box, name="Bell")
    sight = Sight(dict.fromkeys(("left", "right", "bell", "box"), 0), whole=True)
    home = RealHousehold("home", Catalogue([left, right, bell]), LastKnown({}), sight)
    assert home.things((EntityKind.CONTACT,)) == [Choice("Box: Left", "left"), Choice("Box: Right", "right")]
    assert home.things((EntityKind.BUTTON,)) == [Choice("Box", "bell")]
    assert home.devices() == [Choice("Box", "box")]
    seen = replace(home, sight=Sight({"left": 0, "box": 0}, whole=False))
    assert seen.things((EntityKind.CONTACT,)) == [Choice("Box", "left")], "nobody learns that there is another one"


def test_the_words_of_all_buttons_are_there_once_and_sorted() -> None:
    known = LastKnown({"1": EntityState(presses=("single", "ring")), "2": EntityState(presses=("ring", "buzz"))})
    home = RealHousehold(
        "home", Catalogue([button("1"), button("2")]), known, Sight(dict.fromkeys("12", 0), whole=True)
    )
    assert home.presses() == ("buzz", "ring", "single")


def test_messages_go_only_to_topics_that_the_home_allows_and_never_to_our_own() -> None:
    home = RealHousehold("home", Catalogue([]), LastKnown({}), Sight({}, whole=True), ("a/+", "own/#"), ("own/status",))
    allowed = {
        topic
        for topic in ("a/b", "a", "a/b/c", "a/+", "own/x", "own/status", "$SYS/x", "")
        if home.may_publish_to(topic)
    }
    assert allowed == {"a/b", "own/x"}
    everything = RealHousehold("home", Catalogue([]), LastKnown({}), Sight({}, whole=True), ("#",), ("own/status",))
    assert everything.may_publish_to("any/where")
    assert not everything.may_publish_to("own/status")
    assert not everything.may_publish_to("$SYS/broker")


def test_what_the_home_once_had_is_remembered() -> None:
    assert household().once_had("gone-door")
    assert not household().once_had("cabin-door")
