"""What the stages of taking a message in cost, each by itself, in this process, with the daemon's own parts."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from bridge.app import SWITCH_INTERVAL_S
from bridge.assembly import INTAKE_PER_WINDOW
from bridge.configured import broker_of, entities_of, policy_of
from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import LastKnown
from bridge.logs import configure_logs
from bridge.mqtt.connection import Connection
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import AT_ONCE
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Draft, Interpreter, Listening
from bridge.mqtt.message import Arrival, Marker, Message
from bridge.settings import Settings, load
from bridge.storage.database import open_database
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.timeline.batch import Batch
from scripts.benchmarks.home import Broker, DoorDaemon, door, topic
from tests.parts.waiting import until

COMMITS = {1: 300, 10: 200, 100: 60, AT_ONCE: 40}
"""How many commits are measured of which size; the largest comes last."""

RECEIVED = 1000
"""As many as the broker sends before it wants an acknowledgement."""

ROUNDS = 10
SENT_S = 0.05
WORDS = (b"closed", b"open")

Stages = dict[tuple[str, str], float]
"""From name and unit to what a stage costs."""


async def measure_stages(folder: Path) -> Stages:
    """Measure every stage."""
    configure_logs("error", "text")
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    broker = Broker(folder)
    try:
        await broker.start()
        daemon = DoorDaemon(folder, broker.port)
        daemon.write_config()
        settings = load(daemon.config, {})
        return await _receiving(settings, broker) | await _writing(settings, folder / "stages.db")
    finally:
        sys.setswitchinterval(before)
        broker.close()


async def _receiving(settings: Settings, broker: Broker) -> Stages:
    """Take a whole window of messages, then acknowledge it, and count the processor time of each."""
    intake = Intake(INTAKE_PER_WINDOW * RECEIVED)
    received_s = acknowledged_s = 0.0
    async with _connected(settings, intake) as connection, _device(broker) as device:
        for _ in range(ROUNDS):
            began = time.process_time()
            device.write(b"closed\nopen\n" * (RECEIVED // len(WORDS)))
            messages = await _take(intake, RECEIVED)
            taken = time.process_time()
            for start in range(0, RECEIVED, AT_ONCE):
                connection.acknowledge(messages[start : start + AT_ONCE])
            await asyncio.sleep(SENT_S)
            received_s += taken - began
            acknowledged_s += time.process_time() - taken
    per_message = 1e6 / (ROUNDS * RECEIVED)
    return {
        ("- receive one", "us CPU"): received_s * per_message,
        ("- acknowledge one", "us CPU"): acknowledged_s * per_message,
    }


@contextlib.asynccontextmanager
async def _connected(settings: Settings, intake: Intake) -> AsyncIterator[Connection]:
    async def nothing_remembered() -> tuple[str, ...]:
        return ()

    async def forget(topics: tuple[str, ...]) -> None:
        """Start anew each time."""

    connection = Connection(
        broker_of(settings),
        intake,
        topics=lambda: (topic(door(0)),),
        remembered_topics=nothing_remembered,
        remember_topics=forget,
        away_before_start_s=0.0,
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(connection.run())
        await until(lambda: connection.live, what="the connection being live")
        # the connection's own message counts in the broker's window like any other
        connection.acknowledge([each for each in await intake.take(AT_ONCE) if isinstance(each, Marker)])
        yield connection
        running.cancel()


@contextlib.asynccontextmanager
async def _device(broker: Broker) -> AsyncIterator[asyncio.StreamWriter]:
    """Run a publisher of what is written to it, line by line."""
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_pub", "-p", str(broker.port), "-q", "1", "-l", "-t", topic(door(0))), stdin=asyncio.subprocess.PIPE
    )
    if process.stdin is None:
        raise RuntimeError("a pipe was asked for")
    try:
        yield process.stdin
    finally:
        process.stdin.close()
        await process.wait()


async def _take(intake: Intake, count: int) -> list[Message]:
    taken: list[Message] = []
    while len(taken) < count:
        taken.extend(arrival for arrival in await intake.take(AT_ONCE) if isinstance(arrival, Message))
    return taken


async def _writing(settings: Settings, path: Path) -> Stages:
    """Interpret and commit batches of each size."""
    stages: Stages = {}
    interpreting: list[float] = []
    async with open_database(path) as database:
        await migrate(database)
        writer = _Writer(settings, Journal(database))
        for size, times in COMMITS.items():
            committing: list[float] = []
            interpreting.clear()
            cpu = time.process_time()
            for _ in range(times):
                interpreted_s, committed_s = await writer.write(size)
                interpreting.append(interpreted_s)
                committing.append(committed_s)
            cpu_s = time.process_time() - cpu - sum(interpreting)
            stages[f"- commit a batch of {size}", "ms"] = median(committing) * 1000
            stages[f"- commit one of a batch of {size}", "us CPU"] = cpu_s * 1e6 / (times * size)
    return {("- interpret one", "us"): median(interpreting) * 1e6 / AT_ONCE} | stages


class _Writer:
    """Feeds an interpreter with a door that opens and closes, and writes what it makes of that."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        window = settings.mqtt.receive_maximum
        self._interpreter = Interpreter(
            Catalogue(entities_of(settings)), LastKnown({}), Deliveries((), window=window), policy_of(settings)
        )
        self._journal = journal
        self._count = 0
        self._next_seq = 1

    async def write(self, size: int) -> tuple[float, float]:
        """Interpret and commit one batch; return the seconds that each took."""
        arrivals: list[Arrival] = [self._message() for _ in range(size)]
        began = time.perf_counter()
        draft = self._interpreter.draft(arrivals, Listening(), next_seq=self._next_seq, now_ms=self._count)
        interpreted = time.perf_counter()
        await self._journal.commit(_batch(draft))
        committed = time.perf_counter()
        self._interpreter.known.replace(draft.states)
        self._interpreter.deliveries.replace(draft.deliveries.added, forget=False)
        self._next_seq = draft.next_seq
        return interpreted - began, committed - interpreted

    def _message(self) -> Message:
        self._count += 1
        word = WORDS[self._count % len(WORDS)]
        return Message(1, topic(door(0)), word, 1, retained=False, duplicate=False, packet_id=self._count % 65535 + 1)


def _batch(draft: Draft) -> Batch:
    return Batch(tuple(draft.entries), draft.states, tuple(draft.deliveries.added))
