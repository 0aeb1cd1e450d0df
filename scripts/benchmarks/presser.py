"""Publishes presses of buttons at a rate, with QoS 1, over a bare socket: what an MQTT library costs would be missing
to the daemon, for there are two cores.
"""  # noqa: D205 -- one sentence

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scripts.benchmarks.home import press_topic
from scripts.benchmarks.wire import until

CONNECT = b"\x10\x13\x00\x04MQTT\x04\x02\x00\x00\x00\x07presser"
ACCEPTED = b"\x20\x02\x00\x00"
PUBLISH_QOS_1, PUBACK_BYTES = b"\x32", 4
WORD = b"single"
PACKET_IDS = 65_535
READ_BYTES = 65_536
SETTLE_S = 30.0


@dataclass(frozen=True, slots=True)
class Press:
    """One that was published: which button, and when (monotonic seconds)."""

    button: str
    at_s: float


class Presser:
    """A device that speaks for all buttons."""

    def __init__(self, port: int, buttons: Sequence[str]) -> None:
        self._port = port
        self._fronts = {button: _front(press_topic(button)) for button in buttons}
        self._socket = socket.socket()
        self._sent = 0
        self._acknowledged_bytes = 0

    async def connect(self) -> None:
        """Connect, and wait until the broker has answered."""
        loop = asyncio.get_running_loop()
        self._socket.setblocking(False)  # noqa: FBT003 -- the library's signature
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(self._socket, CONNECT)
        if await loop.sock_recv(self._socket, len(ACCEPTED)) != ACCEPTED:
            raise RuntimeError("the broker does not take the presser")
        loop.add_reader(self._socket, self._count)

    async def press(self, buttons: Sequence[str], per_second: float, noted: Callable[[Press], None]) -> float:
        """Press each of these once, evenly spread; those that are due together leave together. Return the rate."""
        loop = asyncio.get_running_loop()
        began_s, done = time.monotonic(), 0
        while done < len(buttons):
            now_s = time.monotonic()
            due = min(len(buttons), int((now_s - began_s) * per_second) + 1)
            if due > done:
                await loop.sock_sendall(self._socket, b"".join([self._packet(each) for each in buttons[done:due]]))
                for each in buttons[done:due]:
                    noted(Press(each, now_s))
                done = due
            await asyncio.sleep(max(0.0, began_s + done / per_second - time.monotonic()))
        return done / (time.monotonic() - began_s)

    async def settle(self) -> None:
        """Wait until the broker has everything."""
        await until(
            lambda: self._acknowledged_bytes == PUBACK_BYTES * self._sent,
            within_s=SETTLE_S,
            what="the broker having everything",
        )

    def close(self) -> None:
        """Hang up."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _packet(self, button: str) -> bytes:
        self._sent += 1
        return self._fronts[button] + (self._sent % PACKET_IDS + 1).to_bytes(2) + WORD

    def _count(self) -> None:
        self._acknowledged_bytes += len(self._socket.recv(READ_BYTES))


def _front(topic: str) -> bytes:
    """Return what stands before the packet id."""
    length = 2 + len(topic) + 2 + len(WORD)
    return PUBLISH_QOS_1 + bytes([length]) + len(topic).to_bytes(2) + topic.encode()
