"""What the broker would still send the daemon: its session is taken over for a moment and emptied."""

import time
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from scripts.benchmarks.home import CLIENT_ID, door, topic

SESSION_S = 3600
GIVE_UP_S = 10.0
MARKER = b"marker"
"""Comes behind everything that waits; no door says it."""


def held_for_daemon(port: int) -> int:
    """Return how many messages waited for the daemon, which has stopped. Raises RuntimeError without a session."""
    payloads: list[bytes] = []
    resumed: list[bool] = []
    published: list[int] = []

    def mark(client: Client, _data: object, flags: ConnectFlags, *_more: object) -> None:
        resumed.append(flags.session_present)
        client.publish(topic(door(0)), MARKER, qos=1)  # not sooner: the library would send it again after connecting

    def note_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        payloads.append(bytes(message.payload))

    client = Client(CallbackAPIVersion.VERSION2, client_id=CLIENT_ID, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_connect = mark
    client.on_message = note_message
    client.on_publish = lambda _client, _data, packet_id, *_more: published.append(packet_id)
    client.connect("127.0.0.1", port, clean_start=False, properties=_session())
    deadline = time.perf_counter() + GIVE_UP_S
    # until the marker's own acknowledgement too: left unread it would reset the connection, and take ours with it
    while not (MARKER in payloads and published) and time.perf_counter() < deadline:
        client.loop(0.05)
    client.disconnect()
    if resumed != [True] or MARKER not in payloads:
        raise RuntimeError("the broker does not keep the daemon's session")
    return len(payloads) - 1


def _session() -> Any:  # noqa: ANN401 -- paho leaves it untyped
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
    properties.SessionExpiryInterval = SESSION_S
    return properties
