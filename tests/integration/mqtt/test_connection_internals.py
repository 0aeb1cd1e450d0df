"""The guard of what bridge/mqtt/client.py leans on inside aiomqtt and paho: read that file when this fails."""

import inspect
from importlib.metadata import version

import aiomqtt  # noqa: TID251 -- the guard looks at the library itself
import paho.mqtt.client as paho
from paho.mqtt.client import Client as PahoClient

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
