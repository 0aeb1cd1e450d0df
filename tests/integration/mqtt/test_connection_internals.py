"""The guard of what bridge/mqtt/client.py, inflow.py and outflow.py lean on inside aiomqtt and paho: read these files
when it fails.
"""  # noqa: D205 -- one sentence

import inspect
import time
from importlib.metadata import version

import aiomqtt  # noqa: TID251 -- the guard looks at the library itself
import paho.mqtt.client as paho
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.enums import CallbackAPIVersion

from bridge.mqtt.session import Protocol
from tests.integration.mqtt.conftest import TOPIC, Listen
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

WINDOW = 20
SENT = 30


def test_the_library_is_the_one_whose_internals_are_known() -> None:
    assert version("aiomqtt").startswith("2.5.")


def test_the_names_that_are_overridden_or_called_still_exist() -> None:
    source = inspect.getsource(aiomqtt.Client)
    for name in ("message", "connect", "disconnect", "publish"):
        assert f"self._client.on_{name} = self._on_{name}" in source
    for name in ("_disconnected", "_connected", "_misc_task", "_loop", "_pending_subscribes", "_pending_unsubscribes"):
        assert f"self.{name}" in source
    assert list(inspect.signature(aiomqtt.Client._wait_for).parameters) == ["self", "fut", "timeout"]
    assert "self._misc_loop()" in source
    assert "run_in_executor(None, self._client_connect)" in source
    methods = ("manual_ack_set", "ack", "_sock_close", "loop_read", "socket", "disable_logger")
    for name in (*methods, "publish"):
        assert callable(getattr(PahoClient, name))
    assert list(inspect.signature(aiomqtt.Client._on_message).parameters) == ["self", "client", "userdata", "message"]
    for overridden in ("_on_connect", "_on_disconnect", "_on_publish"):
        assert len(inspect.signature(getattr(aiomqtt.Client, overridden)).parameters) == 6
    assert "self._max_inflight_messages" in inspect.getsource(PahoClient._update_inflight)
    assert "self._sock = self._create_socket()" in inspect.getsource(PahoClient.reconnect)
    assert [*inspect.signature(paho._WebsocketWrapper).parameters] == [
        *("socket", "host", "port", "is_ssl", "path", "extra_headers"),
    ]
    assert "'failed to receive on socket: %s'" in inspect.getsource(PahoClient._packet_read)


def test_what_reads_past_the_library_leaves_it_as_its_own_reader_would() -> None:
    for name in ("open", "register_write", "unregister_write"):
        assert f"self._client.on_socket_{name} = self._on_socket_{name}" in inspect.getsource(aiomqtt.Client)
    opened = inspect.getsource(aiomqtt.Client._on_socket_open)
    assert opened.count("call_soon_threadsafe") == 2  # the reader and the task: both are begun by ours
    reader = inspect.getsource(PahoClient._packet_read)
    for line in (
        "self._sock_recv(",
        "self._last_bytes_received = time_func()",
        "rc = self._packet_handle()",
        "except MalformedPacket as exc:",
    ):
        assert line in reader
    assert paho.time_func is time.monotonic
    assert [*inspect.signature(PahoClient._easy_log).parameters] == ["self", "level", "fmt", "args"]
    assert [*inspect.signature(PahoClient._loop_rc_handle).parameters] == ["self", "rc"]
    assert paho.Client(CallbackAPIVersion.VERSION2)._in_packet == {
        "command": 0,
        "have_remaining": 0,
        "remaining_count": [],
        "remaining_mult": 1,
        "remaining_length": 0,
        "packet": bytearray(),
        "to_process": 0,
        "pos": 0,
    }


def test_what_is_acknowledged_together_goes_into_the_librarys_queue_as_one_packet_does() -> None:
    assert [*inspect.signature(PahoClient._packet_queue).parameters] == [
        *("self", "command", "packet", "mid", "qos", "info"),
    ]
    assert "self._packet_queue(command, packet, mid, 1)" in inspect.getsource(PahoClient._send_command_with_mid)
    assert "self._call_socket_register_write()" in inspect.getsource(PahoClient._packet_queue)
    writing = inspect.getsource(PahoClient.loop_write)
    assert "if self.want_write():" in writing
    assert "self._call_socket_unregister_write()" in writing


async def test_nothing_is_acknowledged_until_we_say_so_and_then_exactly_that(broker: Mosquitto, listen: Listen) -> None:
    async with listen(protocol=Protocol.V5, window=WINDOW) as here:
        await here.live()
        await broker.publish_many(TOPIC, [str(number) for number in range(SENT)])
        await until(lambda: len(here.messages) == WINDOW, what="a full window")

        here.connection.acknowledge(here.messages[:4])
        await until(lambda: len(here.messages) > WINDOW, what="more")
    async with listen(protocol=Protocol.V5) as here:
        await here.live()
        assert here.payloads == [str(number) for number in range(4, SENT)]
