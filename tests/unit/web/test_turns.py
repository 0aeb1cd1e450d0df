"""Few requests begin in each round; those who are known come first, and no stranger waits for another's many."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.web.turns import (
    KNOWN_AT_REST,
    KNOWN_EACH,
    MAX_WAITING,
    MAX_WAITING_OF_ONE,
    STRANGERS_EACH,
    TURNED_AWAY_EACH,
    Away,
    Turns,
)


async def rounds(number: int = 1) -> None:
    """Let the loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)


@asynccontextmanager
async def asked(turns: Turns, times: int) -> AsyncIterator[list[int]]:
    """Let so many who are known ask at once, and give how many begin in each round."""
    begun: list[int] = []

    async def ask() -> None:
        await turns.known()
        begun[-1] += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(times):
            tasks.create_task(ask())
        yield begun


async def until_begun(begun: list[int], times: int) -> None:
    """Let the loop go round until so many have begun."""
    while sum(begun) < times:
        begun.append(0)
        await rounds()


async def test_whoever_comes_alone_waits_for_nothing() -> None:
    turns = Turns()
    for _ in range(3):
        assert not await turns.known()
        assert await turns.stranger("a") is None
        await rounds(3)


async def test_only_a_few_begin_in_each_round() -> None:
    async with asked(Turns(), 10 * KNOWN_EACH) as begun:
        await until_begun(begun, 10 * KNOWN_EACH)
    assert max(begun) == KNOWN_EACH
    assert len(begun) >= 10


async def test_more_of_those_who_are_known_begin_while_nothing_happens() -> None:
    at_rest = True
    async with asked(Turns(lambda: at_rest), 4 * KNOWN_AT_REST) as begun:
        await until_begun(begun, 2 * KNOWN_AT_REST)
        at_rest, before = False, len(begun) + 1
        await until_begun(begun, 4 * KNOWN_AT_REST)
    assert max(begun) == KNOWN_AT_REST
    assert max(begun[before:]) == KNOWN_EACH


async def test_strangers_are_begun_by_address_in_turn() -> None:
    turns, order = Turns(), list[str]()

    async def ask(address: str) -> None:
        assert await turns.stranger(address) is None
        order.append(address)

    async with asyncio.TaskGroup() as tasks:
        for address in ["many"] * 30 + ["one", "other"]:
            tasks.create_task(ask(address))
    assert {"one", "other"} <= set(order[: 3 * STRANGERS_EACH + 2])
    assert order.count("many") == 30


async def test_those_for_whom_there_is_no_turn_hear_it_one_in_each_round() -> None:
    turns, told = Turns(), Counter[int]()
    now = 0

    async def ask() -> None:
        if await turns.stranger("many") is Away.ADDRESS:
            told[now] += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(MAX_WAITING_OF_ONE + 20):
            tasks.create_task(ask())
        while sum(told.values()) < 20 - STRANGERS_EACH:
            now += 1
            await rounds()
    assert max(told.values()) <= TURNED_AWAY_EACH
    assert turns.away == {Away.ADDRESS: 20 - STRANGERS_EACH}


async def test_whoever_is_known_waits_for_no_stranger() -> None:
    turns, order = Turns(), list[str]()

    async def ask(*, known: bool) -> None:
        if known:
            await turns.known()
        else:
            await turns.stranger(None)
        order.append("known" if known else "stranger")

    async with asyncio.TaskGroup() as tasks:
        for known in [False] * 100 + [True]:
            tasks.create_task(ask(known=known))
    assert order.index("known") <= 2 * STRANGERS_EACH


async def test_of_one_address_only_so_many_wait_and_others_still_may() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(turns.stranger("many")) for _ in range(MAX_WAITING_OF_ONE + STRANGERS_EACH + 5)]
        other = tasks.create_task(turns.stranger("one"))
    assert [each.result() for each in asked].count(Away.ADDRESS) == 5
    assert other.result() is None
    assert turns.away == {Away.ADDRESS: 5}


async def test_only_so_many_wait_in_all_from_however_many_addresses() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(turns.stranger(f"{n}")) for n in range(MAX_WAITING + STRANGERS_EACH + 5)]
    assert [each.result() for each in asked].count(Away.ALL) == 5


async def test_a_proxy_that_stands_for_anybody_is_not_one_address() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(turns.stranger(None)) for _ in range(3 * MAX_WAITING_OF_ONE)]
    assert {each.result() for each in asked} == {None}


async def test_whoever_gave_up_waiting_takes_nobodys_turn() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as tasks:
        given_up = [tasks.create_task(turns.stranger("a")) for _ in range(20)]
        await rounds()
        for each in given_up:
            each.cancel()
    await asyncio.wait_for(turns.stranger("b"), 5)
    assert await turns.known() in {True, False}
