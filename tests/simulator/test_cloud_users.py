"""Several users and services, and IFTTT's own ways: queries, storms, pauses, edits, forgotten deletions."""

import json
from dataclasses import replace

import pytest

from bridge.simulator.account import Account
from bridge.simulator.applets import Outcome, Query
from bridge.simulator.authorization import Tokens
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.way import Kind
from tests.simulator.canned_service import SKIP, CannedService, Reply, event
from tests.simulator.running import BUTTON, DOOR, DOOR_TOO, QUIET, Factory, notify, notify_of

BEN = Reply(200, b'{"data": {"name": "Ben", "id": "u_2"}}')
EAGER = replace(QUIET, first_check_marks=False)
ASKING = replace(DOOR, queries=(Query("device_state", {"device": "front-door"}),))


async def met(account: Account) -> None:
    """Wait until a user's Applets have been checked, and the user."""
    await account.user_checks.wait_for(1, timeout_s=10.0, what="checks of the user")
    for applet in account.applets:
        await account.wait_for_checks(applet, 1)


async def with_ben(cloud: SimulatedIfttt, service: CannedService) -> Account:
    """Let a second user in."""
    await met(cloud.accounts[0])
    service.planned["user"].append(BEN)
    ben = cloud.connect(Tokens("token-of-ben"), user="ben", applets=[DOOR])
    await met(ben)
    return ben


