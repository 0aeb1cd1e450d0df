"""What the broker grants less of: each limit found, told with what to do, and said once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from structlog.testing import capture_logs

from bridge.mqtt.limit_book import LimitBook
from bridge.mqtt.limits import Grant, granted_less, limits_of, will_refused
from bridge.mqtt.properties import grant_of
from bridge.mqtt.session import Broker

BROKER = Broker("localhost", 1883, "elm-street")


def test_a_broker_that_says_nothing_grants_everything() -> None:
    assert limits_of(Grant(), BROKER) == {}
    assert limits_of(grant_of(None), BROKER) == {}
    assert limits_of(grant_of(_connack()), BROKER) == {}


@pytest.mark.parametrize(
    ("said", "value", "name", "words"),
    [
        ("MaximumQoS", 0, "maximum_qos", "takes QoS 0 only"),
        ("RetainAvailable", 0, "retain", "keeps no retained messages"),
        ("WildcardSubscriptionAvailable", 0, "wildcards", "no subscriptions with wildcards"),
        ("ReceiveMaximum", 5, "receive_maximum", "takes 5 of our messages at once"),
        ("MaximumPacketSize", 2000, "maximum_packet", "no message larger than 2000 bytes"),
        ("SessionExpiryInterval", 3600, "session_expiry", "for 3600 s instead of 604800 s"),
        ("ServerKeepAlive", 300, "keepalive", "only every 300 s"),
        ("ServerKeepAlive", 0, "keepalive", "never"),
        ("AssignedClientIdentifier", "auto-1", "client_id", 'calls the bridge "auto-1" instead of "elm-street"'),
    ],
)
def test_each_limit_of_a_connack_is_told(said: str, value: object, name: str, words: str) -> None:
    limits = limits_of(grant_of(_connack(**{said: value})), BROKER)
    assert list(limits) == [name]
    assert words in limits[name]
    assert "; " in limits[name] or name == "wildcards"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("MaximumQoS", 1),
        ("RetainAvailable", 1),
        ("ReceiveMaximum", 20),
        ("MaximumPacketSize", 65536),
        ("SessionExpiryInterval", 604_800),
        ("ServerKeepAlive", 5),
        ("AssignedClientIdentifier", "elm-street"),
    ],
)
def test_what_is_enough_is_no_limit(said: str, value: object) -> None:
    assert limits_of(grant_of(_connack(**{said: value})), BROKER) == {}


@given(st.dictionaries(st.text(min_size=1), st.sampled_from([0, 1, 0x80, 0x87])))
def test_subscriptions_with_qos_0_are_counted_and_refused_ones_are_not(granted: dict[str, int]) -> None:
    poor = sorted(topic for topic, qos in granted.items() if qos == 0)
    limits = granted_less(granted)
    assert bool(limits) == bool(poor)
    if poor:
        assert f"delivers {poor[0]}" in limits["granted_qos"]
        assert (f"and {len(poor) - 1} more" in limits["granted_qos"]) == (len(poor) > 1)


def test_a_limit_is_said_once_for_each_change_and_when_it_is_over() -> None:
    book = LimitBook()
    with capture_logs() as logs:
        book.replace("connection", {"retain": "none"})
        book.replace("connection", {"retain": "none"})
        book.replace("will", will_refused("the broker keeps no retained messages"))
        book.replace("connection", {"retain": "none", "maximum_packet": "small"})
        book.replace("connection", {"retain": "none", "maximum_packet": "smaller"})
        assert len(book.texts) == 3
        book.replace("connection", {})
        book.replace("connection", {})
    said = [(line["event"].removeprefix("mqtt."), line["limit"], line["log_level"]) for line in logs]
    assert said[:4] == [
        ("limit", "retain", "warning"),
        ("limit", "will", "warning"),
        ("limit", "maximum_packet", "warning"),
        ("limit", "maximum_packet", "warning"),
    ]
    assert sorted(said[4:]) == [("limit_gone", "maximum_packet", "info"), ("limit_gone", "retain", "info")]
    assert len(book.texts) == 1


def _connack(**said: object) -> Properties:
    properties = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call] # paho leaves it untyped
    for name, value in said.items():
        setattr(properties, name, value)
    return properties
