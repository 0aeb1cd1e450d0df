"""At once while nothing is under way, gathered while something is."""

import asyncio

from bridge.events import NotOffered
from bridge.ifttt.identities import Identities
from bridge.realtime.bucket import BURST
from bridge.timeline.batch import ToldMove
from tests.fakes.realtime import AWAY, ScriptedClient, refuse
from tests.parts.waiting import until
from tests.unit.realtime.examples import key, many_waiting_for, opened, waiting, waiting_for
from tests.unit.realtime.running import commit, notifier_of, running


async def test_the_first_event_goes_out_at_once() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        await asyncio.sleep(0)
        commit(notifier, opened(1, "a"))
        for _ in range(3):  # turns of the loop, no time
            await asyncio.sleep(0)
        assert client.requests == [["a"]]


async def test_what_happens_while_a_request_is_under_way_goes_together_in_the_next() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("abcd"))
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: client.requests == [["a"]])
        for seq, door in enumerate("bcbdcb", 2):
            commit(notifier, opened(seq, door))
        client.release()
        await notifier.finish()
    assert client.requests == [["a"], ["b", "c", "d"]]
    assert client.most_at_once == 1


async def test_a_request_has_at_most_a_thousand_entries() -> None:
    client = ScriptedClient()
    doors = [f"door-{number}" for number in range(2500)]
    notifier = notifier_of(client, many_waiting_for(doors))
    commit(notifier, *(opened(seq, door) for seq, door in enumerate(doors, 1)))
    async with running(notifier):
        await notifier.finish()
    assert [len(request) for request in client.requests] == [1000, 1000, 500]
    assert client.told == doors


async def test_every_identity_that_waits_for_the_same_thing_is_told() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, Identities([waiting("one", "a"), waiting("two", "a"), waiting("three", "b")]))
    commit(notifier, opened(1, "a"))
    async with running(notifier):
        await notifier.finish()
    assert client.requests == [["one", "two"]]


async def test_what_nobody_waits_for_and_what_is_not_offered_is_not_told() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("a"))
    async with running(notifier):
        commit(notifier, opened(1, "b"), opened(2, "a", reason=NotOffered.LATE))
        assert notifier.owing == 0
        commit(notifier, opened(3, "a"))
        await notifier.finish()
    assert client.requests == [["a"]]


async def test_an_identity_is_told_again_only_when_there_is_something_new() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        for seq, door in enumerate("aba", 1):
            commit(notifier, opened(seq, door))
            await notifier.finish()
    assert client.requests == [["a"], ["b"], ["a"]]


async def test_an_event_of_the_identity_under_way_makes_another_request() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("a"))
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: client.requests == [["a"]])
        commit(notifier, opened(2, "a"))
        client.release()
        await notifier.finish()
    assert client.requests == [["a"], ["a"]]
    assert notifier.take_moves() == (ToldMove("ifttt", "u_1", "a", 2),)


async def test_a_flapping_identity_is_limited_and_told_of_the_newest_in_the_end() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("a"))
    started_s = asyncio.get_running_loop().time()
    async with running(notifier):
        for seq in range(1, 501):
            commit(notifier, opened(seq, "a"))
            await asyncio.sleep(0)
        await notifier.finish()
        passed_s = asyncio.get_running_loop().time() - started_s
    assert len(client.requests) <= BURST + passed_s + 0.001
    assert notifier.take_moves() == (ToldMove("ifttt", "u_1", "a", 500),)


async def test_a_flapping_identity_does_not_hold_up_another() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        for seq in range(1, 100):
            commit(notifier, opened(seq, "a"))
            await asyncio.sleep(0)
        assert client.told == ["a"] * len(client.told)
        commit(notifier, opened(100, "b"))
        await until(lambda: "b" in client.told)
        assert notifier.owing == 1


async def test_how_far_all_is_told_follows_what_is_owed() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        commit(notifier, opened(1, "x"), opened(2, "a"), opened(3, "b"))
        assert notifier.told_up_to(3) == 1
        await until(lambda: bool(client.requests))
        assert notifier.told_up_to(3) == 1
        client.release()
        await notifier.finish()
        assert (notifier.told_up_to(3), notifier.told, notifier.owing) == (3, 2, 0)


async def test_an_ended_identity_is_owed_nothing() -> None:
    client = ScriptedClient()
    notifier = notifier_of(client, waiting_for("ab"))
    commit(notifier, opened(1, "a"), opened(2, "b"))
    notifier.forget(key("a"))
    async with running(notifier):
        await notifier.finish()
    assert client.requests == [["b"]]


async def test_an_identity_that_ends_while_under_way_is_forgotten() -> None:
    client = ScriptedClient()
    client.hold()
    identities = waiting_for("a")
    notifier = notifier_of(client, identities)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: bool(client.requests))
        identities.remove(key("a"))
        notifier.forget(key("a"))
        await notifier.finish()
        client.release()
        await until(lambda: client.told == ["a"])
        identities.add(waiting("a"))
        commit(notifier, opened(2, "a"))
        await until(lambda: client.told == ["a", "a"])
    assert notifier.take_moves() == (ToldMove("ifttt", "u_1", "a", 2),)


async def test_finishing_returns_at_once_when_nothing_is_owed() -> None:
    notifier = notifier_of(ScriptedClient(), waiting_for("a"))
    await notifier.finish()


async def test_finishing_waits_for_what_is_under_way() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("a"))
    async with running(notifier), asyncio.TaskGroup() as group:
        commit(notifier, opened(1, "a"))
        finishing = group.create_task(notifier.finish())
        await until(lambda: bool(client.requests))
        assert not finishing.done()
        client.release()


async def test_being_cancelled_while_a_request_is_under_way_keeps_it_owed() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        commit(notifier, opened(1, "a"), opened(2, "b"))
        await until(lambda: bool(client.requests))
    assert (notifier.owing, notifier.told_up_to(2), notifier.take_moves()) == (2, 0, ())
    client.release()
    async with running(notifier):
        await notifier.finish()
    assert client.told == ["a", "b"]


async def test_answers_count_by_class_and_each_identity_by_what_became_of_it() -> None:
    client = ScriptedClient(AWAY, judge=refuse({"b", "c"}))
    notifier = notifier_of(client, waiting_for("abc"))
    commit(notifier, *(opened(seq, door) for seq, door in enumerate("abc", 1)))
    async with running(notifier):
        await until(lambda: (notifier.told, notifier.refused) == (1, 2))
    assert notifier.replies == {"none": 1, "4xx": 4, "2xx": 1}
