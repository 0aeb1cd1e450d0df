"""Which QoS 1 messages have been taken already? What the broker sends again must not count twice.

Remembers packet id and digest of the newest messages, as long as the broker keeps its session (architecture,
decision 3). Plain computation: a draft is thrown away with a failed commit.
"""

from collections.abc import Iterable

from bridge.mqtt.message import Message
from bridge.timeline.batch import Delivery

SMALLEST_RING = 2000


class Deliveries:
    """The committed deliveries, as a ring of `size` slots."""

    def __init__(self, committed: Iterable[Delivery], *, window: int) -> None:
        self.size = max(2 * window, SMALLEST_RING)
        self._by_slot: dict[int, Delivery] = {}
        self._newest: dict[int, Delivery] = {}
        self.next_number = 0
        for delivery in list(committed)[-self.size :]:  # the ring was larger, perhaps: an older setting
            self._remember(delivery)

    @property
    def ids(self) -> list[int]:
        """The packet ids that are remembered, the oldest first."""
        return [delivery.packet_id for delivery in sorted(self._by_slot.values(), key=lambda each: each.number)]

    def digest_of(self, packet_id: int) -> str | None:
        """Return the digest of the newest remembered message with this packet id."""
        newest = self._newest.get(packet_id)
        return None if newest is None else newest.digest

    def replace(self, added: Iterable[Delivery], *, forget: bool) -> None:
        """Take over what has just been committed."""
        if forget:
            self._by_slot.clear()
            self._newest.clear()
        for delivery in added:
            self._remember(delivery)

    def _remember(self, delivery: Delivery) -> None:
        slot = delivery.number % self.size
        old = self._by_slot.get(slot)
        if old is not None and self._newest.get(old.packet_id) is old:  # a newer one may have come with its id
            del self._newest[old.packet_id]
        self._by_slot[slot] = delivery
        self._newest[delivery.packet_id] = delivery
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
