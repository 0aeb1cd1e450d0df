"""After a copy was put back: what is not known to be new fires nothing, and what is new counts at once."""

import pytest
from msgspec.structs import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.deadlines import Deadlines
from bridge.devices.entity import EntityKind
from bridge.devices.interpretation import LatePolicy, tells_how_it_is
from bridge.devices.last_known import UNSURE, EntityState, LastKnown
from bridge.devices.reading import AvailabilityReading, CustomReading, PressReading, Reading, StateReading
from bridge.events import NotOffered
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.interpreter import Listening
from bridge.mqtt.message import BacklogEnded, Connected
from tests.unit.devices.examples import availability, button, detector, door
from tests.unit.mqtt.examples import BELL, DOOR, Taken, message
from tests.unit.mqtt.living import Home, of
from tests.unit.mqtt.test_numbers_and_time import ATTIC, Timed

FIRE = LatePolicy(fire_changed_while_away=True)
LEAK, MOTION = detector(EntityKind.LEAK), detector(EntityKind.MOTION)
SENSORS = Catalogue([LEAK, MOTION, availability(), door()])


def unsure(value: str | None, **more: object) -> EntityState:
    return replace(EntityState(value, since_ms=1, fired=(UNSURE,)), **more)


@pytest.mark.parametrize("policy", [LatePolicy(), FIRE])
@pytest.mark.parametrize(
    ("identity", "topic", "known", "said"),
    [
        ("front-door", DOOR, "closed", b"open"),
        ("the-leak", "home/the-leak", None, b"ON"),
        ("the-leak", "home/the-leak", "off", b"ON"),
        ("the-motion", "home/the-motion", None, b"ON"),
        ("front-door.availability", "home/front-door/available", "online", b"offline"),
    ],
)
def test_the_first_word_fires_nothing_and_the_second_does(
    policy: LatePolicy, identity: str, topic: str, known: str | None, said: bytes
) -> None:
    identity = availability().id if identity.endswith("availability") else identity
    taken = Taken(SENSORS, LastKnown({identity: unsure(known)}), policy=policy)
    taken.commit(message(topic, said, packet_id=1))
    assert taken.offered == []
    assert all(entry.event.reason is NotOffered.CHANGED_WHILE_AWAY for entry in taken.entries)
    assert not taken.known.of(identity).unsure
    back = {b"open": b"closed", b"ON": b"OFF", b"offline": b"online"}[said]
    taken.commit(message(topic, back, packet_id=2), message(topic, said, packet_id=3))
    assert len(taken.offered) == 2


def test_a_first_word_that_says_what_was_known_is_nothing_and_settles_it() -> None:
    taken = Taken(known=LastKnown({"front-door": unsure("open")}))
    taken.commit(message(DOOR, b"open"))
    assert (taken.entries, taken.known.of("front-door").unsure) == ([], False)
    taken.commit(message(DOOR, b"closed", packet_id=2))
    assert taken.offered == ["contact.closed"]


def test_a_number_that_is_past_its_threshold_long_since_crosses_nothing() -> None:
    taken = Timed()
    taken.known = LastKnown({"thermometer": unsure("17")})
    taken.commit(message(ATTIC, b"25", qos=0))
    assert taken.offered == []
    taken.commit(message(ATTIC, b"17", qos=0), message(ATTIC, b"25", qos=0))
    assert taken.offered == ["value.dropped_below.18", "value.rose_above.20"]


def test_a_door_that_may_have_been_open_before_is_not_told_of_as_left_open() -> None:
    taken = Timed()
    taken.known = LastKnown({"front-door": unsure("closed")})
    assert taken.commit(message(DOOR, b"open")).broken == []
    assert [(deadline.minutes, deadline.told) for deadline in taken.deadlines] == [(1, True)]
    taken.now_ms += 3_600_000
    taken.commit(BacklogEnded(1))
    assert taken.offered == []
    taken.commit(message(DOOR, b"closed", packet_id=2), message(DOOR, b"open", packet_id=3))
    taken.now_ms += 3_600_000
    taken.commit(BacklogEnded(1))
    assert taken.offered == ["contact.closed", "contact.opened", "contact.left_open.1"]
    assert isinstance(taken.deadlines, Deadlines)


@pytest.mark.parametrize(("lost", "duplicate", "offered"), [(True, True, 0), (True, False, 1), (False, True, 1)])
def test_a_press_that_the_broker_sends_again_is_offered_only_if_it_is_known_to_be_new(
    *, lost: bool, duplicate: bool, offered: int
) -> None:
    taken = Taken(
        Catalogue([button()]),
        deliveries=Deliveries([], window=20, lost=lost),
        listening=Listening(True, 10),  # noqa: FBT003 -- in the backlog
    )
    taken.commit(message(BELL, b"single", duplicate=duplicate))
    assert len(taken.offered) == offered
    assert [entry.event.reason for entry in taken.entries] == [None if offered else NotOffered.REPLAYED]


def test_a_press_of_a_session_that_began_anew_meanwhile_is_known_to_be_new() -> None:
    taken = Taken(Catalogue([button()]), deliveries=Deliveries([], window=20, lost=True))
    anew, back = Connected(1, resumed=False, away_s=10), Connected(2, resumed=True, away_s=1)
    taken.commit(anew, back, message(BELL, b"single", duplicate=True))
    assert taken.offered == ["button.single"]


def test_a_live_press_counts_at_once() -> None:
    taken = Taken(known=LastKnown({"bell": unsure(None)}), deliveries=Deliveries([], window=20, lost=True))
    taken.commit(message(BELL, b"single"))
    assert taken.offered == ["button.single"]


def test_the_first_count_of_presses_is_only_where_counting_begins_again() -> None:
    home = Home(of(EntityKind.BUTTON))
    home.known = LastKnown({"it": unsure(None, stamps=("3",))})
    home.hear('"press":"single","count":5')
    assert home.told == []
    home.hear('"press":"single","count":6')
    assert home.told == [("button.single", None)]


@pytest.mark.parametrize(
    ("reading", "again"),
    [
        (StateReading("open"), True),
        (AvailabilityReading(0, online=True), True),
        (PressReading("single", stamp="7", counted=True), True),
        (PressReading("single"), False),
        (CustomReading(), False),
    ],
)
def test_a_reading_tells_how_it_is_or_what_happens_just_now(*, reading: Reading, again: bool) -> None:
    assert tells_how_it_is(reading) == again
