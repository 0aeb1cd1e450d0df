"""A refused request: the bad entries are found and dropped, and the good ones do not suffer for them."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.realtime.client import Reply
from tests.fakes.realtime import AWAY, REFUSED, TOLD, WRONG_KEY, Pauses, ScriptedClient, refuse
from tests.parts.waiting import until
from tests.unit.realtime.examples import many_waiting_for, opened, waiting_for
from tests.unit.realtime.running import commit, notifier_of, running


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1)))))
def test_exactly_the_bad_ones_are_dropped_and_every_good_one_is_told_once(case: tuple[int, set[int]]) -> None:
    size, bad_numbers = case
    doors, bad = [f"door-{number}" for number in range(size)], {f"door-{number}" for number in bad_numbers}

    async def scenario() -> None:
        client = ScriptedClient(judge=refuse(bad))
        notifier = notifier_of(client, many_waiting_for(doors))
        commit(notifier, *(opened(seq, door) for seq, door in enumerate(doors, 1)))
        async with running(notifier):
            await notifier.finish()
        assert client.told == [door for door in doors if door not in bad]
        assert [move.identity for move in notifier.take_moves()] == client.told
        assert (notifier.owing, notifier.told_up_to(size)) == (0, size)

    asyncio.run(scenario())


async def test_one_bad_entry_of_a_thousand_costs_a_score_of_requests() -> None:
    doors = [f"door-{number}" for number in range(1000)]
    client = ScriptedClient(judge=refuse({"door-617"}))
    notifier = notifier_of(client, many_waiting_for(doors))
    commit(notifier, *(opened(seq, door) for seq, door in enumerate(doors, 1)))
    async with running(notifier):
        await notifier.finish()
    assert len(client.requests) <= 21


async def test_a_refused_identity_does_not_spoil_the_requests_that_follow() -> None:
    client = ScriptedClient(judge=refuse({"a"}))
    notifier = notifier_of(client, waiting_for("abc"))
    async with running(notifier):
        commit(notifier, opened(1, "a"), opened(2, "b"))
        await notifier.finish()
        count = len(client.requests)
        commit(notifier, opened(3, "a"), opened(4, "b"), opened(5, "c"))
        await until(lambda: notifier.owing == 1)
    assert client.requests[count:] == [["b", "c"]]


async def test_ifttt_going_away_in_the_middle_loses_nothing() -> None:
    client = ScriptedClient(REFUSED, TOLD, AWAY, judge=refuse({"e"}))
    pauses = Pauses()
    notifier = notifier_of(client, waiting_for("abcdef"), pauses)
    commit(notifier, *(opened(seq, door) for seq, door in enumerate("abcdef", 1)))
    async with running(notifier):
        await until(lambda: notifier.owing == 0)
    assert (client.told, len(pauses.lengths_s)) == ([*"abcdf"], 1)
    assert client.requests[2:4] == [[*"def"], [*"def"]]


async def test_being_cancelled_in_the_middle_keeps_the_rest_owed() -> None:
    client = ScriptedClient(REFUSED)

    def take_one_request_more(_identities: Sequence[str]) -> Reply:
        client.hold()
        return TOLD

    client.judge = take_one_request_more
    notifier = notifier_of(client, waiting_for("abcd"))
    commit(notifier, *(opened(seq, door) for seq, door in enumerate("abcd", 1)))
    async with running(notifier):
        await until(lambda: len(client.requests) == 3)
    assert (client.told, notifier.owing, notifier.told_up_to(4)) == (["a", "b"], 2, 2)
    client.release()
    async with running(notifier):
        await notifier.finish()
    assert client.told == [*"abcd"]


async def test_a_wrong_key_in_the_middle_pauses_before_the_rest() -> None:
    client = ScriptedClient(REFUSED, TOLD, WRONG_KEY)
    pauses = Pauses(at_once=False)
    notifier = notifier_of(client, waiting_for("abcd"), pauses)
    commit(notifier, *(opened(seq, door) for seq, door in enumerate("abcd", 1)))
    async with running(notifier):
        await until(lambda: bool(pauses.lengths_s))
        assert (client.told, notifier.owing, len(client.requests)) == (["a", "b"], 2, 3)
        pauses.end()
        await until(lambda: notifier.owing == 0)
    assert client.told == [*"abcd"]


async def test_one_refused_identity_is_no_trouble_of_the_whole() -> None:
    client = ScriptedClient(judge=refuse({"a"}))
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await notifier.finish()
    assert notifier.trouble == ""


async def test_a_refused_identity_now_and_then_is_no_trouble_of_the_whole() -> None:
    client = ScriptedClient(judge=refuse({*"abcd"}))
    notifier = notifier_of(client, waiting_for("abcde"))
    async with running(notifier):
        for seq, door in enumerate("abecd", 1):
            commit(notifier, opened(seq, door))
            await notifier.finish()
            assert notifier.trouble == ""
    assert client.told == ["e"]


async def test_everything_being_refused_is_told_as_trouble_until_something_is_taken() -> None:
    client = ScriptedClient(judge=refuse({*"abc"}))
    notifier = notifier_of(client, waiting_for("abcd"))
    async with running(notifier):
        commit(notifier, *(opened(seq, door) for seq, door in enumerate("abc", 1)))
        await notifier.finish()
        assert notifier.trouble == "IFTTT refuses all notifications"
        commit(notifier, opened(4, "d"))
        await until(lambda: client.told == ["d"])
    assert notifier.trouble == ""
