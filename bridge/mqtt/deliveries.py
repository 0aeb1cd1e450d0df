"""Which QoS 1 messages have been taken already? What the broker sends again must not count twice.

Remembers packet id and digest of the newest messages, as long as the broker keeps its session (architecture,
decision 3). Plain computation: a draft is thrown away with a failed commit.
"""

from array import array
from collections.abc import Iterable
from typing import Final

from bridge.mqtt.message import Message
from bridge.timeline.batch import Delivery

SMALLEST_RING: Final = 32_768
"""Half of all packet ids: none comes again so soon.

A window is not enough: with a long queue, Mosquitto 2.0 sends up to a window more for each acknowledgement, and reads
these one by one between all that it sends. After a crash thousands that were on disk and acknowledged come again.
"""

_PACKET_IDS: Final = 65_536
_NONE: Final = -1


class Deliveries:
    """The committed deliveries: of each packet id the newest, as long as it is one of the newest `size` of all.

    In two arrays, a megabyte however many there are: as objects they took ten.
    """

    def __init__(self, committed: Iterable[Delivery], *, window: int, lost: bool = False) -> None:
        self.size = max(2 * window, SMALLEST_RING)
        self.lost = lost
        """Whether some are not known that were taken, since a copy of the database was put back: what the broker says
        it sends again may have counted. So it is until what waited at the broker has come in."""
        self.next_number = 0
        self._numbers = array("q")
        self._digests = array("Q")
        self._forget()
        for delivery in committed:
            self._remember(delivery)

    @property
    def ids(self) -> list[int]:
        """The packet ids that are remembered, the oldest first."""
        oldest = max(0, self.next_number - self.size)
        kept = sorted((number, packet_id) for packet_id, number in enumerate(self._numbers) if number >= oldest)
        return [packet_id for _, packet_id in kept]

    def digest_of(self, packet_id: int) -> str | None:
        """Return the digest of the newest remembered message with this packet id."""
        number = self._numbers[packet_id]
        if number == _NONE or number < self.next_number - self.size:
            return None
        return f"{self._digests[packet_id]:016x}"

    def replace(self, added: Iterable[Delivery], *, forget: bool) -> None:
        """Take over what has just been committed."""
        if forget:
            self.lost = False
            self._forget()
        for delivery in added:
            self._remember(delivery)

    def _forget(self) -> None:
        self._numbers = array("q", [_NONE]) * _PACKET_IDS
        self._digests = array("Q", [0]) * _PACKET_IDS

    def _remember(self, delivery: Delivery) -> None:
        self._numbers[delivery.packet_id] = delivery.number
        self._digests[delivery.packet_id] = int(delivery.digest, 16)
        self.next_number = max(self.next_number, delivery.number + 1)


class DeliveriesDraft:
    """What a batch adds, on top of what is committed."""

    def __init__(self, committed: Deliveries) -> None:
        self._committed = committed
        self._digests: dict[int, str] = {}
        self.added: list[Delivery] = []
        self.forget = False

    def start_anew(self) -> None:
        """Forget everything: the broker has a new session, and packet ids mean other messages now."""
        self.forget = True
        self._digests.clear()
        self.added.clear()

    def is_repeat(self, message: Message, *, backlog: bool) -> bool:
        """Tell whether a message was taken before; if it was not, remember it.

        In the backlog of a resumed session an equal pair counts whatever the DUP flag says: a broker that was
        restarted from an older save sends again without it.
        """
        if message.qos == 0:
            return False
        digest = message.digest()
        if (message.duplicate or backlog) and self._known(message.packet_id) == digest:
            return True
        number = self._committed.next_number + len(self.added)
        self.added.append(Delivery(number % self._committed.size, number, message.packet_id, digest))
        self._digests[message.packet_id] = digest
        return False

    def _known(self, packet_id: int) -> str | None:
        known = self._digests.get(packet_id)
        if known is None and not self.forget:
            known = self._committed.digest_of(packet_id)
        return known
