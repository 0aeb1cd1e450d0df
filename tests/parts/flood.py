"""Publishes as fast as a broker takes it: the bytes are made ahead, and nothing is waited for one by one."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

LARGEST_ID = 65535
PUBACK_BYTES = 4
CONNECT = b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05flood"
CONNACK_BYTES = 4


class Flood:
    """One connection with MQTT 3.1.1. `acknowledged`: how many messages the broker has taken."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sent = 0
        self._received_bytes = 0

    @property
    def acknowledged(self) -> int:
        """How many messages the broker has taken."""
        return self._received_bytes // PUBACK_BYTES

    @property
    def settled(self) -> bool:
        """Whether the broker has everything."""
        return self.acknowledged == self._sent

    async def publish(self, messages: Iterable[tuple[str, str]]) -> None:
        """Publish topics and payloads with QoS 1, in order; returns when they are on their way."""
        packets: list[bytes] = []
        for topic, payload in messages:
            self._sent += 1
            packets.append(_publication(topic.encode(), payload.encode(), (self._sent - 1) % LARGEST_ID + 1))
        self._writer.write(b"".join(packets))
        await self._writer.drain()

    async def count(self) -> None:
        """Read acknowledgements until cancelled, or until the broker is gone."""
        while data := await self._reader.read(65536):
            self._received_bytes += len(data)


@asynccontextmanager
async def flooding(port: int) -> AsyncIterator[Flood]:
    """Stay connected while the context lasts."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(CONNECT)
    await reader.readexactly(CONNACK_BYTES)
    flood = Flood(reader, writer)
    async with asyncio.TaskGroup() as tasks:
        counting = tasks.create_task(flood.count())
        try:
            yield flood
        finally:
            counting.cancel()
            writer.close()


def _publication(topic: bytes, payload: bytes, packet_id: int) -> bytes:
    """Return a short one: its length has to fit into one byte."""
    rest = len(topic).to_bytes(2) + topic + packet_id.to_bytes(2) + payload
    assert len(rest) < 128, "too long"
    return b"\x32" + bytes([len(rest)]) + rest
