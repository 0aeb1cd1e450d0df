"""How to go on after each connection: how soon, in which MQTT, with or without a will, and who else has our id."""

import random

import pytest

from bridge.errors import (
    BrokerSilent,
    ClosedByBroker,
    ConnectionFailed,
    CredentialsRefused,
    ProtocolRefused,
    SessionTakenOver,
    WillRefused,
)
from bridge.mqtt.course import Course, Pace
from bridge.mqtt.session import Broker, Protocol

AWAY = ConnectionFailed("away")
CLOSED = ClosedByBroker("closed")
CHANCE = random.Random(7)  # noqa: S311 -- an example


def course(protocol: Protocol = Protocol.AUTO) -> Course:
    return Course(Broker("localhost", 1883, "elm-street", protocol=protocol), Pace())


def test_attempts_come_ever_more_seldom_and_a_good_connection_begins_anew() -> None:
    ours = course()
    delays = []
    for _ in range(12):
        ours.failed(AWAY)
        delays.append(ours.delay_s(CHANCE))
    assert delays[0] <= 0.5
    assert all(15 <= delay <= 30 for delay in delays[-3:])
    ours.ended(AWAY, 60.0)
    assert ours.delay_s(CHANCE) <= 0.25


def test_refused_credentials_are_tried_again_at_the_slowest_pace_at_once() -> None:
    ours = course()
    ours.failed(CredentialsRefused("no"))
    assert ours.delay_s(CHANCE) == 30.0
    ours.failed(AWAY)
    assert ours.delay_s(CHANCE) <= 1.0


def test_a_broker_that_refuses_version_5_is_spoken_to_in_3_1_1_for_ever() -> None:
    ours = course()
    spoken = [ours.protocol]
    ours.failed(ProtocolRefused("no"))
    spoken.append(ours.protocol)
    ours.ended(CLOSED, 60.0)
    ours.failed(AWAY)
    assert [*spoken, ours.protocol] == [Protocol.V5, Protocol.V311, Protocol.V311]


def test_a_silent_broker_is_asked_in_both_until_it_has_spoken_5() -> None:
    ours = course()
    asked = []
    for _ in range(4):
        asked.append(ours.protocol)
        ours.failed(BrokerSilent("nothing"))
    assert asked == [Protocol.V5, Protocol.V311, Protocol.V5, Protocol.V311]
    assert ours.protocol is Protocol.V5
    ours.ended(CLOSED, 60.0)
    ours.failed(BrokerSilent("nothing"))
    assert ours.protocol is Protocol.V5


@pytest.mark.parametrize("wanted", [Protocol.V5, Protocol.V311])
def test_a_protocol_that_was_asked_for_stays(wanted: Protocol) -> None:
    ours = course(wanted)
    for error in (ProtocolRefused("no"), BrokerSilent("nothing")):
        ours.failed(error)
        assert ours.protocol is wanted


def test_a_broker_that_takes_no_will_is_asked_without_one() -> None:
    ours = course()
    assert ours.with_will
    ours.failed(WillRefused("no"))
    assert not ours.with_will


def test_one_word_of_the_broker_is_enough_to_know_a_rival() -> None:
    ours = course()
    ours.ended(SessionTakenOver("other"), 3600.0)
    assert ours.rival == (
        'another program is connected with the client id "elm-street"; give each its own mqtt.client_id'
    )


def test_a_broker_that_says_nothing_shows_a_rival_by_closing_again_and_again() -> None:
    ours = course()
    for lasted_s in (3600.0, 1.0, 1.0):
        ours.ended(CLOSED, lasted_s)
        assert ours.rival == ""
    assert ours.delay_s(CHANCE) == 0.0  # a broker that restarts would refuse now
    ours.ended(CLOSED, 1.0)
    assert ours.delay_s(CHANCE) > 0.0
    assert "probably connected with the client id" in ours.rival


@pytest.mark.parametrize("between", ["away", "long", "silence"])
def test_a_broker_that_is_restarted_or_hangs_is_no_rival(between: str) -> None:
    ours = course()
    for _ in range(5):
        ours.ended(CLOSED, 1.0)
        ours.ended(CLOSED, 1.0)
        match between:
            case "away":
                ours.failed(AWAY)
            case "long":
                ours.ended(CLOSED, 21.0)
            case _:
                ours.ended(ConnectionFailed("the broker has fallen silent"), 1.0)
        assert ours.rival == ""


def test_beside_a_rival_the_delay_grows_however_long_each_connection_lasts() -> None:
    ours = course()
    for _ in range(12):
        ours.ended(SessionTakenOver("other"), 30.0)
    assert ours.delay_s(CHANCE) >= 15
    ours.calm()
    assert ours.rival == ""
    ours.ended(AWAY, 60.0)
    assert ours.delay_s(CHANCE) <= 0.25


def test_a_broker_that_restarts_again_and_again_is_met_each_time_without_delay() -> None:
    ours = course()
    for _ in range(20):
        ours.ended(CLOSED, 0.1)
        assert ours.delay_s(CHANCE) == 0.0
        ours.failed(AWAY)
        assert ours.delay_s(CHANCE) <= 1.0
