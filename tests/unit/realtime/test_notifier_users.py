"""Users told of as such, and users whom IFTTT will not hear of: by identity, until somebody changes something."""

import asyncio

from bridge.ifttt.identities import Identities
from bridge.realtime.account import Account
from tests.fakes.realtime import REFUSED, ScriptedClient, refuse
from tests.unit.realtime.examples import many_waiting_for, opened, waiting
from tests.unit.realtime.running import ALONE, commit, notifier_of, notifiers_of, running


def of_one_user(count: int) -> Identities:
    return Identities(waiting(f"applet-{number}", "a") for number in range(count))


async def test_a_user_as_such_whom_ifttt_will_not_hear_of_is_tried_once_and_keeps_nobody_waiting() -> None:
    client = ScriptedClient(REFUSED)
    notifiers = notifier_of(client, Identities())
    async with running(notifiers):
        for user in ("u_1", "u_2"):
            for _ in range(3):  # turns of the loop: it waits for something to tell
                await asyncio.sleep(0)
            notifiers.tell_users([("", user)])
            await notifiers.finish()
    assert client.requests == [["user u_1"], ["user u_2"]]


async def test_a_user_is_told_of_as_such_again_when_somebody_has_changed_something() -> None:
    client = ScriptedClient(judge=refuse({"user u_1"}))
    notifiers = notifier_of(client, of_one_user(21))
    async with running(notifiers):
        commit(notifiers, opened(1, "a"))
        await notifiers.finish()
        client.judge = refuse(set())
        notifiers.use([Account("", ALONE.url, "another-key")])
        commit(notifiers, opened(2, "a"))
        await notifiers.finish()
    assert [len(request) for request in client.requests] == [1, 21, 1]


async def test_whom_ifttt_will_not_hear_of_is_told_by_identity_though_it_is_always_by_user() -> None:
    client = ScriptedClient(judge=refuse({"user u_1"}))
    notifiers = notifiers_of({"": client}, of_one_user(2), always_by_user=lambda: True)
    async with running(notifiers):
        for seq in (1, 2):
            commit(notifiers, opened(seq, "a"))
            await notifiers.finish()
    by_identity = ["applet-0", "applet-1"]
    assert client.requests == [["user u_1"], by_identity, by_identity]


async def test_users_and_identities_together_make_at_most_a_thousand_entries() -> None:
    doors = [f"door-{number}" for number in range(20)]
    client = ScriptedClient()
    notifiers = notifier_of(client, many_waiting_for(doors))
    notifiers.tell_users(("", f"user-{number}") for number in range(1500))
    commit(notifiers, *(opened(seq, door) for seq, door in enumerate(doors, 1)))
    async with running(notifiers):
        await notifiers.finish()
    assert [len(request) for request in client.requests] == [1000, 520]
    assert set(client.told) == {*doors, *(f"user user-{number}" for number in range(1500))}
