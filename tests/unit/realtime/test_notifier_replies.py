"""What is noted of each attempt: who was meant, up to which event, and what came of it."""

from collections.abc import Sequence

import pytest

from bridge.ifttt.identities import IdentityKey
from bridge.realtime.client import Reply, Verdict
from bridge.realtime.notifier import Notifier
from bridge.realtime.notifiers import Notifiers
from tests.fakes.realtime import AWAY, REFUSED, TOLD, WRONG_KEY, Pauses, ScriptedClient, refuse
from tests.parts.waiting import until
from tests.unit.realtime.examples import opened, waiting, waiting_for
from tests.unit.realtime.running import ALONE, commit, running

Noted = list[tuple[dict[str, int], str]]


def noting(client: ScriptedClient, doors: str, *, by_user: bool = False) -> tuple[Notifiers, Noted]:
    noted: Noted = []

    def note(covered: Sequence[tuple[IdentityKey, int]], outcome: str) -> None:
        noted.append(({key.identity: seq for key, seq in covered}, outcome))

    def notifier_for(_client: object) -> Notifier:
        return Notifier(client, always_by_user=lambda: by_user, sleep=Pauses(), on_reply=note)

    identities = waiting_for(doors)
    return Notifiers(identities, [ALONE], client_for=lambda _account: client, notifier_for=notifier_for), noted


async def test_what_was_told_is_noted_with_the_newest_event_that_it_covered() -> None:
    client = ScriptedClient()
    client.hold()
    notifier, noted = noting(client, "ab")
    async with running(notifier):
        commit(notifier, opened(1, "a"), opened(2, "b"))
        await until(lambda: len(client.requests) == 1)
        commit(notifier, opened(3, "a"))
        client.release()
        await notifier.finish()
    assert noted == [({"a": 1, "b": 2}, "200"), ({"a": 3}, "200")]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (AWAY, "no connection"),
        (WRONG_KEY, "401"),
        (Reply(Verdict.LATER, 503), "503"),
        (Reply(Verdict.LATER, reason="ServerTimeoutError"), "timeout"),
        (Reply(Verdict.LATER, reason="ServerDisconnectedError"), "no answer"),
    ],
)
async def test_an_attempt_in_vain_is_noted_with_what_came_of_it(reply: Reply, outcome: str) -> None:
    notifier, noted = noting(ScriptedClient(reply), "a")
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: notifier.told == 1)
    assert noted == [({"a": 1}, outcome), ({"a": 1}, "200")]


@pytest.mark.parametrize("by_user", [False, True])
async def test_a_refusal_is_noted_only_of_the_one_that_is_refused(*, by_user: bool) -> None:
    client = ScriptedClient(judge=refuse({"b", "user u_1"}))
    notifier, noted = noting(client, "abcd", by_user=by_user)
    async with running(notifier):
        commit(notifier, *(opened(seq, door) for seq, door in enumerate("abcd", 1)))
        await notifier.finish()
    found = [(door, seq, outcome) for covered, outcome in noted for door, seq in covered.items()]
    assert sorted(found) == [("a", 1, "200"), ("b", 2, "400"), ("c", 3, "200"), ("d", 4, "200")]


async def test_nothing_is_noted_of_one_that_nobody_waits_for_any_more() -> None:
    client = ScriptedClient(TOLD, REFUSED)
    client.hold()
    notifier, noted = noting(client, "a")
    async with running(notifier):
        commit(notifier, opened(1, "a"))
        await until(lambda: len(client.requests) == 1)
        notifier.forget(waiting("a").key)
        client.release()
        await until(lambda: len(noted) == 1)
    assert noted == [({}, "200")]
