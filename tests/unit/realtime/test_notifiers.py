"""Each service at IFTTT with its own key; by user where that is right."""

import asyncio

from bridge.events import Event
from bridge.ifttt.identities import Identities, Identity
from bridge.realtime.account import Account
from bridge.realtime.bucket import BURST
from bridge.realtime.notifiers import MOVES_EVERY_S
from bridge.simulator.virtual_time import run_virtually
from bridge.timeline.entry import Entry
from tests.fakes.realtime import REFUSED, TOLD, WRONG_KEY, Pauses, ScriptedClient
from tests.parts.waiting import until
from tests.unit.realtime.examples import key, opened, waiting
from tests.unit.realtime.running import ALONE, commit, notifier_of, notifiers_of, running

STAGING = Account("staging", "https://example.com", "the-key-of-staging")


def both() -> Identities:
    """Return two identities that wait for one door: one of production, which has no key of its own, one of staging."""
    return Identities([waiting("one", "a", client="production"), waiting("two", "a", client="staging")])


def of_one_user(count: int) -> Identities:
    return Identities(waiting(f"applet-{number}", "a") for number in range(count))


async def test_each_client_is_told_with_its_own_key() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both(), accounts=[ALONE, STAGING])
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
    assert (production.told, staging.told) == (["one"], ["two"])
    assert {(move.client, move.told_seq) for move in notifiers.take_moves()} == {("production", 1), ("staging", 1)}


def test_not_each_commit_takes_along_who_was_told_and_none_is_forgotten() -> None:
    async def story() -> None:
        client = ScriptedClient()
        notifiers = notifiers_of({"": client}, Identities([waiting("one", "a")]), accounts=[ALONE])
        async with running(notifiers):
            taken = []
            for seq in range(1, 4):
                commit(notifiers, opened(seq, "a"))
                await notifiers.finish()
                taken.append([move.told_seq for move in notifiers.take_moves_along()])
            assert taken == [[1], [], []]
            await asyncio.sleep(MOVES_EVERY_S)
            assert [move.told_seq for move in notifiers.take_moves_along()] == [3]

    run_virtually(story())


async def test_a_wrong_key_of_one_holds_up_no_other_and_it_is_said_which() -> None:
    production, staging = ScriptedClient(), ScriptedClient(judge=lambda _entries: WRONG_KEY)
    pauses = Pauses(at_once=False)
    notifiers = notifiers_of({"": production, "staging": staging}, both(), pauses, accounts=[ALONE, STAGING])
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await until(lambda: bool(notifiers.trouble))
        commit(notifiers, opened(2, "a"))
        await until(lambda: production.told == ["one", "one"])
        assert notifiers.trouble == "IFTTT refuses the service key (client staging)"
        assert (notifiers.owing, notifiers.told_up_to(2)) == (1, 0)
        assert notifiers.replies == {"2xx": 2, "4xx": 1}


async def test_a_key_that_is_put_right_is_used_at_once() -> None:
    staging = ScriptedClient(WRONG_KEY)
    pauses = Pauses(at_once=False)
    notifiers = notifiers_of({"": ScriptedClient(), "staging": staging}, both(), pauses, accounts=[ALONE, STAGING])
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await until(lambda: bool(notifiers.trouble))
        notifiers.use([ALONE, Account("staging", "https://example.com", "the-right-key")])
        await notifiers.finish()
        await until(lambda: staging.told == ["two"])
    assert staging.used == [("https://example.com", "the-right-key")]
    assert notifiers.trouble == ""


async def test_users_as_such_are_told_with_the_key_of_their_client() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both(), accounts=[ALONE, STAGING])
    async with running(notifiers):
        notifiers.tell_users([("production", "u_1"), ("staging", "u_2")])
        await notifiers.finish()
    assert (production.told, staging.told) == (["user u_1"], ["user u_2"])


async def test_what_was_owed_before_a_restart_is_told_with_the_key_of_its_client() -> None:
    async def entries_after(seq: int, _limit: int) -> list[Entry]:
        return [opened(1, "a")][seq:]

    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both(), accounts=[ALONE, STAGING])
    async with running(notifiers):
        await notifiers.recover(entries_after, told_up_to=0, newest_seq=1)
        await notifiers.finish()
    assert (production.told, staging.told) == (["one"], ["two"])


async def test_what_is_forgotten_of_a_client_with_its_own_key_is_not_told() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both(), accounts=[ALONE, STAGING])
    commit(notifiers, opened(1, "a"))
    notifiers.forget(key("two", client="staging"))
    async with running(notifiers):
        await notifiers.finish()
    assert (production.told, staging.told) == (["one"], [])


