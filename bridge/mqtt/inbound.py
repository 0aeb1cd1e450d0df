"""Taking messages in: interpret a batch, commit it, acknowledge it, and only then tell anybody.

While one batch is being written the next gathers in the intake; when the writer is idle a single message goes at once.
Knows neither what messages mean nor how they are stored.
"""

import asyncio
import random
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, Protocol

import structlog

from bridge.backoff import Backoff
from bridge.devices.catalogue import Catalogue
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import EntityState
from bridge.devices.registry import Registry
from bridge.errors import StorageUnavailable
from bridge.mqtt.clock_steps import ClockSteps
from bridge.mqtt.early import Early
from bridge.mqtt.heard import Heard
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Draft, Interpreter, Listening
from bridge.mqtt.losses import Losses
from bridge.mqtt.message import Arrival, BacklogEnded, Connected, Marker, Message, Turn
from bridge.mqtt.succession import Succession
from bridge.timeline.batch import Batch, ToldMove
from bridge.timeline.entry import Entry

MAX_BATCH: Final = 1024
"""About our window: on a slow disk, where a sync takes as long as interpreting hundreds, all of it goes at once."""

AT_ONCE: Final = 256
"""Bounds how long interpreting holds up the event loop: some milliseconds."""

TOPICS_REMEMBERED: Final = 1000
"""So many topics are spoken of once each; beyond that the oldest may be spoken of again."""

_ACKNOWLEDGED: Final = (Message, Marker)

log = structlog.get_logger("bridge.inbound")


class Journal(Protocol):
    """Where batches are written."""

    async def commit(self, batch: Batch) -> None:
        """Write a batch, all or nothing. Raises StorageUnavailable."""
        ...


