"""How the simulated IFTTT runs actions: five tries, SKIP, and one event after the other."""

import json
from dataclasses import replace

import pytest

from bridge.simulator.applets import Outcome
from bridge.simulator.steps import CloudStep, Ordered
from tests.simulator.canned_service import SKIP, CannedService, Reply, event
from tests.simulator.running import DOOR, QUIET, TOKEN, Factory, notify_of

EAGER = replace(QUIET, first_check_marks=False)
SORRY = Reply(503, b'{"errors": [{"message": "The broker is away."}]}')


@pytest.fixture
def service_with_an_event(service: CannedService) -> CannedService:
    service.events["door_opened"] = [event(1)]
    return service


async def test_an_action_says_what_the_protocol_says_and_no_more(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    (order,) = service_with_an_event.of("order")
    assert (order.method, order.path) == ("POST", "/ifttt/v1/actions/turn_on_light")
    headers = dict(order.headers)
    assert len(bytes.fromhex(headers.pop("X-Request-ID"))) == 16
    assert headers.pop("Host")
    assert headers.pop("Content-Length")
    assert headers == {
        "Authorization": f"Bearer {TOKEN}",
        "Accept": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json",
        "User-Agent": "IFTTT-Protocol/v1",
    }
    assert json.loads(order.body) == {
        "actionFields": {"light": "hall-light"},
        "user": {"timezone": "Europe/Paris"},
        "ifttt_source": {"id": "1", "url": "https://ifttt.com/myrecipes/personal/1"},
    }
    assert (run.applet, run.outcome, run.statuses) == ("door", Outcome.DONE, (200,))


async def test_a_failing_action_is_tried_again_with_the_same_request_id(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].extend([SORRY, Reply(500), Reply(400, b'{"errors": []}')])
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)
        failures = cloud.failures.newest

    assert (run.outcome, run.statuses) == (Outcome.DONE, (503, 500, 400, 200))
    orders = service_with_an_event.of("order")
    assert len({order.headers["X-Request-ID"] for order in orders}) == 1
    assert len({order.body for order in orders}) == 1
    assert [(failure.what, failure.status) for failure in failures] == [
        ("action", 503),
        ("action", 500),
        ("action", 400),
    ]


async def test_each_try_has_a_request_id_of_its_own_if_so_wanted(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].extend([SORRY, SORRY])
    async with ifttt.make(DOOR, habits=replace(EAGER, fresh_request_id_per_try=True)) as cloud:
        await cloud.wait_for_runs(DOOR, 1)

    assert len({order.headers["X-Request-ID"] for order in service_with_an_event.of("order")}) == 3


async def test_two_runs_never_share_a_request_id(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(2), event(1)]
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        await cloud.wait_for_runs(DOOR, 2)

    assert len({order.headers["X-Request-ID"] for order in service.of("order")}) == 2


async def test_after_five_tries_an_event_is_dropped_and_the_next_is_run(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(2), event(1)]
    service.planned["order"].extend([SORRY] * 5)
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        first, second = await cloud.wait_for_runs(DOOR, 2)

    assert (first.item.id, first.outcome, first.statuses) == ("event-1", Outcome.DROPPED, (503,) * 5)
    assert (second.item.id, second.outcome, second.statuses) == ("event-2", Outcome.DONE, (200,))


async def test_the_delays_decide_how_often_an_action_is_tried(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].extend([SORRY] * 5)
    async with ifttt.make(DOOR, habits=replace(EAGER, backoff_s=(0.0,))) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.statuses == (503, 503)


async def test_a_delay_is_waited_for_and_checks_go_on_meanwhile(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].extend([SORRY] * 5)
    async with ifttt.make(DOOR, habits=replace(EAGER, backoff_s=(3600.0,))) as cloud:
        await cloud.wait_for_failures(1)
        for n in range(2, 5):
            await notify_of(cloud, DOOR)
            await cloud.wait_for_checks(DOOR, n)

        assert len(service_with_an_event.of("order")) == 1
        assert cloud.runs(DOOR) == []


async def test_a_skip_drops_the_event_at_once_and_is_no_failure(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].append(SKIP)
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert (run.outcome, run.statuses) == (Outcome.SKIPPED, (400,))
    assert cloud.failures.total == 0


async def test_a_success_without_an_id_in_a_list_is_a_failure(
    service_with_an_event: CannedService, ifttt: Factory
) -> None:
    service_with_an_event.planned["order"].append(Reply(200, b'{"data": {"id": "command-1"}}'))
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert (run.outcome, run.statuses) == (Outcome.DONE, (200, 200))
    assert "not a list of one object" in cloud.failures.newest[0].problem


async def test_a_401_to_an_action_takes_the_user_offline(service_with_an_event: CannedService, ifttt: Factory) -> None:
    service_with_an_event.planned["order"].append(Reply(401))
    async with ifttt.make(DOOR, habits=EAGER) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.statuses == (401, 200)
    assert cloud.user_is_offline


async def test_every_try_is_told_as_a_step(service_with_an_event: CannedService, ifttt: Factory) -> None:
    steps: list[CloudStep] = []
    service_with_an_event.planned["order"].append(SORRY)
    async with ifttt.make(DOOR, habits=EAGER, on_step=steps.append) as cloud:
        await cloud.wait_for_runs(DOOR, 1)

    tries = [step for step in steps if isinstance(step, Ordered)]
    assert [(step.applet, step.item, step.attempt, step.status) for step in tries] == [
        ("door", "event-1", 1, 503),
        ("door", "event-1", 2, 200),
    ]
    assert all(step.took_s > 0 for step in tries)
