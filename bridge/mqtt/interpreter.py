"""From a batch of arrivals to what one transaction writes. Plain computation on committed state plus the batch's own
changes: thrown away and done again when the commit fails.
"""  # noqa: D205 -- one sentence

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from msgspec.structs import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.clock_set import moved_deadline, moved_state
from bridge.devices.crossings import Measured, cross, measured
from bridge.devices.deadlines import Deadline, Deadlines, follow, may_fall_due, tell
from bridge.devices.described import PartKey
from bridge.devices.entity import NO_HABITS, NOT_SHAPED, Entity, EntityKind
from bridge.devices.habits import begins_to_wait, due_ms, forgotten, gateway_of, let_pass, live_through
from bridge.devices.interpretation import (
    Circumstances,
    LatePolicy,
    Outcome,
    as_if_kept,
    interpret,
    tells_how_it_is,
)
from bridge.devices.last_known import EntityState, LastKnown
from bridge.devices.reading import Reading, StateReading
from bridge.devices.registry import Registry
from bridge.devices.shaping import shape
from bridge.devices.watches import Watches
from bridge.errors import UnreadableMessage
from bridge.events import Event, NotOffered
from bridge.mqtt.deliveries import Deliveries, DeliveriesDraft
from bridge.mqtt.message import Arrival, BacklogEnded, Connected, Due, Marker, Message, Turn
from bridge.mqtt.routes import ONLY_EXACT, route
from bridge.timeline.arrived import line_of, live_line
from bridge.timeline.entry import Entry, entry_id

