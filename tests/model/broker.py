"""A broker's side of one persistent session, faithful to Mosquitto where it matters for losing and doubling.

A window of messages under way, the rest queued; packet ids given when a message is queued; DUP on what is sent again,
and none on what comes from an older save; what is retained sent anew with each subscription, behind what waits.
"""

from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from bridge.mqtt.message import Marker, Message

WINDOW = 4
LAST_PACKET_ID = 65535
MARKER = "marker"


@dataclass(slots=True)
class Way:
    """How a copy went to the bridge once. `late`: the answers to "was it too late?" that are right. `hidden`: of them
    all, the device being hidden then.
    """  # noqa: D205 -- one paragraph

    late: frozenset[bool]
    hidden: bool


@dataclass(slots=True)
class Copy:
    """One message for the bridge. `ways`: how it was sent, each time. `perhaps`: it may be dropped as a repeat."""

    number: int
    topic: str
    payload: bytes
    retained: bool
    packet_id: int
    sent: bool = False
    ways: list[Way] = field(default_factory=list)
    perhaps: bool = False


@dataclass(slots=True)
class _Kept:
    present: bool = False
    under_way: dict[int, Copy] = field(default_factory=dict)
    queued: deque[Copy] = field(default_factory=deque)
    packet_id: int = 0
    retained: dict[str, bytes] = field(default_factory=dict)


Put = Callable[[Message | Marker, Copy], None]


class Broker:
    """`acknowledged` and `lost` hear what becomes of copies."""

    def __init__(self, acknowledged: Callable[[Copy], None], lost: Callable[[Copy], None]) -> None:
        self._now, self._saved = _Kept(), _Kept()
        self._acknowledged, self._lost = acknowledged, lost
        self._put: Put | None = None
        self._numbers = 0
        self._said_with: dict[int, tuple[str, bytes]] = {}
        self._done: set[int] = set()
        self.connection = 0

    @property
    def attached(self) -> bool:
        """Whether the bridge is connected."""
        return self._put is not None

    @property
    def waiting(self) -> int:
        """How many copies are not acknowledged."""
        return len(self._now.under_way) + len(self._now.queued)

    def present(self) -> bool:
        """Whether the session is kept."""
        return self._now.present

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Take a message of a device."""
        if retain:
            self._now.retained[topic] = payload
        if self._now.present:
            self._queue(topic, payload, retained=False)

    def attach(self, put: Put) -> None:
        """Let the bridge connect and subscribe: what waits, what is retained, and its own marker behind both."""
        self._put = put
        for copy in [*self._now.under_way.values()]:
            self._send(copy)
        self._now.present = True
        for topic, payload in self._now.retained.items():
            self._queue(topic, payload, retained=True)
        self._queue(MARKER, b"", retained=False)

    def detach(self) -> None:
        """Lose the connection."""
        self._put = None

    def acknowledge(self, packet_id: int) -> None:
        """Take a PUBACK. They have to come in the order of the messages."""
        assert next(iter(self._now.under_way), None) == packet_id, "a PUBACK out of turn, or for nothing"
        copy = self._now.under_way.pop(packet_id)
        if copy.number not in self._done:  # else it came again from an older save, and counted the first time
            self._done.add(copy.number)
            self._acknowledged(copy)
        self._go_on()

    def save(self) -> None:
        """Write everything down, as it does now and then."""
        self._saved = deepcopy(self._now)

    def come_back_older(self) -> None:
        """Crash, and begin from the last save. What was sent before is sent without DUP."""
        self.detach()
        before, self._now = self._now, deepcopy(self._saved)
        kept = {copy.number for copy in self._copies()}
        lost = [
            copy
            for copy in (*before.under_way.values(), *before.queued)
            if copy.number not in kept and copy.number not in self._done
        ]
        ways = {copy.number: copy.ways for copy in (*before.under_way.values(), *before.queued)}
        for copy in self._copies():
            copy.sent = False
            copy.ways = ways.get(copy.number, copy.ways)
        for copy in lost:
            self._lost(copy)

    def forget_all(self) -> None:
        """Lose all data."""
        self.detach()
        before, self._now, self._saved = self._now, _Kept(), _Kept()
        self._said_with.clear()
        for copy in (*before.under_way.values(), *before.queued):
            self._lost(copy)

    def _copies(self) -> tuple[Copy, ...]:
        return (*self._now.under_way.values(), *self._now.queued)

    def _queue(self, topic: str, payload: bytes, *, retained: bool) -> None:
        now = self._now
        now.packet_id = now.packet_id % LAST_PACKET_ID + 1
        self._numbers += 1
        copy = Copy(self._numbers, topic, payload, retained, now.packet_id)
        copy.perhaps = self._said_with.get(copy.packet_id) == (topic, payload)  # ids come again after an older save
        now.queued.append(copy)
        self._go_on()

    def _go_on(self) -> None:
        now = self._now
        while self._put is not None and now.queued and len(now.under_way) < WINDOW:
            copy = now.queued.popleft()
            now.under_way[copy.packet_id] = copy
            self._send(copy)

    def _send(self, copy: Copy) -> None:
        assert self._put is not None
        duplicate, copy.sent = copy.sent, True
        self._said_with[copy.packet_id] = (copy.topic, copy.payload)
        if copy.topic == MARKER:
            self._put(Marker(self.connection, 1, copy.packet_id), copy)
            return
        message = Message(
            self.connection,
            copy.topic,
            copy.payload,
            qos=1,
            retained=copy.retained,
            duplicate=duplicate,
            packet_id=copy.packet_id,
        )
        self._put(message, copy)
