"""Why there is no connection, in a person's words. What a real broker shows stands in the integration tests."""

import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import (
    BrokerSilent,
    ClosedByBroker,
    ConnectionFailed,
    CredentialsRefused,
    ProtocolRefused,
    SessionTakenOver,
    WillRefused,
)
from bridge.mqtt import reasons
from bridge.mqtt.session import Broker, Tls

PLAIN = Broker("broker.lan", 1883, "elm-street", "bridge", "secret-word")
SECURE = Broker("broker.lan", 8883, "elm-street", tls=Tls())
WEB = Broker("broker.lan", 9001, "elm-street", websocket_path="/mqtt")


@pytest.mark.parametrize(
    ("error", "broker", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), PLAIN, 'there is no host called "broker.lan"; check mqtt.url'),
        (socket.gaierror(socket.EAI_AGAIN, "x"), PLAIN, 'the name "broker.lan" cannot be looked up now'),
        (UnicodeError("label too long"), PLAIN, 'there is no host called "broker.lan"'),
        (ConnectionRefusedError(111, "x"), PLAIN, "nothing listens on port 1883 of broker.lan; is the broker running"),
        (ConnectionRefusedError(111, "x"), SECURE, "nothing listens on port 8883 of broker.lan"),
        (TimeoutError("timed out"), SECURE, "broker.lan does not answer; is it switched on"),
        (OSError(113, "No route to host"), PLAIN, "broker.lan cannot be reached: No route to host"),
        (ConnectionResetError(104, "x"), SECURE, "no TLS is spoken on port 8883 of broker.lan"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), SECURE, "no TLS is spoken on port 8883"),
        (ssl.SSLError(1, "[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol"), SECURE, "older than TLS 1.2"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] alert protocol version"), SECURE, "older than TLS 1.2"),
        (
            ssl.SSLError(1, "[SSL: DECRYPTION_FAILED] bad record"),
            SECURE,
            "TLS does not work with broker.lan",
        ),
        (ConnectionError("WebSocket handshake error"), WEB, "no WebSocket of a broker answers at ws://broker.lan:9001"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), WEB, "no WebSocket of a broker answers"),
        (IndexError("list index out of range"), WEB, "no WebSocket of a broker answers at ws://broker.lan:9001/mqtt"),
    ],
)
def test_what_keeps_a_connection_from_coming_to_be(error: Exception, broker: Broker, words: str) -> None:
    assert words in str(reasons.unreachable(error, broker))


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (0x84, ProtocolRefused, "does not speak this version of MQTT; set mqtt.protocol"),
        (0x85, ConnectionFailed, 'does not take the client id "elm-street"; choose another mqtt.client_id'),
        (0x86, CredentialsRefused, 'does not let the user "bridge" in'),
        (0x87, CredentialsRefused, 'does not let the user "bridge" in'),
        (0x88, ConnectionFailed, "is not available"),
        (0x8A, ConnectionFailed, 'has banned the client id "elm-street"'),
        (0x9A, WillRefused, "keeps no retained messages"),
        (0x9B, WillRefused, "takes no messages of QoS 1"),
        (0x9D, ConnectionFailed, "has moved"),
        (0x83, ConnectionFailed, 'says "Some reason"; look at its log'),
    ],
)
def test_what_a_broker_says_when_it_says_no(code: int, kind: type[ConnectionFailed], words: str) -> None:
    refusal = reasons.refused(code, "Some reason", PLAIN)
    assert type(refusal) is kind
    assert words in str(refusal)


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (0x8E, True, SessionTakenOver),
        (0x8E, False, ClosedByBroker),
        (0x8B, True, ClosedByBroker),
        (0x80, False, ClosedByBroker),
        (0x8D, False, ConnectionFailed),
    ],
)
def test_how_a_good_connection_ends(code: int, said: bool, kind: type[ConnectionFailed]) -> None:  # noqa: FBT001 -- a column
    assert type(reasons.ended(code, "Some reason", PLAIN, said=said)) is kind


@pytest.mark.parametrize("broker", [PLAIN, SECURE, WEB])
def test_who_hangs_up_or_says_nothing_was_perhaps_spoken_to_in_the_wrong_way(broker: Broker) -> None:
    assert type(reasons.hung_up("", broker)) is BrokerSilent
    assert type(reasons.silent(broker)) is BrokerSilent
    assert f"{broker.scheme}://" in str(reasons.silent(broker))


@given(st.integers(0x80, 0xFF), st.text(), st.sampled_from([PLAIN, SECURE, WEB]), st.booleans())
def test_whatever_happened_there_is_a_sentence_and_never_the_password(
    code: int,
    text: str,
    broker: Broker,
    said: bool,  # noqa: FBT001 -- given by hypothesis
) -> None:
    for failure in (
        reasons.refused(code, text, broker),
        reasons.ended(code, text, broker, said=said),
        reasons.hung_up(text, broker),
        reasons.unreachable(OSError(text), broker),
        reasons.unreachable(ValueError(text), broker),
    ):
        assert str(failure)
        assert "secret-word" not in str(failure)
