"""Why there is no connection, in a person's words: what is wrong, and what to do. Plain computation.

Knows the codes of MQTT and the errors of sockets and TLS, and nothing of the library that met them.
"""

import socket
import ssl
from typing import Final

from bridge.errors import (
    BrokerSilent,
    ClosedByBroker,
    ConnectionFailed,
    CredentialsRefused,
    PacketMalformed,
    ProtocolRefused,
    SessionTakenOver,
    WillRefused,
)
from bridge.mqtt.session import Broker

TAKEN_OVER: Final = 0x8E
KEEPALIVE_LAPSED: Final = 0x8D

_BAD_CREDENTIALS: Final = (0x86, 0x87)
_WRONG_VERSION: Final = 0x84
_WILL_REFUSED: Final = {
    0x9A: "the broker keeps no retained messages",
    0x9B: "the broker takes no messages of QoS 1",
}
_REFUSALS: Final = {
    0x85: 'the broker does not take the client id "{client_id}"; choose another mqtt.client_id',
    0x88: "the broker says that it is not available; look at its log",
    0x89: "the broker says that it is too busy",
    0x8A: 'the broker has banned the client id "{client_id}"; look at its configuration',
    0x97: "the broker says that its quota is used up; look at its limits",
    0x9C: "the broker sends us to another one; give that one in mqtt.url",
    0x9D: "the broker has moved; give its new place in mqtt.url",
    0x9F: "the broker says that there are too many connections a second",
}
_UNKNOWN_AUTHORITY: Final = (2, 18, 19, 20, 21)
_EXPIRED: Final = 10
_NOT_YET: Final = 9
_OTHER_NAME: Final = (62, 64)

_ALERTS: Final = {
    "CERTIFICATE REQUIRED": "the broker wants a certificate of the bridge; give mqtt.cert_file and mqtt.key_file",
    "ALERT UNKNOWN CA": (
        "the broker does not know the authority that signed the bridge's certificate; "
        "give one in mqtt.cert_file that the broker's CA has signed"
    ),
    "ALERT CERTIFICATE EXPIRED": "the broker says that the bridge's certificate (mqtt.cert_file) has expired; renew it",
    "ALERT CERTIFICATE REVOKED": "the broker says that the bridge's certificate (mqtt.cert_file) was revoked; renew it",
    "ALERT BAD CERTIFICATE": "the broker does not take the bridge's certificate; look at mqtt.cert_file",
    "ALERT CERTIFICATE UNKNOWN": "the broker does not take the bridge's certificate; look at mqtt.cert_file",
    "ALERT PROTOCOL VERSION": "the broker only speaks versions older than TLS 1.2; update it",
    "UNSUPPORTED PROTOCOL": "the broker only speaks versions older than TLS 1.2; update it",
    "ALERT HANDSHAKE FAILURE": (
        "the broker ended the TLS handshake; if it wants a certificate of the bridge, give mqtt.cert_file "
        "and mqtt.key_file"
    ),
}


def refused(code: int, name: str, broker: Broker) -> ConnectionFailed:
    """Return what a CONNACK means that says no."""
    if code in _BAD_CREDENTIALS:
        return CredentialsRefused(_credentials(broker))
    if code == _WRONG_VERSION:
        return ProtocolRefused("the broker does not speak this version of MQTT; set mqtt.protocol to another")
    if code in _WILL_REFUSED:
        return WillRefused(_WILL_REFUSED[code])
    known = _REFUSALS.get(code)
    if known is not None:
        return ConnectionFailed(known.format(client_id=broker.client_id))
    return ConnectionFailed(f'the broker refuses the connection and says "{name}"; look at its log')


