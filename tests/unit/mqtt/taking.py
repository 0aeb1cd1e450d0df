"""An inbound path of a bell, a door and something faulty, which notes what it does."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bridge.commands import Command, Publication
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import EntityState, LastKnown
from bridge.devices.reading import Reading
from bridge.devices.registry import Registry
from bridge.devices.watches import Watches
from bridge.errors import StorageUnavailable
from bridge.mqtt.clock_steps import ClockSteps
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.losses import Losses
from bridge.mqtt.message import Arrival, Marker, Message, Turn
from bridge.timeline.batch import Batch, ToldMove
from bridge.timeline.entry import Entry
from tests.fakes.conventions import FakeConvention
from tests.unit.devices.examples import availability, button, door

MOVES = (ToldMove("client", "user", "identity", 7),)


class Faulty:
    """A dialect with two faults of ours."""

    state_topics = ("home/faulty", "home/worse")

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Fail as no dialect may, with what the message says in the error."""
        if payload == b"other":
            raise ValueError(payload)
        raise KeyError(topic, payload)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- nobody commands it
        """Return nothing."""
        return ()


FAULTY = Entity("faulty", Device("faulty", "home", "Faulty"), EntityKind.CONTACT, Faulty())


@dataclass
class Taking:
    """An inbound path of a bell, a door and something faulty. `steps`: what was done, in order."""

    steps: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    failures: int = 0
    at_s: list[float] = field(default_factory=list)
    measured: list[tuple[int, int, float]] = field(default_factory=list)
    now_ms: int = 1000
    clock_steps: ClockSteps | None = None

    def __post_init__(self) -> None:
        self.intake, self.known = Intake(10_000), LastKnown({})
        self.watches, self.losses = Watches(), Losses()
        self.deliveries = Deliveries([], window=20)
        interpreter = Interpreter(
            Catalogue([button(), door(), FAULTY, availability()]),
            self.known,
            self.deliveries,
            LatePolicy(),
            watches=self.watches,
            registry=Registry([FakeConvention()]),
        )
        neighbours = Neighbours(
            self._acknowledge,
            (self._committed,),
            self._moves,
            self._measure,
            stirred=lambda: self.steps.append("stirred"),
            described=lambda: self.steps.append("described"),
            losses=self.losses,
            listening=lambda: self.steps.append("listening"),
        )
        self.inbound = Inbound(
            self.intake,
            interpreter,
            self,
            neighbours=neighbours,
            next_seq=5,
            clock_ms=lambda: self.now_ms,
            steps=self.clock_steps,
        )

    async def commit(self, batch: Batch) -> None:
        """Write a batch, or fail."""
        self.at_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("disk full")
        self.batches.append(batch)
        self.steps.append("written")

    def _acknowledge(self, messages: Sequence[Message | Marker]) -> None:
        if messages:
            self.steps.append(f"acknowledged {[each.packet_id for each in messages]}")

    def _committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:
        known = {entity: self.known.of(entity).value for entity in states}
        self.steps.append(f"told of {[entry.event.kind for entry in entries]}, known {known}")

    def _moves(self) -> tuple[ToldMove, ...]:
        self.steps.append("moves taken")
        return MOVES

    def _measure(self, entries: Sequence[Entry], received_s: Sequence[float], *, messages: int, took_s: float) -> None:
        assert len(entries) == len(received_s)
        self.measured.append((len(entries), messages, took_s))

    async def hear(self, *arrivals: Arrival) -> None:
        """Let things arrive together, and wait until all is done."""
        done = asyncio.Event()
        for arrival in arrivals:
            self.intake.put(arrival)
        self.intake.put(Turn(done.set))
        await done.wait()
        await asyncio.sleep(0)


@asynccontextmanager
async def taking(failures: int = 0) -> AsyncIterator[Taking]:
    there = Taking(failures=failures)
    async with running(there.inbound):
        yield there


@asynccontextmanager
async def running(inbound: Inbound) -> AsyncIterator[None]:
    """Take messages in while the context lasts."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(inbound.run())
        try:
            yield
        finally:
            task.cancel()
