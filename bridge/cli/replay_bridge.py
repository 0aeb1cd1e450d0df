"""A bridge in memory that is told messages one by one: the real registry and interpreter, with an injected clock.

Accepts every device at once. What a daemon keeps in its database is kept here over a restart, and nothing else.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import structs

from bridge.cli.replay_lines import Line
from bridge.commands import Publication
from bridge.devices.availability import OFFLINE, ONLINE
from bridge.devices.catalogue import Catalogue
from bridge.devices.deadlines import Deadline, Deadlines
from bridge.devices.described import Convention, DescribedDevice, KeptPart
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.habits import is_cut_off
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import NOTHING_KNOWN, EntityState, LastKnown
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import PairedEntity, Pairing, catalogued
from bridge.devices.reading import PressReading, Reading
from bridge.devices.registry import Registry
from bridge.errors import UnreadableMessage
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.early import Early, readers_of
from bridge.mqtt.interpreter import Draft, Interpreter, Listening
from bridge.mqtt.message import Arrival, BacklogEnded, Connected, Due, Message
from bridge.timeline.batch import Delivery
from bridge.timeline.entry import Entry

HOME: Final = "home"
STEP_S: Final = 0.1
"""From one line to the next, where a line does not say how long to wait."""

OWN_TOPICS: Final = ("ifttt-bridge/",)
_WINDOW: Final = 20
_BROKEN: Final = "a fault of the bridge"


@dataclass(frozen=True, slots=True)
class Shown:
    """One entity after a line."""

    id: str
    device: str
    name: str
    kind: str
    state: str | None
    unit: str | None
    online: bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one line. `events`: those that triggers are offered. `ignored`: why nothing came of it, if so."""

    line: int
    events: tuple[str, ...]
    entities: tuple[Shown, ...]
    publishes: tuple[Publication, ...]
    ignored: str | None


@dataclass(slots=True)
class _Tally:
    """What one line has come to so far."""

    entries: list[Entry] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    changed: bool = False
    before: dict[str, EntityState] = field(default_factory=dict)


@dataclass(slots=True)
class _Disk:
    """What a daemon finds again after a restart, besides descriptions and deadlines."""

    states: dict[str, EntityState] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)


