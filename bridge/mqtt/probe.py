"""One short connection to the broker, under a name of its own, to learn whether it takes us. Leaves nothing there."""

import secrets
import socket
import ssl
import time
from contextlib import suppress
from typing import Final

from paho.mqtt.client import Client, ConnectFlags, _WebsocketWrapper
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from bridge.errors import ConnectionFailed
from bridge.mqtt import reasons
from bridge.mqtt.session import Broker, Protocol
from bridge.mqtt.transport import open_socket

PATIENCE_S: Final = 5.0
HEAR_OUT_S: Final = 0.5


def try_broker(broker: Broker, *, patience_s: float = PATIENCE_S) -> str:
    """Connect, say goodbye, and return what went wrong, "" if nothing did. Never under our own client id: the broker
    would throw the daemon out.
    """  # noqa: D205 -- one paragraph
    answers: list[ReasonCode] = []
    last_words = [""]

    def connected(
        _client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        answers.append(code)

    def logged(_client: Client, _data: object, _level: int, text: str) -> None:
        if text.startswith("failed to"):  # a TLS alert, which paho tells nobody but its log
            last_words[0] = text

    client = passing_client(broker, "bridge-doctor", patience_s=patience_s)
    client.on_connect, client.on_log = connected, logged
    give_up_at = time.monotonic() + patience_s
    try:
        client.connect(broker.host, broker.port)
        while not answers and time.monotonic() < give_up_at:
            if client.loop(timeout=0.1) and not answers:
                return str(reasons.hung_up(last_words[0], broker))
    except ConnectionFailed as error:
        return str(error)
    except (OSError, ValueError) as error:
        return str(reasons.unreachable(error, broker))
    finally:
        client.disconnect()
        if client.socket() is not None:
            client._sock_close()  # noqa: SLF001 -- paho offers no other way to close without waiting
    if not answers:
        return f"it takes the connection, but does not answer within {patience_s:g} s"
    return str(reasons.refused(answers[0].value, str(answers[0]), broker)) if answers[0].is_failure else ""


def passing_client(broker: Broker, name: str, *, patience_s: float) -> Client:
    """Return a client that is not connected yet, with a client id of its own, of which the broker keeps nothing."""
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"{name}-{secrets.token_hex(4)}",  # 22 characters: all that every broker takes
        protocol=MQTTProtocolVersion.MQTTv5 if broker.protocol is Protocol.V5 else MQTTProtocolVersion.MQTTv311,
    )
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    client._create_socket = lambda: _open(broker, within_s=patience_s)  # type: ignore[method-assign] # noqa: SLF001 -- see transport.py
    return client


def _open(broker: Broker, *, within_s: float) -> socket.socket | _WebsocketWrapper:
    """Connect, and hear out a broker that refuses our certificate: it does so after the handshake, and what it says
    is lost to who writes meanwhile. It never speaks first else, so that nothing is read that is for somebody.
    """  # noqa: D205 -- one paragraph
    opened = open_socket(broker, within_s=within_s)
    if isinstance(opened, ssl.SSLSocket):
        try:
            opened.settimeout(HEAR_OUT_S)
            with suppress(TimeoutError, ConnectionError):
                opened.recv(1)
            opened.settimeout(within_s)
        except BaseException:
            opened.close()
            raise
    return opened
