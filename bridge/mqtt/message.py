"""What comes from the broker, in the order in which it came: messages, and the turns of the connection itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message as received. `connection` numbers the connection it came on: an acknowledgement belongs to that one.

    `topic` None: it was not UTF-8. `packet_id` counts for QoS 1 only. `received_s`: when it was read from the socket
    (monotonic). `routes`: the numbers of the
    subscriptions that it came by (routes.py); none where the broker does not say. `readers`: the entities that it is
    for, where it is read again for those that were not there yet (early.py); all that listen otherwise.
    """

    connection: int
    topic: str | None
    payload: bytes
    qos: int
    retained: bool
    duplicate: bool
    packet_id: int
    received_s: float = msgspec.field(default_factory=monotonic)
    routes: tuple[int, ...] = ()
    readers: frozenset[str] = frozenset()

    def digest(self) -> str:
        """Return 16 hex digits that tell this content from another with the same packet id."""
        return blake2b(f"{self.topic}\0".encode() + self.payload, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection begins. `resumed`: the broker kept our session. `away_s`: how long we did not listen."""

    connection: int
    resumed: bool
    away_s: float


@dataclass(frozen=True, slots=True)
class Marker:
    """A message that the bridge sent to itself. It says nothing; it waits for its turn to be acknowledged.

    Acknowledgements go in the order of the messages (MQTT 5, 4.6): after one out of turn Mosquitto 2.0.11 lets the next
    message overtake all that wait.
    """

    connection: int
    qos: int
    packet_id: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class BacklogEnded:
    """What waited for us has been handed over; what follows on this connection is live."""

    connection: int
    received_s: float = field(default_factory=monotonic, compare=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """From here on messages are read differently: the configuration is another one. Not from the broker.

    It stands in the row so that what came before it still counts by the old one. `take` must not wait, must not fail.
    """

    take: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Due:
    """Time has passed, or somebody waits for something else: look at what is due. Not from the broker.

    `live`: we hear all that happens, so what has not been contradicted by now still is so.
    """

    live: bool
    received_s: float = field(default_factory=monotonic, compare=False)


Arrival = Message | Marker | Connected | BacklogEnded | Turn | Due