class ReplayedBridge:
    """One bridge, from its first connection on."""

    def __init__(self, conventions: Sequence[Convention], *, now_ms: int) -> None:
        self._conventions = conventions
        self._now_ms = now_ms
        self._disk = _Disk()
        self._listening = Listening()
        self._next_seq = 1
        self._packet_ids: dict[tuple[str, bytes], int] = {}
        self._packet_id = 0
        self._retained: dict[str, Message] = {}
        self._early = Early()
        self._interpreter = self._started(())

    def take(self, line: Line) -> Outcome:
        """Let time pass, then take a line in."""
        tally = _Tally()
        asked = {*self._interpreter.registry.questions}
        wait_s = STEP_S if line.wait_s is None else line.wait_s
        if line.flags.session is None:
            self._wait(wait_s, tally)
        else:
            self._connect(line, wait_s, tally)
            asked = set()
        before = self._interpreter.registry
        message = self._message(line)
        heard = self._hear(message, tally)
        if self._listening.backlog:
            self._commit([BacklogEnded(1)], tally)
        after = self._interpreter.registry
        tally.touched |= dict.fromkeys(self._readings(line))
        publishes = tuple(question for question in after.questions if question not in asked)
        self._describe(before, after, tally)
        entities = tuple(self._shown(entity) for entity in self._touched(tally))
        events = tuple(entry.event.kind for entry in tally.entries if entry.offered)
        ignored = None if tally.changed or events else self._why_ignored(line, heard, tally)
        return Outcome(line.number, events, entities, publishes, ignored)

    def _started(self, kept: tuple[KeptPart, ...], deadlines: tuple[Deadline, ...] = ()) -> Interpreter:
        """Return an interpreter as a daemon has it after its start."""
        registry = Registry(self._conventions, kept, own_topics=OWN_TOPICS)
        return Interpreter(
            _catalogue(registry),
            LastKnown(self._disk.states),
            Deliveries(self._disk.deliveries, window=_WINDOW),
            LatePolicy(),
            Deadlines(deadlines),
            registry=registry,
        )

    def _connect(self, line: Line, away_s: float, tally: _Tally) -> None:
        """Begin a connection: of the same bridge with a new session, or of one that was restarted."""
        self._now_ms += round(away_s * 1000)
        resumed = line.flags.session == "restart"
        if resumed:
            self._early = Early()
            self._interpreter = self._started(self._interpreter.registry.parts, tuple(self._interpreter.deadlines))
        self._commit([Connected(1, resumed=resumed, away_s=away_s)], tally)

    def _wait(self, seconds: float, tally: _Tally) -> None:
        """Let time pass; whatever falls due does so in its moment."""
        end_ms = self._now_ms + round(seconds * 1000)
        while (due_ms := self._interpreter.next_due_ms(self._now_ms)) is not None and due_ms <= end_ms:
            self._now_ms = max(self._now_ms, due_ms)
            self._commit([Due(live=True)], tally)
        self._now_ms = end_ms

    def _message(self, line: Line) -> Message:
        """Return a line as the broker would deliver it. What is delivered again has the packet id that it had."""
        key = (line.topic, line.payload)
        if not line.flags.dup or key not in self._packet_ids:
            self._packet_id = self._packet_id % 65535 + 1
            self._packet_ids[key] = self._packet_id
        return Message(1, line.topic, line.payload, line.qos, line.retained, line.flags.dup, self._packet_ids[key])

    def _hear(self, message: Message, tally: _Tally) -> Draft:
        """Take a message in, and let those hear what was said before who are only there because of it."""
        before = self._interpreter.catalogue
        draft = self._commit([message], tally)
        if message.retained:
            self._retained[message.topic or ""] = message
        self._early.keep((each for each in draft.early if not each.retained), now_ms=self._now_ms)
        if draft.descriptions:
            after = _catalogue(self._interpreter.registry)
            self._interpreter = replace(self._interpreter, catalogue=after)
            for again in (*self._kept_for_new(before, after), *self._early.for_new(before, after, now_ms=self._now_ms)):
                self._commit([again], tally)
        return draft

    def _kept_for_new(self, before: Catalogue, after: Catalogue) -> list[Message]:
        """Return what a broker says to who subscribes to its topic only now."""
        found = ((message, readers_of(topic, before, after)) for topic, message in self._retained.items())
        return [structs.replace(message, qos=0, readers=readers) for message, readers in found if readers]

    def _commit(self, arrivals: list[Arrival], tally: _Tally) -> Draft:
        """Interpret and keep, as one transaction would."""
        interpreter = self._interpreter
        draft = interpreter.draft(arrivals, self._listening, next_seq=self._next_seq, now_ms=self._now_ms)
        before = {entity: interpreter.known.of(entity) for entity in draft.states}
        tally.before = before | tally.before
        tally.changed |= bool(draft.readings) or any(
            _seen(state) != _seen(before[entity]) for entity, state in draft.states.items()
        )
        interpreter.known.replace(draft.states)
        interpreter.deadlines.replace(draft.deadlines)
        interpreter.deliveries.replace(draft.deliveries.added, forget=draft.deliveries.forget)
        self._disk.states.update(draft.states)
        if draft.deliveries.forget:
            self._disk.deliveries.clear()
        self._disk.deliveries += draft.deliveries.added
        self._listening, self._next_seq = draft.listening, draft.next_seq
        if draft.registry is not None:
            self._interpreter = replace(interpreter, registry=draft.registry)
        tally.entries += draft.entries
        tally.touched |= dict.fromkeys(draft.states)
        tally.reasons += (ignored.reason for ignored in draft.ignored)
        tally.reasons += (_BROKEN for _ in draft.broken)
        return draft

    def _describe(self, before: Registry, after: Registry, tally: _Tally) -> None:
        """Note what a line has described, or why what it described is not served."""
        if before.devices is after.devices:
            return
        for key, device in after.devices.items():
            tally.touched |= dict.fromkeys(_entity_id(key, each) for each in _changed(before.devices.get(key), device))
        unserved = sorted(each.why for _, each in after.unserved - before.unserved)
        tally.changed |= _identities(before) != _identities(after) or not unserved
        tally.reasons += unserved

    def _touched(self, tally: _Tally) -> list[Entity]:
        """Return the entities to show: those that a line was for, and those that came or went with it."""
        catalogue = self._interpreter.catalogue
        shown = {name: entity for name in tally.touched if (entity := catalogue.owned(name)) is not None}
        if any(each.kind is EntityKind.AVAILABILITY for each in shown.values()):
            was = {**self._disk.states, **tally.before}
            for each in catalogue:
                if _online(each, catalogue, was) != _online(each, catalogue, self._disk.states):
                    shown.setdefault(each.id, each)
        return list(shown.values())

    def _shown(self, entity: Entity) -> Shown:
        state = self._disk.states.get(entity.id, NOTHING_KNOWN)
        return Shown(
            entity.id,
            entity.device.id,
            entity.label,
            entity.kind.value,
            state.value,
            entity.unit or None,
            _online(entity, self._interpreter.catalogue, self._disk.states),
        )

    def _why_ignored(self, line: Line, heard: Draft, tally: _Tally) -> str | None:
        """Return why nothing came of a line; None where it said again what is known."""
        if tally.reasons:
            return tally.reasons[0]
        if heard.repeats:
            return "delivered before"
        held_back = [entry.event.reason for entry in tally.entries if entry.event.reason is not None]
        if held_back:
            return held_back[0].value
        readings = self._readings(line)
        if any(isinstance(reading, PressReading) for reading in readings.values()):
            return "retained: pressed before anybody listened" if line.retained else "said before"
        if readings or self._is_description(line):
            return None
        return "says nothing"

    def _readings(self, line: Line) -> dict[str, Reading]:
        """Return what a message says to each entity that it says something to."""
        found: dict[str, Reading] = {}
        for entity in self._interpreter.catalogue.at(line.topic):
            with suppress(UnreadableMessage):
                reading = entity.dialect.read(line.topic, line.payload)
                if reading is not None:
                    found[entity.id] = reading
        return found

    def _is_description(self, line: Line) -> bool:
        """Tell whether a message describes something, though it may be known."""
        if not self._interpreter.registry.concerns(line.topic):
            return False
        for convention in self._conventions:
            with suppress(UnreadableMessage):
                if convention.tell(line.topic, line.payload) is not None:
                    return True
        return False


