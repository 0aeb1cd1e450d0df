"""A broker's side of one persistent session: keeps what is not acknowledged, in order, and sends it again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bridge.mqtt.intake import Intake
from bridge.mqtt.message import BacklogEnded, Connected, Message

LAST_PACKET_ID = 65535


@dataclass(slots=True)
class Pending:
    """A message that has not been acknowledged. `sent`: it was on its way at least once."""

    packet_id: int
    topic: str
    payload: bytes
    retained: bool = False
    sent: bool = False


class Session:
    """The bridge's session. `on_attached` hears how long the bridge was away when it is back."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.on_attached: Callable[[float], None] = lambda _away_s: None
        self.number = 0
        self.sent_again = 0
        self._now_s = now_s
        self._pending: dict[int, Pending] = {}
        self._retained: dict[str, bytes] = {}
        self._packet_id = 0
        self._intake: Intake | None = None
        self._left_s: float | None = None

    @property
    def attached(self) -> bool:
        """Whether the bridge is connected."""
        return self._intake is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Take a message of a device: QoS 1, and kept while the bridge is away."""
        if retain:
            self._retained[topic] = payload
        self._add(topic, payload, retained=False)

    def attach(self, intake: Intake) -> None:
        """The bridge is back: first what waited for it, then what is retained, then the end of the backlog."""
        resumed, away_s = self._left_s is not None, 0.0
        if self._left_s is not None:
            away_s = self._now_s() - self._left_s
        self.number += 1
        self._intake = intake
        intake.put(Connected(self.number, resumed, away_s))
        for pending in tuple(self._pending.values()):
            self.sent_again += pending.sent
            self._send(pending)
        for topic, payload in self._retained.items():
            self._add(topic, payload, retained=True)
        intake.put(BacklogEnded(self.number))
        self.on_attached(away_s)

    def detach(self) -> None:
        """The bridge is gone."""
        if self._intake is not None:
            self._intake, self._left_s = None, self._now_s()

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Forget what is acknowledged on the present connection."""
        for message in messages:
            if message.connection == self.number and self.attached:
                self._pending.pop(message.packet_id, None)

    def _add(self, topic: str, payload: bytes, *, retained: bool) -> None:
        while True:
            self._packet_id = self._packet_id % LAST_PACKET_ID + 1
            if self._packet_id not in self._pending:
                break
        pending = self._pending[self._packet_id] = Pending(self._packet_id, topic, payload, retained)
        if self.attached:
            self._send(pending)

    def _send(self, pending: Pending) -> None:
        assert self._intake is not None
        repeated, pending.sent = pending.sent, True
        self._intake.put(
            Message(
                self.number,
                pending.topic,
                pending.payload,
                qos=1,
                retained=pending.retained,
                duplicate=repeated,
                packet_id=pending.packet_id,
            )
        )
