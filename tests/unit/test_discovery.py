"""Descriptions that are taken over, and questions that are asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bridge.commands import Publication
from bridge.discovery import Discovery
from bridge.errors import BrokerUnavailable, StorageUnavailable
from tests.parts.waiting import until

HOW, WHO = Publication("lamp/how", b"?"), Publication("all/who", b"?")


@dataclass
class House:
    """What a discovery does in it. `failures`: so often the database is away; `silent`: the broker is."""

    failures: int = 0
    silent: bool = False
    brought: int = 0
    tried: int = 0
    questions: tuple[Publication, ...] = (WHO,)
    asked: list[Publication] = field(default_factory=list)

    async def bring(self) -> None:
        """Let descriptions count."""
        self.tried += 1
        if self.tried <= self.failures:
            raise StorageUnavailable("the disk is full")
        self.brought += 1

    async def publish(self, publication: Publication) -> None:
        """Send a question."""
        if self.silent:
            raise BrokerUnavailable("not connected to the broker")
        self.asked.append(publication)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[Discovery]:
    discovery = Discovery(house, lambda: house.questions, retry_s=0.01)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(discovery.run(house.bring))
        yield discovery
        task.cancel()


async def seen(condition: Callable[[], bool]) -> None:
    await until(condition, within_s=5.0)


async def test_a_hundred_descriptions_in_one_breath_are_taken_over_together() -> None:
    house = House()
    async with running(house) as discovery:
        for _ in range(100):
            discovery.described()
            await asyncio.sleep(0)
        await seen(lambda: house.brought == 1)
        discovery.listening()
        await seen(lambda: house.asked == [WHO])
    assert house.tried == 1


async def test_what_cannot_be_written_is_tried_until_it_can() -> None:
    house = House(failures=3)
    async with running(house) as discovery:
        discovery.described()
        await seen(lambda: house.brought == 1)
        discovery.described()
        await seen(lambda: house.brought == 2)


async def test_each_question_is_asked_once_in_a_connection_and_a_new_one_when_it_is_described() -> None:
    house = House()
    async with running(house) as discovery:
        discovery.listening()
        await seen(lambda: house.asked == [WHO])
        house.questions = (WHO, HOW)
        discovery.described()
        await seen(lambda: house.asked == [WHO, HOW])
        discovery.listening()
        await seen(lambda: house.asked == [WHO, HOW, WHO, HOW])


async def test_a_broker_that_is_away_is_asked_on_the_next_connection() -> None:
    house = House(silent=True)
    async with running(house) as discovery:
        discovery.listening()
        discovery.described()
        await seen(lambda: house.brought == 1)
        house.silent = False
        discovery.listening()
        await seen(lambda: house.asked == [WHO])
