"""Records and waiting for more of them."""

import asyncio

import pytest

from bridge.simulator.records import Records


def test_the_newest_are_kept_and_all_are_counted() -> None:
    records = Records[int](kept=3)
    for number in range(10):
        records.add(number)

    assert records.newest == [7, 8, 9]
    assert records.total == 10


async def test_a_waiter_wakes_when_there_are_enough() -> None:
    records = Records[str]()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(records.wait_for(2, timeout_s=10, what="letters"))
        for letter in "ab":
            await asyncio.sleep(0)
            assert not waiting.done()
            records.add(letter)

    assert waiting.result() == ["a", "b"]


async def test_waiting_counts_what_is_no_longer_kept() -> None:
    records = Records[int](kept=1)
    for number in range(5):
        records.add(number)

    assert await records.wait_for(5, timeout_s=0, what="numbers") == [4]


async def test_waiting_in_vain_names_what_for() -> None:
    with pytest.raises(TimeoutError, match=r"Waited 0.01 s in vain for 1 letters\."):
        await Records[str]().wait_for(1, timeout_s=0.01, what="letters")
