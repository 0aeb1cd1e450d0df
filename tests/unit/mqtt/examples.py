"""Messages as a broker sends them, and an interpreter with what it has committed so far."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.interpreter import Draft, Interpreter, Listening
from bridge.mqtt.message import Arrival, Message
from bridge.timeline.entry import Entry
from tests.unit.devices.examples import button, door, light

BELL, DOOR, LIGHT = "home/bell", "home/front-door", "home/hall-light"


def message(
    topic: str | None = BELL,
    payload: bytes = b"single",
    *,
    packet_id: int = 1,
    qos: int = 1,
    retained: bool = False,
    duplicate: bool = False,
    routes: tuple[int, ...] = (),
) -> Message:
    return Message(1, topic, payload, qos, retained, duplicate, packet_id, 0.0, routes)


def again(sent: Message, *, duplicate: bool = True) -> Message:
    """Return a message as the broker sends it once more on the next connection."""
    return replace(sent, connection=sent.connection + 1, duplicate=duplicate)


@dataclass
class Taken:
    """An interpreter of a door, a bell and a lamp, and what batches have come to."""

    catalogue: Catalogue = field(default_factory=lambda: Catalogue([door(), button(), light()]))
    known: LastKnown = field(default_factory=lambda: LastKnown({}))
    deliveries: Deliveries = field(default_factory=lambda: Deliveries([], window=20))
    policy: LatePolicy = field(default_factory=LatePolicy)
    listening: Listening = field(default_factory=Listening)
    entries: list[Entry] = field(default_factory=list)
    now_ms: int = 1000

    @property
    def interpreter(self) -> Interpreter:
        """One that reads what is committed by now."""
        return Interpreter(self.catalogue, self.known, self.deliveries, self.policy)

    def draft(self, *arrivals: Arrival, set_by_ms: int = 0) -> Draft:
        """Interpret a batch and keep nothing of it. `set_by_ms`: by how much the clock was set before."""
        next_seq = len(self.entries) + 1
        return self.interpreter.draft(
            list(arrivals), self.listening, next_seq=next_seq, now_ms=self.now_ms, set_by_ms=set_by_ms
        )

    def commit(self, *arrivals: Arrival, set_by_ms: int = 0) -> Draft:
        """Interpret a batch and let it count."""
        draft = self.draft(*arrivals, set_by_ms=set_by_ms)
        self.known.replace(draft.states)
        self.deliveries.replace(draft.deliveries.added, forget=draft.deliveries.forget)
        self.listening = draft.listening
        self.entries += draft.entries
        return draft

    @property
    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [entry.event.kind for entry in self.entries]

    @property
    def offered(self) -> list[str]:
        """The kinds of those that triggers may show."""
        return [entry.event.kind for entry in self.entries if entry.offered]
