"""What a daemon has promised by what it said: read from the bytes that went over its connections, in their order.

An acknowledgement promises an event, a notification likewise, a published command its row, and an answer of the token
endpoint its tokens. Reads MQTT and HTTP by itself: it must not believe what it is to judge.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from scripts.faultwall.journal import Kind, Record
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_COMMAND_TOPIC


@dataclass
class Promises:
    """What was promised until now. `events`: the kinds that what was heard must come to, in order; `acknowledged`: so
    many of them at least must be on disk. `told`: how often IFTTT was told of each identity. `tokens`: digests of the
    pairs given out, the newest last.
    """  # noqa: D205 -- one paragraph

    broker_port: int
    public_port: int
    realtime_port: int
    events: list[str] = field(default_factory=list)
    acknowledged: int = 0
    acknowledgements: int = 0
    told: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    tokens: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._streams: defaultdict[tuple[int, int, bool], bytearray] = defaultdict(bytearray)
        self._version: dict[int, int] = {}
        self._unacknowledged: dict[int, tuple[bytes, bytes, int]] = {}
        self._unacknowledged_before: dict[int, tuple[bytes, bytes, int]] = {}
        self._door = ""

    @property
    def open(self) -> int:
        """How many messages were taken in and not acknowledged."""
        return len(self._unacknowledged)

    def take(self, record: Record) -> None:
        """Take note of what was said or heard next."""
        if record.kind not in {Kind.SENT, Kind.HEARD}:
            return
        ours, theirs, sent = record.file, record.offset, record.kind is Kind.SENT
        stream = self._streams[ours, theirs, sent]
        stream += record.data
        if theirs == self.broker_port:
            for first, body in _packets(stream):
                self._packet(ours, first, body, sent=sent)
        elif theirs == self.realtime_port and sent:
            for body in _bodies(stream):
                self.told.update(entry.get("trigger_identity", "") for entry in msgspec.json.decode(body)["data"])
        elif ours == self.public_port and sent:
            for body in _bodies(stream):
                if b'"access_token"' in body:
                    answer = msgspec.json.decode(body, type=dict[str, str])
                    access, refresh = answer["access_token"].encode(), answer["refresh_token"].encode()
                    self.tokens.append((sha256(access).hexdigest(), sha256(refresh).hexdigest()))

    def _packet(self, connection: int, first: int, body: bytes, *, sent: bool) -> None:
        match first >> 4, sent:
            case (1, True):
                self._unacknowledged_before = self._unacknowledged_before | self._unacknowledged
                self._unacknowledged = {}
                self._version[connection] = body[6]
            case (3, True):
                self.commands += _text(body, 0) == LIGHT_COMMAND_TOPIC.encode()
            case (4, True):
                self._acknowledge(int.from_bytes(body[:2], "big"))
            case (3, False) if first & 0x06:
                self._hear(connection, first, body)

    def _hear(self, connection: int, first: int, body: bytes) -> None:
        topic = _text(body, 0)
        place = 2 + len(topic)
        number = int.from_bytes(body[place : place + 2], "big")
        place += 2
        if self._version[connection] == 5:
            size, place = _length(body, place)
            place += size
        payload = body[place:]
        before = self._unacknowledged_before.pop(number, None)
        if first & 0x08 and before is not None and before[:2] == (topic, payload):
            self._unacknowledged[number] = before
            return  # the same again, because it was not acknowledged
        self._expect(topic.decode(), payload.decode(errors="replace"))
        self._unacknowledged[number] = (topic, payload, len(self.events))

    def _expect(self, topic: str, word: str) -> None:
        if topic == BUTTON_TOPIC:
            self.events.append(f"button.{word}")
        elif topic == DOOR_TOPIC:
            if self._door not in {"", word}:
                self.events.append("contact.closed" if word == "closed" else "contact.opened")
            self._door = word

    def _acknowledge(self, number: int) -> None:
        self.acknowledgements += 1
        found = self._unacknowledged.pop(number, None)
        if found is not None:
            self.acknowledged = max(self.acknowledged, found[2])


def _packets(stream: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take whole packets off the beginning of a stream: first byte, and what follows the length."""
    while len(stream) >= 2:
        try:
            size, place = _length(stream, 1)
        except IndexError:
            return
        if len(stream) < place + size:
            return
        yield stream[0], bytes(stream[place : place + size])
        del stream[: place + size]


def _length(data: bytes | bytearray, place: int) -> tuple[int, int]:
    """Return a length of variable size, and the place behind it. Raises IndexError where it is not there whole."""
    value, shift = 0, 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place


def _text(body: bytes, place: int) -> bytes:
    size = int.from_bytes(body[place : place + 2], "big")
    return body[place + 2 : place + 2 + size]


def _bodies(stream: bytearray) -> Iterator[bytes]:
    """Take whole requests or answers off the beginning of a stream, and give the body of each."""
    while (end := stream.find(b"\r\n\r\n")) >= 0:
        head = bytes(stream[:end]).lower()
        size = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name == b"content-length":
                size = int(value)
        if len(stream) < end + 4 + size:
            return
        yield bytes(stream[end + 4 : end + 4 + size])
        del stream[: end + 4 + size]
