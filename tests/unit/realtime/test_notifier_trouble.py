"""IFTTT away, overloaded, or refusing the key: nothing is lost, and it is not pestered."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.realtime.client import Reply, Verdict
from bridge.realtime.notifier import WRONG_KEY_PAUSE_S
from tests.fakes.realtime import AWAY, REFUSED, TOLD, WRONG_KEY, Pauses, ScriptedClient
from tests.parts.waiting import until
from tests.unit.realtime.examples import many_waiting_for, opened, waiting_for
from tests.unit.realtime.running import commit, notifier_of, running


async def after_another_attempt(client: ScriptedClient) -> None:
    count = len(client.requests)
    await until(lambda: len(client.requests) > count)


async def test_a_wrong_key_pauses_a_quarter_of_an_hour_and_then_all_is_told() -> None:
    client = ScriptedClient(WRONG_KEY)
    pauses = Pauses(at_once=False)
    notifier = notifier_of(client, waiting_for("ab"), pauses)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: pauses.lengths_s == [WRONG_KEY_PAUSE_S])
        commit(notifier, opened(2, "b"))
        await asyncio.sleep(0.01)
        assert (len(client.requests), notifier.trouble) == (1, "IFTTT refuses the service key")
        pauses.end()
        await until(lambda: notifier.owing == 0)
    assert WRONG_KEY_PAUSE_S == 900.0
    assert (client.requests[1:], notifier.trouble) == ([["a", "b"]], "")


async def test_a_pause_ends_when_its_reason_may_be_gone_and_pauses_start_anew() -> None:
    client = ScriptedClient(AWAY, AWAY, WRONG_KEY, AWAY)
    pauses = Pauses(at_once=False)
    notifier = notifier_of(client, waiting_for("a"), pauses)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        for count in range(1, 5):
            await until(lambda count=count: len(pauses.lengths_s) == count)  # type: ignore[misc]
            notifier.of("").try_again()
        await until(lambda: notifier.owing == 0)
        notifier.of("").try_again()
        commit(notifier, opened(2, "a"))
        await until(lambda: client.told == ["a", "a"])
    assert all(length <= 0.5 for length in (*pauses.lengths_s[:2], pauses.lengths_s[3])), "each time as after the first"


async def test_pauses_grow_to_a_minute_and_start_anew_after_a_success() -> None:
    client = ScriptedClient(*[AWAY] * 12, TOLD, AWAY)
    pauses = Pauses()
    notifier = notifier_of(client, waiting_for("a"), pauses)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: notifier.owing == 0)
        commit(notifier, opened(2, "a"))
        await until(lambda: notifier.owing == 0)
    assert len(pauses.lengths_s) == 13
    assert all(0.25 * 2**number <= length <= 0.5 * 2**number for number, length in enumerate(pauses.lengths_s[:7]))
    assert all(30.0 <= length <= 60.0 for length in pauses.lengths_s[7:12])
    assert 0.25 <= pauses.lengths_s[12] <= 0.5


@pytest.mark.parametrize(("asked_s", "shortest_s"), [(120.0, 120.0), (0.0, 0.25), (None, 0.25)])
async def test_a_pause_is_as_long_as_ifttt_asks_and_never_nothing(asked_s: float | None, shortest_s: float) -> None:
    client = ScriptedClient(Reply(Verdict.LATER, 429, asked_s))
    pauses = Pauses()
    notifier = notifier_of(client, waiting_for("a"), pauses)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: notifier.owing == 0)
    assert shortest_s <= pauses.lengths_s[0] <= max(shortest_s, 0.5)


async def test_nothing_owed_is_lost_over_a_failing_hour_and_no_token_is_spent() -> None:
    doors = [f"door-{number}" for number in range(1200)]
    client = ScriptedClient(judge=lambda _identities: AWAY)
    pauses = Pauses()
    notifier = notifier_of(client, many_waiting_for(doors), pauses)
    seq = 0
    async with running(notifier):
        while sum(pauses.lengths_s) < 3600.0:
            entries = [opened(seq + number, door) for number, door in enumerate(doors[seq % 7 :: 7], 1)]
            seq += len(entries)
            commit(notifier, *entries)
            await after_another_attempt(client)
        assert (client.told, notifier.told_up_to(seq)) == ([], 0)
        owing = notifier.owing
        client.judge = lambda _identities: TOLD
        await until(lambda: notifier.owing == 0)
    assert (len(client.told), len(set(client.told))) == (owing, owing)
    assert notifier.told_up_to(seq) == seq


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([AWAY, REFUSED, TOLD, WRONG_KEY, Reply(Verdict.LATER, 503, 7.0)]), max_size=12))
def test_whatever_ifttt_answers_the_good_identities_are_told_or_were_refused_alone(script: list[Reply]) -> None:
    async def scenario() -> None:
        client = ScriptedClient(*script)
        notifier = notifier_of(client, waiting_for("abcde"))
        commit(notifier, *(opened(seq, door) for seq, door in enumerate("abcde", 1)))
        async with running(notifier):
            await until(lambda: notifier.owing == 0)
        refused = {request[0] for request in client.requests if len(request) == 1}
        assert set("abcde") - set(client.told) <= refused
        assert len(client.told) == len(set(client.told))

    asyncio.run(scenario())


async def test_finishing_does_not_wait_for_an_absent_ifttt() -> None:
    client = ScriptedClient(judge=lambda _identities: AWAY)
    pauses = Pauses(at_once=False)
    notifier = notifier_of(client, waiting_for("ab"), pauses)
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await notifier.finish()
        commit(notifier, opened(2, "b"))
        await notifier.finish()
        assert (len(client.requests), notifier.owing, notifier.told_up_to(2)) == (1, 2, 0)


async def test_finishing_waits_for_the_attempt_that_follows_a_pause() -> None:
    client = ScriptedClient(AWAY)
    pauses = Pauses(at_once=False)
    notifier = notifier_of(client, waiting_for("a"), pauses)
    async with running(notifier), asyncio.TaskGroup() as group:
        commit(notifier, opened(1, "a"))
        await until(lambda: len(pauses.lengths_s) == 1)
        client.hold()
        pauses.end()
        await until(lambda: len(client.requests) == 2)
        finishing = group.create_task(notifier.finish())
        for _ in range(3):  # turns of the loop, no time
            await asyncio.sleep(0)
        assert not finishing.done()
        client.release()
    assert client.told == ["a"]


async def test_finishing_that_takes_too_long_can_be_given_up() -> None:
    client = ScriptedClient()
    client.hold()
    notifier = notifier_of(client, waiting_for("a"))
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(notifier.finish(), 0.01)
    assert notifier.owing == 1