async def test_a_notification_by_user_id_checks_all_of_that_user_and_nobody_else(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        ben = await with_ben(cloud, service)
        anna = cloud.accounts[0]
        assert (anna.user_id, ben.user_id) == ("u_1", "u_2")
        await notify(cloud, [{"user_id": "u_1"}])
        await anna.wait_for_checks(DOOR, 2)
        await anna.wait_for_checks(BUTTON, 2)
        await notify(cloud, [{"user_id": "u_2"}, {"user_id": "u_3"}])
        await ben.wait_for_checks(DOOR, 2)

        assert [len(anna.checks(DOOR)), len(anna.checks(BUTTON)), len(ben.checks(DOOR))] == [2, 2, 2]


async def test_two_users_have_identities_tokens_and_memories_of_their_own(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR) as cloud:
        ben = await with_ben(cloud, service)
        assert ben.identity(DOOR) != cloud.identity(DOOR)
        service.events["door_opened"] = [event(1)]
        await notify(cloud, [{"trigger_identity": ben.identity(DOOR)}])
        await ben.wait_for_runs(DOOR, 1)

        assert cloud.runs(DOOR) == []
        (order,) = service.of("order")
        assert order.headers["Authorization"] == "Bearer token-of-ben"


async def test_a_staging_clone_has_identities_of_its_own(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as production, ifttt.make(DOOR, habits=replace(QUIET, service="staging")) as staging:
        await met(production.accounts[0])
        await met(staging.accounts[0])
        assert staging.identity(DOOR) != production.identity(DOOR)
        await notify_of(staging, DOOR)
        await staging.wait_for_checks(DOOR, 2)

        assert len(production.checks(DOOR)) == 1
    assert len({json.loads(check.body)["trigger_identity"] for check in service.of("check")}) == 2


async def test_a_query_is_asked_after_the_trigger_and_before_the_action(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(1)]
    async with ifttt.make(ASKING, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(ASKING, 1)

    kinds = [received.kind for received in service.received.newest if received.kind != "user"]
    assert kinds == ["check", "query", "order"]
    (query,) = service.of("query")
    assert (query.method, query.path) == ("POST", "/ifttt/v1/queries/device_state")
    assert json.loads(query.body) == {
        "queryFields": {"device": "front-door"},
        "limit": 50,
        "user": {"timezone": "Europe/Paris"},
        "ifttt_source": {"id": "1", "url": "https://ifttt.com/myrecipes/personal/1"},
    }
    assert (run.outcome, run.statuses) == (Outcome.DONE, (200,))


@pytest.mark.parametrize(
    ("reply", "outcome", "statuses"),
    [
        (Reply(503), Outcome.DONE, (503, 200)),
        (Reply(200, b'{"data": {}}'), Outcome.DONE, (200, 200)),
        (SKIP, Outcome.SKIPPED, (400,)),
    ],
)
async def test_a_query_that_fails_ends_the_try_as_an_action_would(
    service: CannedService, ifttt: Factory, reply: Reply, outcome: Outcome, statuses: tuple[int, ...]
) -> None:
    service.events["door_opened"] = [event(1)]
    service.planned["query"].append(reply)
    async with ifttt.make(ASKING, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(ASKING, 1)

    assert (run.outcome, run.statuses) == (outcome, statuses)


async def test_a_lost_answer_to_an_action_makes_it_order_again_with_the_same_request_id(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR) as cloud:
        await met(cloud.accounts[0])
        cloud.losses.lose(Kind.ACTION, times=2)
        service.events["door_opened"] = [event(1)]
        await notify_of(cloud, DOOR)
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.statuses == (None, None, 200)
    assert len({order.headers["X-Request-ID"] for order in service.of("order")}) == 1
    assert [failure.problem for failure in cloud.failures.newest] == ["the answer was lost"] * 2


async def test_a_lost_answer_to_a_check_leaves_its_events_to_the_next(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        await met(cloud.accounts[0])
        cloud.losses.lose(Kind.CHECK)
        service.events["door_opened"] = [event(1)]
        await notify_of(cloud, DOOR)
        await cloud.wait_for_failures(1)
        assert cloud.runs(DOOR) == []
        await notify_of(cloud, DOOR)
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.item.id == "event-1"


async def test_a_storm_of_checks_runs_each_event_once(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, DOOR_TOO) as cloud:
        await met(cloud.accounts[0])
        service.open.clear()
        service.events["door_opened"] = [event(2), event(1)]
        cloud.accounts[0].check_now()
        await service.wait_for("check", 4)
        service.open.set()
        await cloud.storm(5)
        await cloud.wait_for_runs(DOOR, 2)
        await cloud.wait_for_runs(DOOR_TOO, 2)

    assert len(service.of("check")) == 14
    assert [run.item.id for run in cloud.runs(DOOR)] == ["event-1", "event-2"]
    assert len(service.of("order")) == 4


async def test_a_paused_ifttt_asks_nothing_and_then_everything(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await met(cloud.accounts[0])
        cloud.pause()
        service.events["door_opened"] = [event(1)]
        assert await notify_of(cloud, DOOR) == 200
        assert len(service.of("check")) == 2
        cloud.resume()
        await cloud.wait_for_runs(DOOR, 1)
        await cloud.wait_for_checks(BUTTON, 2)


async def test_an_edited_applet_leaves_its_identity_and_comes_to_another(
    service: CannedService, ifttt: Factory
) -> None:
    other = replace(DOOR, trigger_fields={"door": "back-door"})
    async with ifttt.make(DOOR) as cloud:
        account = cloud.accounts[0]
        await met(account)
        before = cloud.identity(DOOR)
        assert await account.edit(DOOR, other) == 200
        await cloud.wait_for_checks(other, 1)

        assert [deletion.path.rsplit("/", 1)[1] for deletion in service.of("delete")] == [before]
        assert account.applets == (other,)
        assert await account.edit(other, replace(other, action="turn_off_light")) is None
        assert len(service.of("delete")) == 1


async def test_a_deletion_may_be_forgotten_and_ids_are_remembered_for_ever(
    service: CannedService, ifttt: Factory
) -> None:
    service.events["door_opened"] = [event(1)]
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        await cloud.wait_for_runs(DOOR, 1)
        assert await cloud.accounts[0].delete(DOOR, forgets=True) is None
        assert service.of("delete") == []
        service.events["door_opened"].insert(0, event(2))
        cloud.enable(DOOR)
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.item.id == "event-2"


async def test_an_event_is_dropped_when_too_much_time_has_passed(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(1)]
    service.planned["order"].append(Reply(503))
    habits = replace(EAGER, backoff_s=(0.05, 0.0), run_within_s=0.01)
    async with ifttt.make(DOOR, habits=habits) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert (run.outcome, run.statuses) == (Outcome.DROPPED, (503,))
