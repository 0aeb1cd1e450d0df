"""From a batch of arrivals to what one transaction writes. Plain computation on committed state plus the batch's own
changes: thrown away and done again when the commit fails.
"""  # noqa: D205 -- one sentence

from dataclasses import dataclass, field, replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity
from bridge.devices.interpretation import Circumstances, LatePolicy, interpret
from bridge.devices.last_known import EntityState, LastKnown
from bridge.errors import UnreadableMessage
from bridge.events import NotOffered
from bridge.mqtt.deliveries import Deliveries, DeliveriesDraft
from bridge.mqtt.message import Arrival, BacklogEnded, Connected, Marker, Message, Turn
from bridge.mqtt.routes import route
from bridge.timeline.entry import Entry, entry_id


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the present connection stands. `backlog`: what arrives waited while nobody listened, for `away_s`."""

    backlog: bool = False
    away_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that says nothing, and why. Acknowledged all the same, or it would stall the session for ever."""

    topic: str
    reason: str


@dataclass(slots=True)
class Draft:
    """What a batch comes to, not yet committed. `received_s`: when the message of each entry was received.

    `taken` counts messages without fault; `ignored` and `broken` have one for each entity that a message failed.
    """

    listening: Listening
    deliveries: DeliveriesDraft
    next_seq: int
    entries: list[Entry] = field(default_factory=list)
    received_s: list[float] = field(default_factory=list)
    states: dict[str, EntityState] = field(default_factory=dict)
    ignored: list[Ignored] = field(default_factory=list)
    broken: list[tuple[str, Exception]] = field(default_factory=list)
    taken: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Reads committed state, never changes it."""

    catalogue: Catalogue
    known: LastKnown
    deliveries: Deliveries
    policy: LatePolicy

    def draft(self, arrivals: list[Arrival], listening: Listening, *, next_seq: int, now_ms: int) -> Draft:
        """Interpret arrivals in order."""
        draft = Draft(listening, DeliveriesDraft(self.deliveries), next_seq)
        for arrival in arrivals:
            match arrival:
                case Message():
                    self._message(draft, arrival, now_ms)
                case Connected(resumed=resumed, away_s=away_s):
                    draft.listening = _after_connecting(draft.listening, resumed=resumed, away_s=away_s)
                    if not resumed:
                        draft.deliveries.start_anew()
                case BacklogEnded():
                    draft.listening = Listening()
                case Marker() | Turn():
                    pass
        return draft

    def _message(self, draft: Draft, message: Message, now_ms: int) -> None:
        topic = message.topic
        if topic is None:
            draft.ignored.append(Ignored("?", "topic not UTF-8"))
            return
        entities = self._listening(topic, message.routes)
        if not entities:
            draft.ignored.append(Ignored(topic, "no device speaks here"))
            return
        backlog = draft.listening.backlog and not message.retained
        if draft.deliveries.is_repeat(message, backlog=backlog):
            draft.repeats += 1
            return
        how = Circumstances(now_ms, message.retained, backlog, draft.listening.away_s, self.policy)
        faults = len(draft.ignored) + len(draft.broken)
        for entity in entities:
            try:
                self._entity(draft, entity, message, how)
            except UnreadableMessage as error:
                draft.ignored.append(Ignored(topic, error.reason))
            except Exception as error:  # noqa: BLE001 -- the edge of one message: a fault of ours must not stall the session
                draft.broken.append((topic, error))
        draft.taken += len(draft.ignored) + len(draft.broken) == faults

    def _listening(self, topic: str, routes: tuple[int, ...]) -> tuple[Entity, ...]:
        """Return the entities that a message is for: of a topic that several subscriptions take, those of its own."""
        if not routes:
            return self.catalogue.at(topic)
        wanted = (found for filter_, found in self.catalogue.listening(topic) if route(filter_) in routes)
        return tuple(entity for found in wanted for entity in found)

    def _entity(self, draft: Draft, entity: Entity, message: Message, how: Circumstances) -> None:
        reading = entity.dialect.read(message.topic or "", message.payload)
        if reading is None:
            return
        known = draft.states.get(entity.id)
        if known is None:
            known = self.known.of(entity.id)
        result = interpret(entity, known, reading, how)
        if result.state is not known:
            draft.states[entity.id] = result.state
        if result.event is not None:
            event = result.event
            if not entity.exposed and event.reason is None:
                event = replace(event, reason=NotOffered.HIDDEN)
            draft.entries.append(Entry(draft.next_seq, entry_id(how.now_ms), how.now_ms, event))
            draft.received_s.append(message.received_s)
            draft.next_seq += 1


def _after_connecting(before: Listening, *, resumed: bool, away_s: float) -> Listening:
    """Begin a connection. What is left of a backlog that was cut off has waited through every absence since."""
    if resumed and before.backlog:
        return Listening(backlog=True, away_s=before.away_s + away_s)
    return Listening(backlog=resumed, away_s=away_s)
