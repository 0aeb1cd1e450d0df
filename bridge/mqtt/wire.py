"""What the broker's bytes say: where each packet ends, and the messages among them. Plain computation on bytes.

A PUBLISH of QoS 0 or 1 becomes a message at once: of what MQTT 5 says with it only the numbers of its subscriptions
are wanted, and the rest is stepped over. Every other packet is handed on as it is, in its place. Knows no socket, and
nothing of what messages mean.

paho reads a packet by three calls to the system and builds some twenty objects for it: 70 us of a message's 160.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from bridge.errors import PacketMalformed
from bridge.mqtt.message import Message

LARGEST: Final = 268_435_455
"""What the length of a packet can say."""

_SHORTEST: Final = 2
_LENGTH_BYTES: Final = 4
_PUBLISH: Final = 0x30
_DUPLICATE: Final = 0x08
_RETAINED: Final = 0x01
_SUBSCRIPTION: Final = 11
_FIXED: Final = {1: 1, 2: 4, 35: 2}
"""Properties of a PUBLISH by how many bytes their values have."""

_WITH_LENGTH: Final = {3: 1, 8: 1, 9: 1, 38: 2}
"""Properties of a PUBLISH whose values begin with their lengths, by how many such values there are."""


class Packet(NamedTuple):
    """A packet that is no message: its first byte, and what follows its length."""

    header: int
    body: bytes


class Unpacker:
    """Takes a connection's bytes as they come. `v5`: which MQTT is spoken. `largest`: the longest packet, in bytes."""

    def __init__(self, connection: int, *, v5: bool, largest: int = LARGEST) -> None:
        self._connection = connection
        self._v5 = v5
        self._largest = largest
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._needed = _SHORTEST

    def take(self, chunk: bytes, received_s: float) -> Iterator[Message | Packet]:
        """Return what is complete now; to be gone through to its end. Raises PacketMalformed where that stands."""
        self._held.append(chunk)
        self._held_bytes += len(chunk)
        if self._held_bytes < self._needed:
            return
        data = chunk if len(self._held) == 1 else b"".join(self._held)
        at, size, needed = 0, len(data), _SHORTEST
        while size - at >= _SHORTEST:
            length, start = data[at + 1], at + 2
            if length > 0x7F:  # noqa: PLR2004 -- the bit that says that the length goes on
                found = _number(data, at + 1, size)
                if found is None:
                    needed = size - at + 1
                    break
                length, start = found
                if length > self._largest:
                    raise PacketMalformed(f"a packet of {length} bytes, larger than we take")
            end = start + length
            if end > size:
                needed = end - at
                break
            header = data[at]
            if header & 0xF4 == _PUBLISH:  # QoS 0 or 1: with 2, paho talks with the broker
                yield self._message(data, header, start, end, received_s)
            else:
                yield Packet(header, data[start:end])
            at = end
        self._held = [data[at:]] if at < size else []
        self._held_bytes, self._needed = size - at, needed

    def _message(self, data: bytes, header: int, start: int, end: int, received_s: float) -> Message:
        qos, at = header >> 1 & 1, start + 2
        if at <= end:
            at += data[start] << 8 | data[start + 1]
        written, packet_id = data[start + 2 : at], 0
        if at + 2 * qos > end:
            raise PacketMalformed("a message whose topic or packet id goes beyond its end")
        if not written and not self._v5:
            raise PacketMalformed("a message without a topic")
        if qos:
            packet_id = data[at] << 8 | data[at + 1]
            at += 2
        routes: tuple[int, ...] = ()
        if self._v5:
            routes, at = _subscriptions(data, at, end)
        try:
            topic: str | None = written.decode()
        except UnicodeDecodeError:
            topic = None
        retained, duplicate = bool(header & _RETAINED), bool(header & _DUPLICATE)
        return Message(self._connection, topic, data[at:end], qos, retained, duplicate, packet_id, received_s, routes)


def _subscriptions(data: bytes, at: int, end: int) -> tuple[tuple[int, ...], int]:
    """Step over the properties of a PUBLISH: return the numbers of its subscriptions, and where its payload begins."""
    length, at = _number_before(data, at, end)
    stop = at + length
    if stop > end:
        raise PacketMalformed("a message whose properties go beyond its end")
    numbers: tuple[int, ...] = ()
    while at < stop:
        name, at = data[at], at + 1
        if name == _SUBSCRIPTION:
            number, at = _number_before(data, at, stop)
            numbers = (*numbers, number)
        elif name in _FIXED:
            at += _FIXED[name]
        elif name in _WITH_LENGTH:
            for _ in range(_WITH_LENGTH[name]):
                at += 2 + int.from_bytes(data[at : min(at + 2, stop)])
        else:
            raise PacketMalformed(f"a message with a property that no message has ({name})")
    if at > stop:
        raise PacketMalformed("a message with a property that goes beyond their end")
    return numbers, at


def _number_before(data: bytes, at: int, end: int) -> tuple[int, int]:
    found = _number(data, at, end)
    if found is None:
        raise PacketMalformed("a message that ends within a number")
    return found


def _number(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Read a number of one to four bytes, seven bits in each: return it and where it ends; None if it goes on."""
    number = 0
    for place in range(_LENGTH_BYTES):
        if at >= end:
            return None
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << 7 * place
        if byte <= 0x7F:  # noqa: PLR2004 -- without the bit that says that it goes on
            return number, at
    raise PacketMalformed("a number of more than four bytes")
