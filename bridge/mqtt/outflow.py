"""From the library's queue to a connection's socket: what is to be sent by the end of a turn of the loop goes together.

The library asks the system each time whether the socket has room, which it nearly always has: five calls for one. Like
client.py this leans on internals of paho, and tests/integration/mqtt/test_connection_internals.py guards them.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from paho.mqtt.client import Client as PahoClient
from paho.mqtt.enums import MessageType

_PUBACK: Final = b"\x40\x02"


class Outflow:
    """What goes out over one connection. `broken` is told why no more can be sent."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, client: PahoClient, broken: Callable[[Exception], None]
    ) -> None:
        self._loop = loop
        self._client = client
        self._broken = broken
        self._awaits_room = -1

    def begin(self, *, connected: bool) -> None:
        """Write soon: the library has put something into its empty queue.

        While it connects it does so in a thread, and whoever hangs up then may have said why: that is read first.
        """
        if connected:
            self._loop.call_soon(self._write)
        else:
            self._loop.call_soon_threadsafe(self._await_room)

    def end(self) -> None:
        """Await no room: the queue is empty, or the socket is about to be closed."""
        if self._awaits_room >= 0:
            self._loop.remove_writer(self._awaits_room)
            self._awaits_room = -1

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send PUBACK for each of these, in this order, as one piece."""
        if packet_ids:
            pieces = b"".join([_PUBACK + packet_id.to_bytes(2) for packet_id in packet_ids])
            self._client._packet_queue(MessageType.PUBACK, pieces, packet_ids[-1], 1)  # noqa: SLF001 -- paho sends one at a time

    def _write(self) -> None:
        client = self._client
        try:
            client.loop_write()
        except Exception as error:  # noqa: BLE001 -- whatever breaks the writing ends this connection
            self._broken(error)
        if client.want_write():
            self._await_room()

    def _await_room(self) -> None:
        sock = self._client.socket()
        if self._awaits_room < 0 and sock is not None:
            self._awaits_room = sock.fileno()
            self._loop.add_writer(self._awaits_room, self._write)
