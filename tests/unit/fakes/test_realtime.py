"""The scripted client and the pauses do as they are told."""

import asyncio

from tests.fakes.realtime import AWAY, REFUSED, TOLD, Pauses, ScriptedClient, refuse
from tests.parts.waiting import until
from tests.unit.realtime.examples import told_of


async def test_the_script_comes_first_then_the_judge() -> None:
    client = ScriptedClient(AWAY, REFUSED)
    replies = [await client.notify(told_of(name)) for name in "abc"]
    assert replies == [AWAY, REFUSED, TOLD]
    assert (client.requests, client.told) == ([["a"], ["b"], ["c"]], ["c"])


async def test_a_bad_entry_spoils_its_request() -> None:
    client = ScriptedClient(judge=refuse({"b"}))
    assert await client.notify(told_of("a", "b")) == REFUSED
    assert await client.notify(told_of("a", "c")) == TOLD
    assert client.told == ["a", "c"]


async def test_answers_are_held_back_until_they_are_released() -> None:
    client = ScriptedClient()
    client.hold()
    async with asyncio.TaskGroup() as group:
        group.create_task(client.notify(told_of("a")))
        group.create_task(client.notify(told_of("b")))
        await until(lambda: len(client.requests) == 2)
        assert client.told == []
        client.release()
    assert (client.told, client.most_at_once) == (["a", "b"], 2)


async def test_pauses_end_at_once_and_are_remembered() -> None:
    pauses = Pauses()
    await pauses(900.0)
    await pauses(0.5)
    assert pauses.lengths_s == [900.0, 0.5]


async def test_a_pause_may_last_until_it_is_ended() -> None:
    pauses = Pauses(at_once=False)
    async with asyncio.TaskGroup() as group:
        pausing = group.create_task(pauses(900.0))
        await until(lambda: pauses.lengths_s == [900.0])
        assert not pausing.done()
        pauses.end()
    assert pausing.done()
