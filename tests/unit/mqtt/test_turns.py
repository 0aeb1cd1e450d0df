"""From one configuration to the next in the midst of the messages: each is read by the one in whose time it came."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.devices.catalogue import Catalogue
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.errors import StorageUnavailable
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import MAX_BATCH, Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.message import Marker, Message
from bridge.timeline.batch import Batch
from tests.parts.waiting import until
from tests.unit.devices.examples import button
from tests.unit.mqtt.examples import BELL, message
from tests.unit.mqtt.taking import running

PIECES = 4
"""So many turns at least while a whole batch is read."""

FIRST_NAME = next(iter(Catalogue([button()]))).device.name


class HeldJournal:
    """Commits when it may, and fails as often as told."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.waiting = 0
        self.failures = 0
        self.names: list[str] = []
        self.turns: Callable[[], int] = int
        self.batches: list[tuple[int, int]] = []

    async def commit(self, batch: Batch) -> None:
        """Take a batch."""
        self.batches.append((len(batch.entries), self.turns()))
        self.waiting += 1
        await self.may.wait()
        self.waiting -= 1
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("disk full")
        self.names += [entry.event.ingredients["device_name"] for entry in batch.entries]


class Taking:
    """An inbound path of one bell."""

    def __init__(self) -> None:
        self.journal = HeldJournal()
        self.intake = Intake(10_000)
        self.acknowledged: list[int] = []
        self.stirred: list[str] = []
        interpreter = Interpreter(Catalogue([button()]), LastKnown({}), Deliveries([], window=20), LatePolicy())
        self.inbound = Inbound(
            self.intake,
            interpreter,
            self.journal,
            neighbours=Neighbours(self._acknowledge, stirred=lambda: self.stirred.append("now")),
            next_seq=1,
            clock_ms=lambda: 1000,
        )

    def _acknowledge(self, messages: Sequence[Message | Marker]) -> None:
        self.acknowledged += [each.packet_id for each in messages]

    async def rename(self, name: str, happened: list[str] | None = None) -> None:
        """Let the bell have another name from here on."""
        seen = [] if happened is None else happened
        await self.inbound.reconfigure(Catalogue([button(name=name)]), LatePolicy(), also=lambda: seen.append(name))


@asynccontextmanager
async def taking() -> AsyncIterator[Taking]:
    there = Taking()
    async with running(there.inbound):
        yield there


@settings(max_examples=25)
@given(st.lists(st.integers(0, 600), max_size=4))
def test_what_came_before_a_turn_counts_by_the_old_names_and_what_comes_after_by_the_new(sizes: list[int]) -> None:
    async def play() -> None:
        async with taking() as there, asyncio.TaskGroup() as tasks:
            expected, number = [FIRST_NAME] * 3, 3
            for packet_id in range(1, 4):
                there.intake.put(message(packet_id=packet_id))
            for turn, size in enumerate(sizes):
                tasks.create_task(there.rename(f"Bell {turn}"))
                await asyncio.sleep(0)
                for _ in range(size):
                    number += 1
                    there.intake.put(message(packet_id=number))
                expected += [f"Bell {turn}"] * size
            await until(lambda: len(there.journal.names) == len(expected))
            assert there.journal.names == expected
            assert there.acknowledged == list(range(1, number + 1))

    asyncio.run(play())


async def test_a_turn_waits_for_the_batch_that_is_being_written_through_every_failure() -> None:
    async with taking() as there:
        happened: list[str] = []
        there.journal.may.clear()
        there.journal.failures = 2
        there.intake.put(message(packet_id=1))
        await until(lambda: there.journal.waiting == 1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(there.rename("Gong", happened))
            await asyncio.sleep(0.02)
            assert happened == []
            there.intake.put(message(packet_id=2))
            there.journal.may.set()
        assert happened == ["Gong"]
        await until(lambda: len(there.journal.names) == 2)
        assert there.journal.names == [FIRST_NAME, "Gong"]


async def test_a_turn_needs_no_message_to_happen() -> None:
    async with taking() as there, asyncio.timeout(5):
        await there.rename("Gong")
        assert there.stirred == ["now"]  # what a device waits for may be another time now


async def test_whoever_asked_for_a_turn_may_leave() -> None:
    async with taking() as there:
        there.journal.may.clear()
        there.intake.put(message(packet_id=1))
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await there.rename("Gong")
        there.journal.may.set()
        there.intake.put(message(topic=BELL, packet_id=2))
        await until(lambda: there.journal.names == [FIRST_NAME, "Gong"])


async def test_what_waited_for_a_slow_disk_goes_to_it_at_once_and_others_have_their_turn_while_it_is_read() -> None:
    turns = 0
    async with taking() as there, asyncio.TaskGroup() as tasks:

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = tasks.create_task(count())
        there.journal.turns = lambda: turns
        there.journal.may.clear()
        there.intake.put(message())
        await until(lambda: there.journal.waiting == 1, what="the first batch on its way")
        for number in range(2, MAX_BATCH + 3):
            there.intake.put(message(packet_id=number))
        there.journal.may.set()
        released = turns
        await until(lambda: len(there.acknowledged) == MAX_BATCH + 2, what="all of them")
        counting.cancel()
        assert [size for size, _ in there.journal.batches] == [1, MAX_BATCH, 1]
        assert there.journal.batches[1][1] - released >= PIECES
        assert there.acknowledged == [*range(1, MAX_BATCH + 3)]