def _online(entity: Entity, catalogue: Catalogue, states: Mapping[str, EntityState]) -> bool | None:
    """Tell whether the device of an entity can be reached, None if nobody said."""
    if is_cut_off(entity, lambda gateway: states.get(gateway, NOTHING_KNOWN)):
        return False
    reach = catalogue.reach_of(entity.device.id)
    said = None if reach is None else states.get(reach.id, NOTHING_KNOWN).value
    return {ONLINE: True, OFFLINE: False}.get(said or "")


def _catalogue(registry: Registry) -> Catalogue:
    """Return the entities of all described devices, each accepted under an id that says where it comes from."""
    pairings = {
        key: Pairing(
            "/".join(key), HOME, {entity.id: PairedEntity(_entity_id(key, entity.id)) for entity in device.entities}
        )
        for key, device in registry.devices.items()
    }
    return Catalogue(catalogued(registry.devices, pairings))


def _changed(before: DescribedDevice | None, after: DescribedDevice) -> list[str]:
    """Return the entities of a device that are described otherwise than before."""
    if before is not None and replace(before, entities=after.entities, unserved=after.unserved) == after:
        return [entity.id for entity in after.entities if entity not in before.entities]
    return [entity.id for entity in after.entities]


def _seen(state: EntityState) -> tuple[object, ...]:
    """Return what a person sees of a state."""
    return (state.value, state.brightness, state.position, state.color, state.color_temp)


def _entity_id(key: DeviceKey, entity: str) -> str:
    return "/".join((*key, entity))


def _identities(registry: Registry) -> set[tuple[DeviceKey, str]]:
    return {(key, entity.id) for key, device in registry.devices.items() for entity in device.entities}
