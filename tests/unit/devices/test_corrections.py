"""What something may be said to be, and what its words mean then."""

import pytest

from bridge.commands import Command, Publication, Wish
from bridge.devices.corrections import check_correction, corrected, possible_kinds
from bridge.devices.dialects.plain import Dimming, PlainState
from bridge.devices.entity import ALARMS, EntityKind
from bridge.devices.reading import StateReading
from bridge.errors import CorrectionRefused
from tests.unit.devices.examples import ON_OFF, OPEN_CLOSED

INPUT = PlainState("home/x", ON_OFF, None, "home/x/set")
LAMP = PlainState("home/x", ON_OFF, ("state",), "home/x/set", Dimming(255, color=True))


@pytest.mark.parametrize(
    ("wanted", "on", "off"),
    [
        (EntityKind.CONTACT, "open", "closed"),
        (EntityKind.MOTION, "on", "off"),
        (EntityKind.LEAK, "on", "off"),
        (EntityKind.LIGHT, "on", "off"),
    ],
)
def test_an_input_that_is_really_something_else_speaks_its_words(wanted: EntityKind, on: str, off: str) -> None:
    dialect = corrected(INPUT, EntityKind.SWITCH, wanted)
    assert [dialect.read("home/x", word) for word in (b"ON", b"OFF", b"unknown")] == [
        StateReading(on),
        StateReading(off),
        None,
    ]
    assert dialect.state_topics == ("home/x",)


def test_a_contact_that_is_really_a_relay_speaks_its_words() -> None:
    dialect = corrected(PlainState("home/x", OPEN_CLOSED), EntityKind.CONTACT, EntityKind.SWITCH)
    assert [dialect.read("home/x", word) for word in (b"open", b"closed")] == [StateReading("on"), StateReading("off")]


def test_what_a_reading_says_besides_stays() -> None:
    dialect = corrected(LAMP, EntityKind.LIGHT, EntityKind.SWITCH)
    assert dialect.read("home/x", b'{"state":"ON","brightness":255}') == StateReading("on", 100)


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (Command("home", "e", Wish.TURN_ON), b"ON"),
        (Command("home", "e", Wish.TURN_OFF), b"OFF"),
        (Command("home", "e", Wish.TURN_ON, brightness=50, color="#ff0000"), b"ON"),
        (Command("home", "e", Wish.TURN_ON, brightness=0), b"OFF"),
    ],
)
def test_a_relay_that_is_a_lamp_is_asked_for_what_a_relay_can_do(command: Command, sent: bytes) -> None:
    assert corrected(INPUT, EntityKind.SWITCH, EntityKind.LIGHT).write(command) == (Publication("home/x/set", sent),)


def test_a_lamp_that_is_a_switch_is_not_dimmed() -> None:
    dialect = corrected(LAMP, EntityKind.LIGHT, EntityKind.SWITCH)
    on = Command("home", "e", Wish.TURN_ON, brightness=50)
    assert dialect.write(on) == (Publication("home/x/set", b'{"state":"ON"}'),)


def test_what_has_the_same_words_is_the_same_dialect() -> None:
    assert corrected(INPUT, EntityKind.SWITCH, EntityKind.MOTION) is INPUT
    assert corrected(INPUT, EntityKind.SWITCH, EntityKind.SWITCH) is INPUT


@pytest.mark.parametrize("kind", [EntityKind.SWITCH, EntityKind.CONTACT, EntityKind.MOTION, *ALARMS])
def test_what_may_be_made_something_else_may_be_made_a_contact_or_a_switch(kind: EntityKind) -> None:
    assert {kind, *possible_kinds(kind)} >= {EntityKind.CONTACT, EntityKind.SWITCH, EntityKind.LEAK}


@pytest.mark.parametrize(
    ("kind", "wanted", "unit", "said"),
    [
        (
            EntityKind.SWITCH,
            EntityKind.COVER,
            "",
            "Input 1 is described as a switch: it cannot be made a cover, but one",
        ),
        (EntityKind.SWITCH, EntityKind.LOCK, "", "one of contact (a door or a window), motion, leak"),
        (EntityKind.BUTTON, EntityKind.CONTACT, "", "Input 1 is a button, and cannot be made anything else"),
        (EntityKind.LOCK, EntityKind.SWITCH, "", "Input 1 is a lock, and cannot be made anything else"),
        (EntityKind.SENSOR, EntityKind.BATTERY, "V", "Input 1 is a sensor, and cannot be made anything else"),
    ],
)
def test_a_correction_without_sense_is_refused_and_what_is_possible_is_named(
    kind: EntityKind, wanted: EntityKind, unit: str, said: str
) -> None:
    with pytest.raises(CorrectionRefused) as refused:
        check_correction("Input 1", kind, wanted, unit)
    assert said in str(refused.value)


@pytest.mark.parametrize("kind", EntityKind)
def test_what_is_possible_is_never_refused(kind: EntityKind) -> None:
    for wanted in (kind, *possible_kinds(kind, "%")):
        check_correction("It", kind, wanted, "%")
