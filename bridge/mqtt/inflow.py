"""From a connection's socket to its owner: read in large pieces, messages handed over at once, the rest left to paho.

paho's own reader takes three calls to the system a packet. It keeps everything else: the handshake, what it sends and
awaits, QoS 2, and when the broker counts as gone. Like client.py this leans on internals of the library, and
tests/integration/mqtt/test_connection_internals.py guards them. Knows nothing of what messages mean.
"""

import time
from collections.abc import Callable
from typing import Final

from paho.mqtt.client import Client as PahoClient
from paho.mqtt.enums import LogLevel, MQTTErrorCode
from paho.mqtt.exception import MalformedPacket

from bridge.errors import PacketMalformed
from bridge.mqtt.message import Message
from bridge.mqtt.wire import Packet, Unpacker

CHUNK_BYTES: Final = 16_384
"""Some hundred small messages: what is read at once holds the event loop up for a few milliseconds at most."""


class Inflow:
    """What comes over one connection. `received` is given its messages, in their order."""

    def __init__(self, client: PahoClient, unpacker: Unpacker, received: Callable[[Message], None]) -> None:
        self._client = client
        self._unpacker = unpacker
        self._received = received

    def read(self) -> None:
        """Read what there is, a piece of it: the socket goes on saying that there is more, TLS does not.

        Ends the connection where it is lost. Raises PacketMalformed, and what the owner raises.
        """
        while self._read_piece() and self._held_by_tls() > 0:
            pass

    def _read_piece(self) -> bool:
        """Return whether there was a piece."""
        client = self._client
        if client.socket() is None:
            return False
        try:
            chunk = client._sock_recv(CHUNK_BYTES)  # noqa: SLF001 -- it knows what TLS and WebSockets ask for
        except BlockingIOError:
            return False
        except OSError as error:
            client._easy_log(LogLevel.MQTT_LOG_ERR, "failed to receive on socket: %s", error)  # noqa: SLF001 -- client.py reads it
            chunk = b""
        if not chunk:
            client._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)  # noqa: SLF001 -- as its own reader does
            return False
        client._last_bytes_received = now_s = time.monotonic()  # noqa: SLF001 -- else it asks whether the broker is there
        return self._take(chunk, now_s)

    def _take(self, chunk: bytes, now_s: float) -> bool:
        """Return whether the connection goes on."""
        for each in self._unpacker.take(chunk, now_s):
            if isinstance(each, Message):
                self._received(each)
            elif not self._hand_on(each):
                return False
        return True

    def _hand_on(self, packet: Packet) -> bool:
        client = self._client
        client._in_packet = {  # noqa: SLF001 -- where its own reader leaves a packet
            "command": packet.header,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(packet.body),
            "packet": bytearray(packet.body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            code = client._packet_handle()  # noqa: SLF001 -- see above
        except MalformedPacket as error:
            raise PacketMalformed(str(error)) from error
        if code > 0:
            client._loop_rc_handle(code)  # noqa: SLF001 -- as its own reader does
        return client.socket() is not None

    def _held_by_tls(self) -> int:
        pending = getattr(self._client.socket(), "pending", None)
        return 0 if pending is None else int(pending())
