"""A real broker, and the bridge's connection to it with nothing behind it but its intake."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.mqtt.connection import Connection
from bridge.mqtt.course import Pace
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Arrival, BacklogEnded, Marker, Message
from bridge.mqtt.session import Broker, Protocol
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

TOPIC = "home/front-door/state"


@dataclass
class Listening:
    """A running connection and what came in over it, in order. `acknowledging`: at once, whatever it is."""

    connection: Connection
    intake: Intake
    topics: list[str]
    arrivals: list[Arrival] = field(default_factory=list)
    stop: Callable[[], object] = bool
    acknowledged: int = 0
    acknowledging: bool = False

    async def collect(self) -> None:
        """Take everything out of the intake, for ever."""
        while True:
            arrivals = await self.intake.take(100)
            if self.acknowledging:
                self.connection.acknowledge([each for each in arrivals if isinstance(each, Message | Marker)])
            elif not self.messages:  # else it waits for its turn, which is the test's business
                self.connection.acknowledge([arrival for arrival in arrivals if isinstance(arrival, Marker)])
            self.arrivals += arrivals

    @property
    def messages(self) -> list[Message]:
        """The messages alone."""
        return [arrival for arrival in self.arrivals if isinstance(arrival, Message)]

    @property
    def owed(self) -> list[Message | Marker]:
        """Everything that is acknowledged some time, in its order."""
        return [arrival for arrival in self.arrivals if isinstance(arrival, Message | Marker)]

    @property
    def payloads(self) -> list[str]:
        """What the messages say."""
        return [message.payload.decode() for message in self.messages]

    @property
    def backlog(self) -> list[str]:
        """What came before the end of the backlog of the last connection."""
        ends = [index for index, arrival in enumerate(self.arrivals) if isinstance(arrival, BacklogEnded)]
        before = self.arrivals[: ends[-1]]
        return [arrival.payload.decode() for arrival in before if isinstance(arrival, Message)]

    async def live(self) -> None:
        """Wait until the backlog is over."""
        await until(lambda: self.connection.live, what="the end of the backlog")


Listen = Callable[..., AbstractAsyncContextManager[Listening]]


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    await mosquitto.start()
    yield mosquitto
    mosquitto.close()


@pytest.fixture
def listen(broker: Mosquitto) -> Listen:
    """Give a connection to the broker while a context lasts."""

    @asynccontextmanager
    async def listening(  # noqa: PLR0913 -- each test changes one of them
        *,
        protocol: Protocol = Protocol.AUTO,
        window: int = 1000,
        topics: tuple[str, ...] = (TOPIC,),
        remembered: tuple[str, ...] = (),
        away_s: float = 0.0,
        port: int | None = None,
        to: Broker | None = None,
        pace: Pace = Pace(),  # noqa: B008 -- immutable
        capacity: int | None = None,
    ) -> AsyncIterator[Listening]:
        """Leave what comes in the intake where its `capacity` is given; else collect it."""
        intake = Intake(capacity or 4 * window)
        usual = Broker("127.0.0.1", port or broker.port, "bridge-test", protocol=protocol, receive_maximum=window)
        connection = Connection(
            to or usual,
            intake,
            pace=pace,
            topics=lambda: tuple(here.topics),
            remembered_topics=_answer(remembered),
            remember_topics=_forget,
            away_before_start_s=away_s,
        )
        here = Listening(connection, intake, list(topics))
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(connection.run())]
            here.stop = running[0].cancel
            if capacity is None:
                running.append(tasks.create_task(here.collect()))
            yield here
            for task in running:
                task.cancel()

    return listening


def _answer(remembered: tuple[str, ...]) -> Callable[[], "asyncio.Future[tuple[str, ...]]"]:
    def answer() -> "asyncio.Future[tuple[str, ...]]":
        future: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        future.set_result(remembered)
        return future

    return answer


async def _forget(topics: tuple[str, ...]) -> None:
    del topics
