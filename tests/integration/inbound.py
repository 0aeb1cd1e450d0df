"""The inbound path with its alarm on a real database, as app.py runs it, with a clock that is set by hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bridge.devices.catalogue import Catalogue
from bridge.devices.deadlines import Deadline, Deadlines
from bridge.devices.entity import Entity
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.devices.watches import Watches
from bridge.mqtt.alarm import Alarm
from bridge.mqtt.clock_steps import ClockSteps
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.message import Arrival, BacklogEnded, Connected, Marker, Message, Turn
from bridge.storage.database import Database, open_database
from bridge.storage.events import Events
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.timeline.entry import Entry

LOOK_AGAIN_S: Final = 0.01
"""So soon the alarm notices that the clock was set."""


@dataclass
class Clock:
    """Epoch milliseconds, set by hand; and beside them seconds that only pass."""

    now_ms: int = 1_770_000_000_000
    passed_s: float = 0.0

    def __call__(self) -> int:
        """Return what time it is."""
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass; less than nothing sets back all clocks there are."""
        self.passed_s += seconds
        self.now_ms += round(seconds * 1000)

    def set_by_s(self, seconds: float) -> None:
        """Set the clock, and let no time pass."""
        self.now_ms += round(seconds * 1000)

    def steady_s(self) -> float:
        """Return how much time has passed."""
        return self.passed_s


@dataclass
class House:
    """What is heard of some entities, and what becomes of it. `live`: what the connection would say of itself."""

    database: Database
    inbound: Inbound
    intake: Intake
    known: LastKnown
    live: bool = False
    connections: int = 0
    acknowledged: list[int] = field(default_factory=list)

    async def connect(self, *missed: Message) -> None:
        """Come to the broker, hear what was missed, and be live."""
        self.connections += 1
        self.intake.put(Connected(self.connections, resumed=True, away_s=60))
        for message in missed:
            self.intake.put(message)
        self.live = True
        await self.hear(BacklogEnded(self.connections))

    async def hear(self, *arrivals: Arrival) -> None:
        """Let things arrive, and wait until all of it is committed."""
        for arrival in arrivals:
            self.intake.put(arrival)
        done = asyncio.Event()
        self.intake.put(Turn(done.set))
        async with asyncio.timeout(10):
            await done.wait()

    async def events(self) -> list[Entry]:
        """Return everything in the timeline."""
        return await Events(self.database).after(0, 1000)

    async def kinds(self) -> list[str]:
        """Return the kinds of all that is offered."""
        return [entry.event.kind for entry in await self.events() if entry.offered]

    async def deadlines(self) -> tuple[Deadline, ...]:
        """Return the deadlines as they are on disk."""
        return (await Journal(self.database).load()).deadlines


@asynccontextmanager
async def house(path: Path, entities: Sequence[Entity], watches: Watches, clock: Clock) -> AsyncIterator[House]:
    """Run the inbound path on a file. Leaving drops everything as it is: nothing is finished, as with kill -9."""
    async with open_database(path) as database:
        await migrate(database)
        loaded = await Journal(database).load()
        intake, known = Intake(10_000), LastKnown(loaded.states)
        steps = ClockSteps(clock.steady_s, clock(), behind_ms=max(0, loaded.latest_ms - clock()))
        alarm = Alarm(
            intake,
            live=lambda: there.live,
            clock_ms=clock,
            was_set=lambda now_ms: steps.set_by_ms(now_ms) != 0,
            look_again_s=LOOK_AGAIN_S,
        )
        watches.on_change(alarm.ask)
        interpreter = Interpreter(
            Catalogue(entities), known, Deliveries(loaded.deliveries, window=20), LatePolicy(),
            Deadlines(loaded.deadlines), watches,
        )  # fmt: skip

        def acknowledge(messages: Sequence[Message | Marker]) -> None:
            there.acknowledged += [message.packet_id for message in messages]

        neighbours = Neighbours(acknowledge, stirred=alarm.stir)
        inbound = Inbound(
            intake,
            interpreter,
            Journal(database),
            neighbours=neighbours,
            next_seq=loaded.next_seq,
            clock_ms=clock,
            steps=steps,
        )
        there = House(database, inbound, intake, known)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(inbound.run()), tasks.create_task(alarm.run(inbound.next_due_ms))]
            try:
                yield there
            finally:
                for task in running:
                    task.cancel()
