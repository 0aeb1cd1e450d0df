"""From rows to rooms, and what a device's line says."""

from bridge.dashboard.rooms import ELSEWHERE, THINGS_SHOWN, line_of, rooms_of
from tests.unit.dashboard.things import device, thing

ELM = {"elm": "Elm Street 4"}


def test_devices_stand_in_their_rooms_in_the_order_in_which_they_come() -> None:
    rows = [device(name=name, room=room) for name, room in (("a", "Attic"), ("b", "Hall"), ("c", "Hall"), ("d", ""))]
    rooms = rooms_of(rows, ELM)
    assert [room.name for room in rooms] == ["Attic", "Hall", ELSEWHERE]
    assert [[line.device.name for line in room.lines] for room in rooms] == [["a"], ["b", "c"], ["d"]]


def test_homes_are_named_where_there_are_several() -> None:
    rows = [device(home="elm"), device(home="oak")]
    assert [room.home for room in rooms_of(rows, ELM | {"oak": "Oak Lane 1"})] == ["Elm Street 4", "Oak Lane 1"]
    assert [room.home for room in rooms_of(rows[:1], ELM)] == [""]


def test_a_line_says_first_what_its_device_is_for_and_names_numbers() -> None:
    line = line_of(device(thing("sensor", "3", name="Power", unit="W"), thing("switch", "on", name="State")))
    assert [(each.name, each.said.text) for each in line.says] == [("", "On"), ("Power", "3 W")]
    assert (line.kind, line.lit) == ("switch", True)


def test_things_alike_are_told_apart_by_their_names() -> None:
    line = line_of(device(thing("contact", "open", name="Left"), thing("contact", "closed", name="Right")))
    assert [(each.name, each.said.text) for each in line.says] == [("Left", "Open"), ("Right", "Closed")]


def test_what_is_not_known_yet_is_said_only_where_nothing_is_known() -> None:
    silent = thing("sensor", name="Humidity")
    assert [each.said.text for each in line_of(device(thing("contact", "open"), silent)).says] == ["Open"]
    assert [(each.name, each.said.text) for each in line_of(device(silent, silent)).says] == [("", "Not heard yet")]


def test_what_is_hidden_is_left_out_but_for_a_device_that_is_hidden_as_a_whole() -> None:
    shown, hidden = thing("contact", "open"), thing("motion", "on", exposed=False)
    minor = thing("sensor", "9", exposed=False, minor=True)
    assert [each.said.text for each in line_of(device(shown, hidden, minor)).says] == ["Open"]
    assert [each.said.text for each in line_of(device(hidden, minor, exposed=False)).says] == ["Motion"]


def test_a_line_says_some_things_and_counts_the_others() -> None:
    line = line_of(device(*(thing("contact", "open", name=str(number)) for number in range(THINGS_SHOWN + 2))))
    assert (len(line.says), line.more) == (THINGS_SHOWN, 2)


def test_a_device_that_does_nothing_has_a_line_all_the_same() -> None:
    assert line_of(device()).says == ()
    assert not line_of(device()).lit
