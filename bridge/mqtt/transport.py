"""From the address of a broker to an open socket: TCP, TLS around it, a WebSocket around that. Blocks: for a thread.

paho does the same, but leaves the socket of a failed handshake open and asks for a passphrase on the terminal. The
files are read for each connection, so that a renewed certificate counts from the next one on. There is no way to switch
off the verification of the broker's name. Knows nothing of MQTT.
"""

import socket
import ssl

from paho.mqtt.client import _WebsocketWrapper

from bridge.errors import ConnectionFailed
from bridge.mqtt.session import Broker, Tls


def open_socket(broker: Broker, *, within_s: float) -> socket.socket | _WebsocketWrapper:
    """Connect, and shake hands as often as needed. Raises OSError, ValueError or ConnectionFailed."""
    context = None if broker.tls is None else context_of(broker.tls)
    opened = socket.create_connection((broker.host, broker.port), timeout=within_s)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            opened = context.wrap_socket(opened, server_hostname=broker.host)
        if broker.websocket_path is None:
            return opened
        return _WebsocketWrapper(opened, broker.host, broker.port, context is not None, broker.websocket_path, None)
    except BaseException:
        opened.close()
        raise


def context_of(tls: Tls) -> ssl.SSLContext:
    """Return what a connection is made with. Raises ConnectionFailed when a file cannot be used (any more)."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:
        raise ConnectionFailed(f"mqtt.ca_file ({tls.ca_file}) cannot be used: {_why(error)}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.ca_file is not None:
        # What people make for their home seldom holds all that newer Pythons ask of a certificate of the internet,
        # and the file may hold the broker's own certificate instead of an authority's.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if tls.cert_file is not None:
        try:
            context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_passphrase)
        except (OSError, ValueError) as error:
            files = f"mqtt.cert_file ({tls.cert_file}) and mqtt.key_file ({tls.key_file})"
            raise ConnectionFailed(f"{files} cannot be used: {_why(error)}") from error
    return context


def _no_passphrase() -> str:
    """Answer instead of a person: otherwise the library would ask on the terminal."""
    raise ValueError("the key is protected by a passphrase, which nobody is here to give")


def _why(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error)
