"""The queue between the socket and the interpreter."""

import asyncio
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Arrival
from tests.unit.mqtt.examples import message

PATIENCE_S = 10.0


class Reader:
    """Counts how often it was held up and let go."""

    def __init__(self, intake: Intake) -> None:
        self.turns: list[str] = []
        intake.attach(pause=lambda: self.turns.append("pause"), resume=lambda: self.turns.append("resume"))


async def take(intake: Intake, most: int) -> list[Arrival]:
    """Take, and fail rather than wait for ever."""
    async with asyncio.timeout(PATIENCE_S):
        return await intake.take(most)


async def test_what_was_put_first_is_taken_first() -> None:
    intake = Intake(10)
    sent = [message(packet_id=number) for number in range(5)]
    for each in sent:
        intake.put(each)
    assert await take(intake, 3) + await take(intake, 3) == sent
    assert len(intake) == 0


async def test_taking_waits_until_there_is_something() -> None:
    intake = Intake(10)
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(take(intake, 5))
        await asyncio.sleep(0)
        assert not taking.done()
        intake.put(message())
    assert taking.result() == [message()]


async def test_a_taker_that_gives_up_takes_nothing_with_it() -> None:
    intake = Intake(10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(intake.take(5), 0)
    intake.put(message())
    assert await take(intake, 5) == [message()]


async def test_reading_is_held_up_once_at_capacity_and_let_go_once_at_half() -> None:
    intake = Intake(10)
    reader = Reader(intake)
    for number in range(9):
        intake.put(message(packet_id=number))
    assert (reader.turns, intake.full) == ([], False)
    intake.put(message(packet_id=9))
    intake.put(message(packet_id=10))
    assert (reader.turns, intake.full) == (["pause"], True)
    await take(intake, 5)
    assert (reader.turns, intake.full) == (["pause"], True)
    await take(intake, 1)
    assert (reader.turns, intake.full) == (["pause", "resume"], False)


async def test_what_comes_while_it_is_full_is_not_dropped() -> None:
    intake = Intake(2)
    sent = [message(packet_id=number) for number in range(50)]
    for each in sent:
        intake.put(each)
    assert await take(intake, 100) == sent


async def test_a_new_reader_starts_held_up_while_the_queue_is_full() -> None:
    intake = Intake(1)
    old = Reader(intake)
    intake.put(message())
    new = Reader(intake)
    assert new.turns == ["pause"]
    await take(intake, 1)
    assert new.turns == ["pause", "resume"]
    assert old.turns == ["pause"]


def test_a_new_reader_is_not_held_up_while_there_is_room() -> None:
    assert Reader(Intake(1)).turns == []


@given(st.integers(1, 8), st.lists(st.integers(1, 6) | st.none(), max_size=60))
@settings(deadline=None)
def test_nothing_is_lost_or_reordered_and_reading_is_held_up_between_full_and_half(
    capacity: int, steps: list[int | None]
) -> None:
    asyncio.run(_follow(capacity, steps))


async def _follow(capacity: int, steps: list[int | None]) -> None:
    """Do the same with a plain queue: None puts one, a number takes up to so many."""
    intake = Intake(capacity)
    reader = Reader(intake)
    waiting: deque[int] = deque()
    held_up = False
    for number, step in enumerate(steps):
        if step is None:
            intake.put(message(packet_id=number))
            waiting.append(number)
            held_up = held_up or len(waiting) >= capacity
        elif waiting:
            taken = await take(intake, step)
            assert taken == [message(packet_id=waiting.popleft()) for _ in range(min(step, len(waiting)))]
            held_up = held_up and len(waiting) > capacity // 2
        assert (len(intake), intake.full) == (len(waiting), held_up)
        assert reader.turns == (["pause", "resume"] * len(reader.turns))[: len(reader.turns)]
        assert (len(reader.turns) % 2 == 1) == held_up
