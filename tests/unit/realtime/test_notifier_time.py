"""How long things take, told in a time that jumps to whatever is due next."""

import asyncio
import gc
from collections.abc import Sequence

from bridge.ifttt.identities import Identities, IdentityKey
from bridge.realtime.bucket import BURST, Bucket
from bridge.realtime.notifier import TIDY_INTERVAL_S, Notifier
from bridge.simulator.virtual_time import run_virtually
from tests.fakes.realtime import AWAY, ScriptedClient, refuse
from tests.unit.realtime.examples import key, opened, waiting, waiting_for
from tests.unit.realtime.running import commit, notifier_of, notifiers_of, running


class Measured:
    """Hears who was told: `owed_s` by identity, `began_s` by request."""

    def __init__(self) -> None:
        self.owed_s: list[tuple[str, float]] = []
        self.began_s: list[float] = []

    def __call__(self, owed: Sequence[tuple[IdentityKey, float]], began_s: float) -> None:
        """Note it."""
        self.owed_s += [(key.identity, owed_s) for key, owed_s in owed]
        self.began_s.append(began_s)


def test_whoever_measures_hears_for_how_long_it_was_owed_and_when_the_request_was_begun() -> None:
    async def story() -> None:
        client, measured = ScriptedClient(), Measured()
        client.hold()
        notifiers = notifiers_of({"": client}, waiting_for("a"), on_told=measured)
        async with running(notifiers):
            await asyncio.sleep(5.0)
            commit(notifiers, opened(1, "a"))
            await asyncio.sleep(2.0)
            client.release()
            await notifiers.finish()
        assert (measured.owed_s, measured.began_s) == ([("a", 2.0)], [5.0])

    run_virtually(story())


def test_a_first_failure_costs_half_a_second_at_most() -> None:
    async def story() -> None:
        client, measured = ScriptedClient(AWAY), Measured()
        notifier = Notifier(client, on_told=measured)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(notifier.run())
            notifier.owe([(key("a"), 1)])
            await asyncio.sleep(60.0)
            telling.cancel()
        assert client.requests == [["a"], ["a"]]
        assert 0.25 <= measured.began_s[0] <= 0.5

    run_virtually(story())


def test_a_refused_identity_is_tried_again_a_quarter_of_an_hour_later() -> None:
    async def story() -> None:
        client, measured = ScriptedClient(judge=refuse({"a"})), Measured()
        notifiers = notifiers_of({"": client}, waiting_for("a"), on_told=measured)
        async with running(notifiers):
            commit(notifiers, opened(1, "a"))
            await notifiers.finish()
            client.judge = refuse(set())
            commit(notifiers, opened(2, "a"))
            await notifiers.finish()
        assert measured.began_s == [900.0]
        assert client.requests == [["a"], ["a"]]

    run_virtually(story())


def test_whoever_was_told_long_ago_takes_no_room() -> None:
    def count() -> int:
        gc.collect()
        return sum(isinstance(each, Bucket) for each in gc.get_objects())

    async def story() -> None:
        before = count()
        many = [waiting(f"applet-{number}", "a") for number in range(21)]
        notifiers = notifier_of(ScriptedClient(), Identities([*many, waiting("b", user="u_2")]))
        async with running(notifiers):
            commit(notifiers, opened(1, "a"))
            await notifiers.finish()
            assert count() - before == 22, "of each, and of their user"
            await asyncio.sleep(TIDY_INTERVAL_S + BURST)
            commit(notifiers, opened(2, "b"))
            await notifiers.finish()
            await asyncio.sleep(0)
            assert count() - before == 1

    run_virtually(story())