def unreachable(error: Exception, broker: Broker) -> ConnectionFailed:
    """Return why no connection came to be, before any word of MQTT."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectionFailed(_certificate(error, broker))
    if broker.tls is not None and isinstance(error, ssl.SSLError | ConnectionResetError | ConnectionAbortedError):
        return ConnectionFailed(_tls(str(error), broker) or _handshake(error, broker))
    if broker.websocket_path is not None and _is_nonsense(error):
        return ConnectionFailed(
            f"no WebSocket of a broker answers at {broker.address}; check the port and the path in mqtt.url, "
            'and that the broker has "protocol websockets" there'
        )
    match error:
        case socket.gaierror() if error.errno == socket.EAI_AGAIN:
            text = f'the name "{broker.host}" cannot be looked up now; is this machine connected to its network?'
        case socket.gaierror() | UnicodeError():
            text = f'there is no host called "{broker.host}"; check mqtt.url'
        case ConnectionRefusedError():
            text = (
                f"nothing listens on port {broker.port} of {broker.host}; is the broker running, and is the port right?"
            )
        case TimeoutError():
            text = (
                f"{broker.host} does not answer; is it switched on, and does a firewall let port {broker.port} through?"
            )
        case OSError() if error.strerror:
            text = f"{broker.host} cannot be reached: {error.strerror}"
        case _:
            text = str(error) or type(error).__name__
    return ConnectionFailed(text)


def silent(broker: Broker) -> ConnectionFailed:
    """Return what it means that somebody took the connection and says nothing."""
    return BrokerSilent(
        "the broker does not answer; if it hangs, start it again, "
        f"and see that {broker.scheme}:// and the port are right"
    )


def hung_up(heard: str, broker: Broker) -> ConnectionFailed:
    """Return why a connection ended before the broker answered. `heard`: what the library had to say of it."""
    if broker.tls is not None:
        told = _tls(heard, broker)
        if told is not None:
            return ConnectionFailed(told)
        return BrokerSilent(
            "the broker hung up before it answered; if it wants a certificate of the bridge, give mqtt.cert_file and "
            "mqtt.key_file"
            if broker.tls.cert_file is None
            else "the broker hung up before it answered; look at its log, and whether it takes mqtt.cert_file"
        )
    other = "ws:// or wss://" if broker.websocket_path is None else "mqtt:// or mqtts://"
    secure = "mqtts://" if broker.websocket_path is None else "wss://"
    return BrokerSilent(
        f"the broker hung up before it answered; if port {broker.port} is for TLS, use {secure} in mqtt.url, "
        f"and if it is of the other kind, {other}"
    )


def ended(code: int, name: str, broker: Broker, *, said: bool) -> ConnectionFailed:
    """Return why a good connection ended; `said`: the broker told the code before it hung up."""
    if said and code == TAKEN_OVER:
        return SessionTakenOver(f'another client came with the client id "{broker.client_id}"')
    if said:
        return ClosedByBroker(f'the broker ended the connection and said "{name}"')
    if code == KEEPALIVE_LAPSED:
        return ConnectionFailed("the broker has fallen silent")
    return ClosedByBroker("the broker closed the connection, or the network broke it")


def malformed(error: PacketMalformed) -> PacketMalformed:
    """Return what it means that a good connection suddenly says what is no MQTT."""
    return PacketMalformed(
        f"what the broker sent is no MQTT ({error}); does something on the way change it, or is it another program now?"
    )


def _is_nonsense(error: Exception) -> bool:
    """Tell whether something answered, but not as the handshake of a WebSocket: the library stumbles in many ways."""
    unlike = isinstance(error, ConnectionError) and error.errno is None
    return unlike or isinstance(error, IndexError | UnicodeDecodeError)


def _credentials(broker: Broker) -> str:
    if broker.username is None:
        return "the broker lets nobody in without a user; give mqtt.username and mqtt.password_file"
    return (
        f'the broker does not let the user "{broker.username}" in; check mqtt.username and mqtt.password, '
        "and the broker's own list"
    )


def _certificate(error: ssl.SSLCertVerificationError, broker: Broker) -> str:
    if error.verify_code in _UNKNOWN_AUTHORITY:
        if broker.tls is None or broker.tls.ca_file is None:
            return (
                "the broker's certificate is signed by an authority this machine does not know; "
                "give its CA in mqtt.ca_file"
            )
        return (
            f"the broker's certificate is not signed by the authority in mqtt.ca_file ({broker.tls.ca_file}); "
            "give the CA that signed it"
        )
    if error.verify_code == _EXPIRED:
        return "the broker's certificate has expired; renew it, and see that the clock of this machine is right"
    if error.verify_code == _NOT_YET:
        return "the broker's certificate is not valid yet; see that the clocks of both machines are right"
    if error.verify_code in _OTHER_NAME:
        return (
            f'the broker\'s certificate is not for "{broker.host}"; give the name that stands in it in mqtt.url, '
            "or make one for this name"
        )
    return f"the broker's certificate is refused: {error.verify_message}"


def _tls(heard: str, broker: Broker) -> str | None:
    """Return what an alert means, None if none is known."""
    plain = heard.upper().replace("_", " ")
    for alert, meaning in _ALERTS.items():
        if alert in plain:
            return meaning
    return _no_tls(broker) if "WRONG VERSION" in plain or "HTTP REQUEST" in plain else None


def _handshake(error: Exception, broker: Broker) -> str:
    """Return what a handshake that broke off means."""
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return f"TLS does not work with {broker.host}: {error}"
    return _no_tls(broker)


def _no_tls(broker: Broker) -> str:
    plain, usual = ("mqtt://", "8883") if broker.websocket_path is None else ("ws://", "443 or 8884")
    return (
        f"no TLS is spoken on port {broker.port} of {broker.host}; give the broker's TLS port (mostly {usual}), "
        f"or {plain} for a plain connection on a network that you trust"
    )