_SENSOR: Final = EntityKind.SENSOR
_CONTACT: Final = EntityKind.CONTACT
"""By names of their own: Python 3.11 takes half a microsecond to find a member of an enumeration, in every message."""


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
    `stirred`: something falls due at another moment than before. `registry`: that of described devices, where the batch
    changes it by `descriptions`. `early`: messages that a device may have to read that is only just being described.
    `now_s`: when it was begun to be read (monotonic).
    """

    listening: Listening
    deliveries: DeliveriesDraft
    next_seq: int
    entries: list[Entry] = field(default_factory=list)
    received_s: list[float] = field(default_factory=list)
    states: dict[str, EntityState] = field(default_factory=dict)
    deadlines: dict[tuple[str, int], Deadline | None] = field(default_factory=dict)
    readings: list[Measured] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    broken: list[tuple[str, Exception]] = field(default_factory=list)
    taken: int = 0
    repeats: int = 0
    stirred: bool = False
    registry: Registry | None = None
    descriptions: dict[PartKey, bytes | None] = field(default_factory=dict)
    early: list[Message] = field(default_factory=list)
    set_by_ms: int = 0
    now_s: float = field(default_factory=monotonic)

    def add(self, entity: Entity, event: Event, now_ms: int, received_s: float, arrived: str | None = None) -> None:
        """Let an event of an entity have its place. What is hidden is recorded all the same, and never offered."""
        if not entity.exposed:  # whatever else kept it back: who looks at what came late must not find it either
            event = replace(event, reason=NotOffered.HIDDEN)
        self.entries.append(Entry(self.next_seq, entry_id(now_ms), now_ms, event, arrived))
        self.received_s.append(received_s)
        self.next_seq += 1


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Reads committed state, never changes it."""

    catalogue: Catalogue
    known: LastKnown
    deliveries: Deliveries
    policy: LatePolicy
    deadlines: Deadlines = field(default_factory=Deadlines)
    watches: Watches = field(default_factory=Watches)
    registry: Registry = field(default_factory=Registry)

    def draft(
        self, arrivals: list[Arrival], listening: Listening, *, next_seq: int, now_ms: int, set_by_ms: int = 0
    ) -> Draft:
        """Interpret arrivals in order. `set_by_ms`: by how much the clock was set since the last time."""
        draft = self.begin(listening, next_seq=next_seq, set_by_ms=set_by_ms)
        self.go_on(draft, arrivals, now_ms=now_ms)
        return draft

    def begin(self, listening: Listening, *, next_seq: int, set_by_ms: int = 0) -> Draft:
        """Return a draft in which nothing has happened yet but that the clock may have been set."""
        draft = Draft(listening, DeliveriesDraft(self.deliveries), next_seq, set_by_ms=set_by_ms)
        if set_by_ms:
            self._move_along(draft, set_by_ms)
        return draft

    def go_on(self, draft: Draft, arrivals: Sequence[Arrival], *, now_ms: int) -> None:
        """Interpret what comes next in a draft."""
        draft.now_s = monotonic()
        for arrival in arrivals:
            match arrival:
                case Message():
                    self._message(draft, arrival, now_ms)
                case Connected(resumed=resumed, away_s=away_s):
                    draft.listening = _after_connecting(draft.listening, resumed=resumed, away_s=away_s)
                    if not resumed:
                        draft.deliveries.start_anew()
                case BacklogEnded(received_s=received_s):
                    draft.listening = Listening()
                    self._look_at_time(draft, now_ms, received_s, live=True)
                case Due(live=live, received_s=received_s):
                    self._look_at_time(draft, now_ms, received_s, live=live)
                case Marker() | Turn():
                    pass

    def next_due_ms(self, now_ms: int) -> int | None:
        """Return when something falls due next by what is committed (epoch), None if nothing will."""
        moments = [
            due
            for identity in self.known.waiting
            for entity in (self.catalogue.owned(identity),)  # None: gone, and to be forgotten before it comes back
            if (due := now_ms if entity is None else due_ms(entity, self.known.of(identity), now_ms)) is not None
        ]
        moments += [
            deadline.due_ms for deadline in self.deadlines if may_fall_due(deadline, self.known.of(deadline.entity))
        ]
        return min(moments, default=None)

    def _message(self, draft: Draft, message: Message, now_ms: int) -> None:
        topic = message.topic
        if topic is None:
            draft.ignored.append(Ignored("?", "topic not UTF-8"))
            return
        entities = self._listening(topic, message)
        describes = not message.readers and (draft.registry or self.registry).concerns(topic)
        if (describes or draft.descriptions or not entities) and not message.readers:
            draft.early.append(message)
        if not entities and not describes:
            draft.ignored.append(Ignored(topic, "no device speaks here"))
            return
        backlog = draft.listening.backlog and not message.retained
        if draft.deliveries.is_repeat(message, backlog=backlog):
            draft.repeats += 1
            return
        retained = message.retained or topic in self.registry.answers  # an answer tells how it was before, too
        again = backlog and message.duplicate and self.deliveries.lost and not draft.deliveries.forget
        how = Circumstances(now_ms, retained, backlog, draft.listening.away_s, self.policy, replayed=again)
        faults = len(draft.ignored) + len(draft.broken)
        if describes:
            self._describe(draft, topic, message.payload, now_ms)
        for entity in entities:
            try:
                self._entity(draft, entity, message, how)
            except UnreadableMessage as error:
                draft.ignored.append(Ignored(topic, error.reason))
            except Exception as error:  # noqa: BLE001 -- the edge of one message: a fault of ours must not stall the session
                draft.broken.append((topic, error))
        draft.taken += len(draft.ignored) + len(draft.broken) == faults

    def _describe(self, draft: Draft, topic: str, payload: bytes, now_ms: int) -> None:
        """Let a message say what devices there are."""
        registry = draft.registry or self.registry.copy()
        change = registry.take(topic, payload, now_ms=now_ms)
        if change is None:
            return
        draft.registry = registry
        draft.descriptions |= change.parts
        draft.ignored += (Ignored(topic, refusal.reason) for refusal in change.refused if not refusal.again)
        draft.broken += ((topic, fault.error) for fault in change.faults)

    def _listening(self, topic: str, message: Message) -> tuple[Entity, ...]:
        """Return the entities that a message is for: of a topic that several subscriptions take, those of its own."""
        routes = message.routes
        if routes == ONLY_EXACT:  # nearly every message
            return self.catalogue.exactly(topic)
        if not routes:
            found = self.catalogue.at(topic)
            return tuple(each for each in found if each.id in message.readers) if message.readers else found
        wanted = (found for filter_, found in self.catalogue.listening(topic) if route(filter_) in routes)
        return tuple(entity for found in wanted for entity in found)

    def _entity(self, draft: Draft, entity: Entity, message: Message, how: Circumstances) -> None:
        reading = entity.dialect.read(message.topic or "", message.payload)
        if reading is None:
            return
        before = known = self._known(draft, entity.id)
        if known.fired and known.unsure and tells_how_it_is(reading):
            known, how = known.sure(), as_if_kept(how)
        if entity.habits is NO_HABITS:
            outcome = self._said(draft, entity, known, reading, how)
        else:
            outcome = self._over_time(draft, entity, known, reading, how)
        self._keep(draft, entity, before, outcome, how.now_ms)
        if outcome.events:
            arrived = _line_of(message, how, draft.now_s)
            for event in outcome.events:
                draft.add(entity, event, how.now_ms, message.received_s, arrived)

    def _over_time(
        self, draft: Draft, entity: Entity, known: EntityState, reading: Reading, how: Circumstances
    ) -> Outcome:
        gateway = gateway_of(self._known(draft, entity.device.gateway)) if entity.habits.behind else None

        def said(known: EntityState, reading: Reading, how: Circumstances) -> Outcome:
            return self._said(draft, entity, known, reading, how)

        return live_through(entity, known, reading, how, gateway, said)

    def _said(self, draft: Draft, entity: Entity, known: EntityState, reading: Reading, how: Circumstances) -> Outcome:
        if entity.kind is _SENSOR and isinstance(reading, StateReading):
            number = measured(entity, known, reading, how)
            if number is not None:
                draft.readings.append(number)
            return cross(entity, known, reading, how, self.watches.crossings(entity.home, entity.id))
        if entity.shaping is not NOT_SHAPED or known.pending is not None:
            return shape(entity, known, reading, how)
        result = interpret(entity, known, reading, how)
        return Outcome(result.state, () if result.event is None else (result.event,))

    def _known(self, draft: Draft, entity: str) -> EntityState:
        known = draft.states.get(entity)
        return self.known.of(entity) if known is None else known

    def _keep(self, draft: Draft, entity: Entity, known: EntityState, outcome: Outcome, now_ms: int) -> None:
        state = outcome.state
        if state is known:
            return
        draft.states[entity.id] = state
        if state.pending is not known.pending or (entity.habits is not NO_HABITS and begins_to_wait(known, state)):
            draft.stirred = True
        if entity.kind is _CONTACT and state.value != known.value:
            self._follow(draft, entity, now_ms, opens=True, told=known.unsure)

    def _deadlines(self, draft: Draft, entity: str) -> dict[int, Deadline]:
        """Return the deadlines of a contact, those of this batch included."""
        found = {deadline.minutes: deadline for deadline in self.deadlines.of(entity).values()}
        for (of, minutes), deadline in draft.deadlines.items():
            if of == entity and deadline is not None:
                found[minutes] = deadline
            elif of == entity:
                found.pop(minutes, None)
        return found

    def _follow(self, draft: Draft, entity: Entity, now_ms: int, *, opens: bool = False, told: bool = False) -> None:
        """Fit the deadlines of a contact. `told`: it may have been told of this opening before a copy was put back."""
        watched = self.watches.left_open(entity.home, entity.id)
        present = self._deadlines(draft, entity.id)
        if not watched and not present:
            return
        changes = follow(entity, self._known(draft, entity.id), present, watched, now_ms, opens=opens)
        for minutes, deadline in changes.items():
            draft.deadlines[entity.id, minutes] = (
                dataclasses.replace(deadline, told=True) if told and deadline else deadline
            )
            draft.stirred = True

    def _move_along(self, draft: Draft, by_ms: int) -> None:
        """Let all that counts from some instant go on counting by a clock that was set."""
        draft.stirred = True
        for identity in self.known:
            state = self.known.of(identity)
            moved = moved_state(state, by_ms)
            if moved is not state:
                draft.states[identity] = moved
        for deadline in self.deadlines:
            draft.deadlines[deadline.entity, deadline.minutes] = moved_deadline(deadline, by_ms)

    def _look_at_time(self, draft: Draft, now_ms: int, received_s: float, *, live: bool) -> None:
        """Let count what has lasted, if we hear all that happens; and fit the deadlines to those who ask."""
        draft.stirred = True
        if live:
            self._settle_all(draft, now_ms, received_s)
        contacts = {
            entity.id: entity for at in self.watches.contacts() if (entity := self.catalogue.find(*at)) is not None
        }
        for deadline in self.deadlines:
            if deadline.entity not in contacts:  # nobody asks any more, or there is no such contact any more
                draft.deadlines[deadline.entity, deadline.minutes] = None
        for entity in contacts.values():
            self._follow(draft, entity, now_ms)
            if live:
                self._tell(draft, entity, now_ms, received_s)

    def _settle_all(self, draft: Draft, now_ms: int, received_s: float) -> None:
        for identity in sorted({*self.known.waiting, *draft.states}):
            known, entity = self._known(draft, identity), self.catalogue.owned(identity)
            if entity is None:
                draft.states[identity] = forgotten(known)
            else:
                outcome = let_pass(entity, known, now_ms)
                self._keep(draft, entity, known, outcome, now_ms)
                for event in outcome.events:
                    draft.add(entity, event, now_ms, received_s)

    def _tell(self, draft: Draft, entity: Entity, now_ms: int, received_s: float) -> None:
        state = self._known(draft, entity.id)
        for deadline in sorted(self._deadlines(draft, entity.id).values(), key=lambda each: each.due_ms):
            if deadline.due_ms <= now_ms and may_fall_due(deadline, state):
                told, event = tell(entity, deadline)
                draft.deadlines[entity.id, deadline.minutes] = told
                draft.add(entity, event, now_ms, received_s)


def _line_of(message: Message, how: Circumstances, now_s: float) -> str:
    """Tell how a message came: what the broker said of it, whatever it counts as."""
    topic, waited_s = message.topic or "", now_s - message.received_s
    if not (message.retained or message.duplicate or how.backlog):
        return live_line(topic, message.qos, waited_s)
    return line_of(
        topic,
        message.qos,
        waited_s,
        retained=message.retained,
        duplicate=message.duplicate,
        away_s=how.away_s if how.backlog else None,
    )


def _after_connecting(before: Listening, *, resumed: bool, away_s: float) -> Listening:
    """Begin a connection. What is left of a backlog that was cut off has waited through every absence since."""
    if resumed and before.backlog:
        return Listening(backlog=True, away_s=before.away_s + away_s)
    return Listening(backlog=resumed, away_s=away_s)
