"""Custom events: which messages are one, what they tell, and when they are too old."""

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.custom import LONGEST_VALUE, CustomMessages
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import CustomReading
from bridge.devices.templates.template import parse_condition, parse_template
from bridge.errors import UnreadableMessage
from bridge.events import Event, NotOffered
from tests.unit.devices.examples import door, entity

TOPIC = "home/mailbox/1"
HEAVY = CustomMessages(
    "home/mailbox/+",
    parse_condition("value_json.weight > 50"),
    (parse_template("{{ value_json.weight }} g"), parse_template("{{ value_json.from.name }}")),
)
POLICY = LatePolicy(late_press_limit_s=120)


def parcel(messages: CustomMessages = HEAVY) -> Entity:
    return entity(EntityKind.CUSTOM, messages, identity="custom.parcel", name="Parcel in the box", room="")


def happened(how: Circumstances, payload: bytes = b'{"weight": 51}') -> Event | None:
    reading = parcel().dialect.read(TOPIC, payload)
    return None if reading is None else interpret(parcel(), NOTHING_KNOWN, reading, how).event


def test_a_live_message_whose_condition_holds_is_an_event_with_its_values() -> None:
    event = happened(Circumstances(1000))
    assert event == Event(
        home="home",
        device="custom.parcel",
        entity="custom.parcel",
        kind="custom.parcel",
        ingredients={"name": "Parcel in the box", "value1": "51 g", "value2": "", "value3": ""},
    )


@pytest.mark.parametrize("payload", [b'{"weight": 50}', b"{}", b'{"height": 70}'])
def test_a_message_whose_condition_does_not_hold_is_none(payload: bytes) -> None:
    assert happened(Circumstances(1000), payload) is None


@pytest.mark.parametrize("payload", [b"heavy", b'{"weight": "51"}', b"\xff", b""])
def test_a_message_that_the_condition_cannot_be_asked_of_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        parcel().dialect.read(TOPIC, payload)


def test_an_event_leaves_no_state_behind() -> None:
    known = EntityState(since_ms=1)
    assert interpret(parcel(), known, CustomReading(("51 g",)), Circumstances(1000)).state is known


def test_two_equal_messages_are_two_events() -> None:
    assert happened(Circumstances(1000)) == happened(Circumstances(1000))


def test_a_retained_message_is_never_one() -> None:
    assert happened(Circumstances(1000, retained=True)) is None
    assert happened(Circumstances(1000, retained=True, policy=LatePolicy(fire_changed_while_away=True))) is None


@pytest.mark.parametrize(
    ("backlog", "away_s", "reason"),
    [(True, 121.0, NotOffered.LATE), (True, 119.0, None), (False, 9e9, None)],
)
def test_what_waited_at_the_broker_for_too_long_is_late(
    *, backlog: bool, away_s: float, reason: NotOffered | None
) -> None:
    event = happened(Circumstances(1000, backlog=backlog, away_s=away_s, policy=POLICY))
    assert event is not None
    assert event.reason is reason


def test_what_the_broker_only_sends_again_is_recorded_and_never_offered() -> None:
    event = happened(Circumstances(1000, backlog=True, replayed=True))
    assert event is not None
    assert event.reason is NotOffered.REPLAYED


def test_without_a_condition_each_message_is_one_whatever_it_says() -> None:
    assert CustomMessages("a/#").read("a/b", b"\xff\x00") == CustomReading()


def test_a_value_that_is_very_long_is_cut_and_says_so() -> None:
    reading = CustomMessages("a", None, (parse_template("{{ value }}"),)).read("a", b"x" * 5000)
    assert reading is not None
    assert (len(reading.values[0]), reading.values[0][-2:]) == (LONGEST_VALUE, "x…")


def test_a_custom_event_is_found_beside_the_devices_of_its_topics() -> None:
    mailbox = entity(EntityKind.CONTACT, door().dialect, identity="mailbox")
    wide = entity(EntityKind.CUSTOM, CustomMessages("home/#"), identity="custom.all")
    catalogue = Catalogue([wide, parcel(), mailbox])
    assert [each.id for each in catalogue.at("home/front-door")] == ["mailbox", "custom.all"]
    assert {each.id for each in catalogue.at(TOPIC)} == {"custom.all", "custom.parcel"}
    assert catalogue.topics == ("home/#", "home/front-door", "home/mailbox/+")
