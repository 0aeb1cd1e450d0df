"""A real Mosquitto for one test, and a plain client that watches it. Know nothing of the simulated home."""

import asyncio
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bridge.simulator.records import Records
from tests.parts.ports import free_port

DEADLINE_S = 10.0


class Mosquitto:
    """One broker process; may be stopped, frozen and started again on the same port."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *, access: str = "allow_anonymous true") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} {self.host}\npersistence false\nuser root\n{access}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        self._process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, "Mosquitto did not start"
                time.sleep(0.02)
            else:
                return

    def freeze(self) -> None:
        """Let it answer nothing any more, connections staying open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Kill it; idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it was delivered."""

    topic: str
    payload: str
    retained: bool
    qos: int


class Watcher:
    """Hears everything on a broker and can publish."""

    def __init__(self, broker: Mosquitto) -> None:
        self.heard: Records[Heard] = Records()
        self._broker = broker
        self._markers = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        subscribed = asyncio.Event()

        def on_subscribe(*_about: object) -> None:
            loop.call_soon_threadsafe(subscribed.set)

        def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
            heard = Heard(message.topic, bytes(message.payload).decode(), message.retain, message.qos)
            loop.call_soon_threadsafe(self.heard.add, heard)

        self._client.on_subscribe = on_subscribe
        self._client.on_message = on_message
        self._client.connect(self._broker.host, self._broker.port)
        self._client.subscribe("#", 1)
        self._client.loop_start()
        async with asyncio.timeout(DEADLINE_S):
            await subscribed.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    async def publish(self, topic: str, payload: bytes | str) -> None:
        """Publish with QoS 1 and wait for the acknowledgement."""
        sent = self._client.publish(topic, payload, qos=1)
        await asyncio.to_thread(sent.wait_for_publish, DEADLINE_S)

    async def wait_for(self, topic: str, n: int) -> list[Heard]:
        """Return the messages on one topic once there are `n`."""
        while len(on_topic := [one for one in self.heard.newest if one.topic == topic]) < n:
            await self.heard.wait_for(self.heard.total + 1, timeout_s=DEADLINE_S, what="messages")
        return on_topic

    async def all_until_now(self) -> list[Heard]:
        """Return everything that the broker had acknowledged to others before this call, in order."""
        await self.publish("marker", "now")
        self._markers += 1
        await self.wait_for("marker", self._markers)
        return [one for one in self.heard.newest if one.topic != "marker"]