async def test_a_client_that_is_added_while_running_is_told_with_its_key_from_then_on() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both())
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await until(lambda: production.told == ["one", "two"])
        notifiers.use([ALONE, STAGING])
        commit(notifiers, opened(2, "a"))
        await until(lambda: staging.told == ["two"])
    assert (production.told, production.used) == (["one", "two", "one"], [])


async def test_a_client_that_is_added_between_two_runs_is_told_with_its_key_in_the_second() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both())
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
    notifiers.use([ALONE, STAGING])
    async with running(notifiers):
        commit(notifiers, opened(2, "a"))
        await notifiers.finish()
    assert (production.told, staging.told) == (["one", "two", "one"], ["two"])


async def test_a_client_that_loses_its_own_key_is_told_with_the_first_one() -> None:
    production, staging = ScriptedClient(), ScriptedClient()
    notifiers = notifiers_of({"": production, "staging": staging}, both(), accounts=[ALONE, STAGING])
    notifiers.use([ALONE])
    assert staging.used == [(ALONE.url, ALONE.service_key)]
    notifiers.use([ALONE])
    assert len(staging.used) == 1, "nothing has changed"
    notifiers.use([ALONE, STAGING])
    assert staging.used[1:] == [(STAGING.url, STAGING.service_key)], "and with its own when it has one again"


async def test_an_event_that_concerns_more_than_twenty_of_one_user_is_told_by_user() -> None:
    client = ScriptedClient()
    notifiers = notifier_of(client, of_one_user(21))
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
    assert client.requests == [["user u_1"]]
    assert len(notifiers.take_moves()) == 21, "all of them are told thereby"
    assert (notifiers.owing, notifiers.told) == (0, 21)


def test_a_user_is_told_of_as_often_as_an_identity_and_then_by_identity() -> None:
    client = ScriptedClient()
    notifiers = notifier_of(client, Identities(waiting(f"applet-{n}", f"door-{n}") for n in range(42 * BURST)))

    async def many_events_at_one_moment() -> None:
        async with running(notifiers):
            for first in range(0, 42 * BURST, 21):
                commit(notifiers, *(opened(first + n + 1, f"door-{first + n}") for n in range(21)))
                await notifiers.finish()

    run_virtually(many_events_at_one_moment())
    assert [request for request in client.requests if len(request) == 1] == [["user u_1"]] * BURST
    assert len(client.told) == BURST + 21 * BURST, "the others one by one"
    assert notifiers.told == 42 * BURST


async def test_a_setting_makes_it_always_by_user() -> None:
    client = ScriptedClient()
    notifiers = notifiers_of({"": client}, of_one_user(1), always_by_user=lambda: True)
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
    assert client.requests == [["user u_1"]]


async def test_a_user_whom_ifttt_will_not_hear_of_is_told_by_identity_from_then_on() -> None:
    client = ScriptedClient(judge=lambda entries: REFUSED if "user u_1" in entries else TOLD)
    notifiers = notifier_of(client, of_one_user(21))
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
        assert [len(request) for request in client.requests] == [1, 21]
        commit(notifiers, opened(2, "a"))
        await notifiers.finish()
    assert [len(request) for request in client.requests] == [1, 21, 21]
    assert notifiers.told == 42


async def test_users_as_such_are_told_once_and_again_only_if_that_failed() -> None:
    client = ScriptedClient(WRONG_KEY)
    pauses = Pauses(at_once=False)
    notifiers = notifier_of(client, Identities(), pauses)
    async with running(notifiers):
        notifiers.tell_users([("", "u_1"), ("gone", "u_2")])
        await until(lambda: len(pauses.lengths_s) == 1)
        pauses.end()
        await until(lambda: bool(client.told))
        for _ in range(5):
            await asyncio.sleep(0)
    assert client.requests == [["user u_1", "user u_2"]] * 2


async def test_a_user_hears_nothing_of_what_they_do_not_see() -> None:
    def sees(identity: Identity, event: Event) -> bool:
        return (identity.key.user, event.device) in {("u_1", "a"), ("u_2", "b")}

    client = ScriptedClient()
    identities = [waiting(f"{door} of {user}", door, user=user) for user in ("u_1", "u_2") for door in "ab"]
    notifiers = notifiers_of({"": client}, Identities(identities), sees=sees)
    async with running(notifiers):
        commit(notifiers, opened(1, "a"), opened(2, "b"))
        await notifiers.finish()
    assert client.told == ["a of u_1", "b of u_2"]


async def test_what_is_forgotten_is_not_told() -> None:
    client = ScriptedClient()
    notifiers = notifier_of(client, Identities([waiting("one", "a"), waiting("two", "a")]))
    commit(notifiers, opened(1, "a"))
    notifiers.forget(key("one"))
    async with running(notifiers):
        await notifiers.finish()
    assert client.told == ["two"]