class Committed(Protocol):
    """Someone who wants to know what has just been committed. Must not wait, must not fail."""

    def __call__(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:
        """Take note."""
        ...


class Measure(Protocol):
    """Someone who measures commits. Must not wait, must not fail, and must be quick: it is on the path of events."""

    def __call__(self, entries: Sequence[Entry], received_s: Sequence[float], *, messages: int, took_s: float) -> None:
        """Take note of a commit of some messages, and of when the message of each entry was received (monotonic)."""
        ...


def _unmeasured(entries: Sequence[Entry], received_s: Sequence[float], *, messages: int, took_s: float) -> None:
    """Stand in where nobody measures."""


def _nothing() -> None:
    """Stand in where nobody looks at the clock."""


@dataclass(slots=True)
class Counts:
    """What has come in since the start. `messages`: all of them, whatever became of each."""

    connections: int = 0
    messages: int = 0
    taken: int = 0
    events: int = 0
    repeats: int = 0
    ignored: int = 0
    broken: int = 0
    failed_commits: int = 0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom the inbound path talks to: the acknowledgement, those told of a commit, what was told to IFTTT since, who
    measures, and who looks at the clock: something falls due at another moment than before.

    `described`: devices describe themselves otherwise than before. `losses`: where it is noted that something may be
    missing. `listening`: what waited at the broker has come in.
    """  # noqa: D205 -- one sentence

    acknowledge: Callable[[Sequence[Message | Marker]], None]
    committed: tuple[Committed, ...] = ()
    take_told: Callable[[], tuple[ToldMove, ...]] = tuple
    measure: Measure = _unmeasured
    stirred: Callable[[], None] = _nothing
    described: Callable[[], None] = _nothing
    losses: Losses = field(default_factory=Losses)
    listening: Callable[[], None] = _nothing


class Inbound:
    """The one path by which events enter the timeline. `clock_ms` gives epoch milliseconds."""

    def __init__(
        self,
        intake: Intake,
        interpreter: Interpreter,
        journal: Journal,
        *,
        neighbours: Neighbours,
        next_seq: int,
        clock_ms: Callable[[], int],
        steps: ClockSteps | None = None,
    ) -> None:
        self._intake = intake
        self._interpreter = interpreter
        self._journal = journal
        self._neighbours = neighbours
        self._next_seq = next_seq
        self._clock_ms = clock_ms
        self._steps = steps
        self._listening = Listening()
        self._succession = Succession(interpreter.deliveries.ids)
        self._spoken_of: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._early = Early()
        self._again: list[Arrival] = []
        self._idle = asyncio.Event()
        self._backoff = Backoff(first_s=0.1, longest_s=5.0)
        self._chance = random.Random()  # noqa: S311 -- spreads attempts, guards nothing
        self.counts = Counts()
        self.heard = Heard()
        self.storage_trouble = ""

    @property
    def newest_seq(self) -> int:
        """The sequence number committed last."""
        return self._next_seq - 1

    @property
    def waiting(self) -> int:
        """How many arrivals wait for their batch."""
        return len(self._intake)

    @property
    def at_rest(self) -> bool:
        """Whether nothing comes in and nothing is being written."""
        return self._idle.is_set() and not self._intake

    @property
    def held_up(self) -> bool:
        """Whether so many wait that the broker is not listened to."""
        return self._intake.full

    def next_due_ms(self, now_ms: int) -> int | None:
        """Return when something falls due next by what is committed (epoch), None if nothing will."""
        return self._interpreter.next_due_ms(now_ms)

    async def run(self) -> None:
        """Take messages in until cancelled."""
        while True:
            if not self._intake:
                self._idle.set()
            arrivals = await self._intake.take(MAX_BATCH)
            self._idle.clear()
            for batch in _batches(arrivals):
                match batch:
                    case [Turn(take=take)]:
                        take()
                        await self._take_in(self._again)
                        self._again = []
                    case _:
                        await self._take_in(batch)

    @property
    def registry(self) -> Registry:
        """The devices that have described themselves, as committed last."""
        return self._interpreter.registry

    async def reconfigure(
        self, catalogue: Catalogue, policy: LatePolicy, *, also: Callable[[], None], reread: bool = False
    ) -> None:
        """Read by another catalogue what comes from now on, and return when that is so.

        What came before counts by the old one. `also` is done in the same breath: between two batches, and nobody sees
        one without the other. `reread`: entities that are new hear what was said to them in the last seconds.
        """
        turned = asyncio.Event()

        def turn() -> None:
            if reread:
                before, now_ms = self._interpreter.catalogue, self._clock_ms()
                self._again = [*self._early.for_new(before, catalogue, now_ms=now_ms)]
            self._interpreter = replace(self._interpreter, catalogue=catalogue, policy=policy)
            self._spoken_of.clear()  # what meant nothing before may be worth a word again
            also()
            turned.set()
            self._neighbours.stirred()

        self._intake.put(Turn(turn))
        await turned.wait()

    async def drained(self) -> None:
        """Wait until nothing is left in the intake and the last batch is committed."""
        await self._idle.wait()

    async def _take_in(self, batch: list[Arrival]) -> None:
        if batch:
            self._apply(batch, await self._commit(batch))

    async def _commit(self, arrivals: list[Arrival]) -> Draft:
        """Interpret and write until it succeeds. A failed commit takes its interpretation with it."""
        attempt = 0
        while True:
            draft = await self._draft(arrivals)
            batch = self._batch(draft)
            try:
                if batch:
                    began_s = time.monotonic()
                    await self._journal.commit(batch)
                    took_s = time.monotonic() - began_s
                    self._neighbours.measure(draft.entries, draft.received_s, messages=len(arrivals), took_s=took_s)
            except StorageUnavailable as error:
                self.counts.failed_commits += 1
                if not self.storage_trouble:
                    log.warning("storage.unavailable", reason=str(error), waiting=len(self._intake) + len(arrivals))
                self.storage_trouble = str(error)
                await asyncio.sleep(self._backoff.delay_s(attempt, self._chance))
                attempt += 1
            else:
                if self.storage_trouble:
                    log.info("storage.available", attempts=attempt + 1)
                self.storage_trouble = ""
                self._settle_step(draft.set_by_ms)
                return draft

    async def _draft(self, arrivals: list[Arrival]) -> Draft:
        """Interpret, and let others have their turn now and then: what is committed nobody but this task changes."""
        interpreter, now_ms = self._interpreter, self._clock_ms()
        set_by_ms = 0 if self._steps is None else self._steps.set_by_ms(now_ms)
        draft = interpreter.begin(self._listening, next_seq=self._next_seq, set_by_ms=set_by_ms)
        for start in range(0, len(arrivals), AT_ONCE):
            if start:
                await asyncio.sleep(0)
            interpreter.go_on(draft, arrivals[start : start + AT_ONCE], now_ms=now_ms)
        return draft

    def _settle_step(self, set_by_ms: int) -> None:
        if set_by_ms and self._steps is not None:
            self._steps.settle(set_by_ms)
            log.warning(
                "clock.set", by_s=round(set_by_ms / 1000), note="what lasts goes on lasting as long as it should"
            )

    def _batch(self, draft: Draft) -> Batch:
        return Batch(
            entries=tuple(draft.entries),
            states=draft.states,
            deliveries=tuple(draft.deliveries.added),
            forget_deliveries=draft.deliveries.forget,
            told=self._neighbours.take_told() if draft.entries else (),
            deadlines=draft.deadlines,
            readings=tuple(draft.readings),
            descriptions=draft.descriptions,
        )

    def _apply(self, arrivals: list[Arrival], draft: Draft) -> None:
        """Let the committed batch count: memory first, then the broker, then whoever waits."""
        interpreter = self._interpreter
        interpreter.known.replace(draft.states)
        interpreter.deadlines.replace(draft.deadlines)
        interpreter.deliveries.replace(draft.deliveries.added, forget=draft.deliveries.forget)
        if draft.registry is not None:
            self._interpreter = replace(interpreter, registry=draft.registry)
        self._listening = draft.listening
        self._next_seq = draft.next_seq
        messages = [arrival for arrival in arrivals if isinstance(arrival, Message)]
        if draft.entries or draft.states:
            for committed in self._neighbours.committed:
                committed(draft.entries, draft.states)
        self._neighbours.acknowledge([arrival for arrival in arrivals if isinstance(arrival, _ACKNOWLEDGED)])
        self._count(messages, draft)
        self._look_for_losses(arrivals)
        if draft.stirred:
            self._neighbours.stirred()
        if draft.early:
            self._early.keep((each for each in draft.early if not each.retained), now_ms=self._clock_ms())
        if draft.descriptions:
            self._neighbours.described()
        if len(messages) < len(arrivals):
            self.counts.connections += sum(isinstance(arrival, Connected) for arrival in arrivals)
            if any(isinstance(arrival, BacklogEnded) for arrival in arrivals):
                interpreter.deliveries.lost = False
                self._neighbours.listening()

    def _look_for_losses(self, arrivals: list[Arrival]) -> None:
        found = self._succession.follow(arrivals)
        if found.went_back:
            self._neighbours.losses.went_back()
        if found.missing:
            self._neighbours.losses.missing(found.missing)

    def _count(self, messages: list[Message], draft: Draft) -> None:
        troubles = [(ignored.topic, ignored.reason) for ignored in draft.ignored]
        troubles += [(topic, "a fault of the bridge; its log says where") for topic, _ in draft.broken]
        self.heard.note((message.topic for message in messages), troubles, now_ms=self._clock_ms())
        if kept := [message.topic for message in messages if message.retained]:
            self.heard.only_kept(kept)
        counts = self.counts
        counts.messages += len(messages)
        counts.events += len(draft.entries)
        counts.taken += draft.taken
        counts.repeats += draft.repeats
        counts.ignored += len(draft.ignored)
        counts.broken += len(draft.broken)
        for ignored in draft.ignored:
            if self._first_time(ignored.topic, ignored.reason):
                log.warning("message.ignored", topic=ignored.topic, reason=ignored.reason)
        for topic, error in draft.broken:
            where = _place(error)
            if self._first_time(topic, where):  # never the error's text: it may quote what the message says
                log.error("message.broken", topic=topic, error=type(error).__name__, where=where)

    def _first_time(self, topic: str, reason: str) -> bool:
        known = (topic, reason) in self._spoken_of
        self._spoken_of[topic, reason] = None
        self._spoken_of.move_to_end((topic, reason))
        while len(self._spoken_of) > TOPICS_REMEMBERED:
            self._spoken_of.popitem(last=False)
        return not known


def _batches(arrivals: list[Arrival]) -> Iterator[list[Arrival]]:
    """Part arrivals at each turn, which stands alone: no batch is read by two configurations."""
    if Turn not in map(type, arrivals):
        yield arrivals
        return
    for is_turn, group in groupby(arrivals, lambda arrival: isinstance(arrival, Turn)):
        if is_turn:
            yield from ([turn] for turn in group)
        else:
            yield list(group)


def _place(error: Exception) -> str:
    """Return where an error arose, as file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
