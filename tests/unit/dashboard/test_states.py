"""What things are and do, in a person's words."""

import pytest

from bridge.dashboard.states import KINDS, LIT, Said, happened, kind_of, said_of
from bridge.desk.house_rows import LatestRow, ThingRow
from bridge.devices.entity import EntityKind
from tests.unit.dashboard.things import NOW_MS, device, thing


def test_every_kind_has_a_name_that_people_use() -> None:
    assert KINDS.keys() == {kind.value for kind in EntityKind}
    assert LIT.keys() <= KINDS.keys()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (thing("contact", "open"), Said("Open", lit=True)),
        (thing("contact", "closed"), Said("Closed")),
        (thing("light", "on", brightness=80), Said("On, 80 %", lit=True)),
        (thing("light", "on"), Said("On", lit=True)),
        (thing("light", "off", brightness=80), Said("Off")),
        (thing("cover", "open", position=40), Said("Open, 40 %", lit=True)),
        (thing("cover", "opening", position=40), Said("Opening", lit=True)),
        (thing("lock", "locked"), Said("Locked")),
        (thing("lock", "jammed"), Said("Jammed", lit=True)),
        (thing("sensor", "21.4", unit="°C"), Said("21.4 °C")),
        (thing("sensor", "7"), Said("7")),
        (thing("leak", "on"), Said("Leak!", lit=True, alarming=True)),
        (thing("leak", "off"), Said("Dry")),
        (thing("motion", "on"), Said("Motion", lit=True)),
        (thing("availability", "offline"), Said("Offline", lit=True)),
        (thing("contact"), Said("Not heard yet", known=False)),
        (thing("button"), Said("Button", known=False)),
    ],
)
def test_a_state_is_said_in_words(row: ThingRow, said: Said) -> None:
    assert said_of(row) == said


def test_a_button_says_how_it_was_pressed_if_its_device_did_nothing_since() -> None:
    pressed = LatestRow("the-button", "button.double", NOW_MS)
    assert said_of(thing("button"), pressed) == Said("Double press")
    assert said_of(thing("button", id="another"), pressed) == Said("Button", known=False)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("contact.opened", "opened"),
        ("contact.left_open.10", "left open for 10 min"),
        ("button.double", "double press"),
        ("button.long_release", "long release press"),
        ("button.press", "press"),
        ("alarm.raised.leak", "leak alarm"),
        ("alarm.cleared.leak", "leak alarm over"),
        ("value.rose_above.25", "rose above 25"),
        ("value.dropped_below.2.5", "dropped below 2.5"),
        ("lock.jammed", "jammed"),
        ("cover.closed", "closed"),
        ("device.went_offline", "went offline"),
        ("custom.parcel", "happened"),
    ],
)
def test_what_happened_is_said_in_words(kind: str, words: str) -> None:
    assert happened(kind) == words


def test_of_several_things_the_one_that_acts_says_what_a_device_is() -> None:
    assert kind_of(device(thing("sensor"), thing("contact"))) == "contact"
    assert kind_of(device(thing("contact"), thing("light"))) == "light"
    assert kind_of(device(thing("leak"))) == "leak"
    assert kind_of(device()) == "sensor"
