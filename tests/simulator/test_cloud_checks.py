"""How the simulated IFTTT checks triggers: on its own, and when told."""

import asyncio
import json
import random
from dataclasses import replace

import pytest

from bridge.simulator.authorization import Service
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.steps import Asked, CloudStep, Told
from tests.simulator.canned_service import CannedService, Reply, event
from tests.simulator.running import BUTTON, DOOR, DOOR_TOO, KEY, OFTEN, QUIET, TOKEN, Factory, notify, notify_of


async def test_a_check_says_what_the_protocol_says_and_no_more(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        (check,) = await service.wait_for("check", 1)
        identity = cloud.identity(DOOR)

    assert (check.method, check.path) == ("POST", "/ifttt/v1/triggers/door_opened")
    headers = dict(check.headers)
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
    assert json.loads(check.body) == {
        "trigger_identity": identity,
        "triggerFields": {"door": "front-door"},
        "limit": 50,
        "user": {"timezone": "Europe/Paris"},
        "ifttt_source": {"id": "1", "url": "https://ifttt.com/myrecipes/personal/1"},
    }
    assert len(identity) == 40


async def test_a_prefix_with_a_path_and_a_slash_is_kept(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, base_url=f"{service.url}/api/"):
        (check,) = await service.wait_for("check", 1)

    assert check.path == "/api/ifttt/v1/triggers/door_opened"


async def test_each_check_has_a_request_id_of_its_own(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, habits=OFTEN):
        checks = await service.wait_for("check", 5)

    assert len({check.headers["X-Request-ID"] for check in checks}) == len(checks)


async def test_what_was_listed_before_the_applet_is_not_run(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(1)]
    async with ifttt.make(DOOR) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        service.events["door_opened"].insert(0, event(2))
        await notify_of(cloud, DOOR)
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert (run.item.id, run.item.ingredients) == ("event-2", {"room": "Hall"})
    assert len(service.of("order")) == 1


async def test_what_was_listed_before_the_applet_is_run_if_so_wanted(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(1)]
    async with ifttt.make(DOOR, habits=replace(QUIET, first_check_marks=False)) as cloud:
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.item.id == "event-1"


async def test_new_events_run_oldest_first_and_once_each(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        service.events["door_opened"] = [event(3), event(2, second=1), event(1)]
        await notify_of(cloud, DOOR)
        await cloud.wait_for_runs(DOOR, 3)
        await notify_of(cloud, DOOR)
        await cloud.wait_for_checks(DOOR, 3)
        service.events["door_opened"].insert(0, event(4))
        await notify_of(cloud, DOOR)
        runs = await cloud.wait_for_runs(DOOR, 4)

    assert [run.item.id for run in runs] == ["event-1", "event-2", "event-3", "event-4"]
    assert [check.new for check in cloud.checks(DOOR)] == [0, 3, 0, 1]


async def test_a_told_identity_is_checked_at_once_for_all_its_applets_and_no_others(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR, DOOR_TOO, BUTTON) as cloud:
        await service.wait_for("check", 3)
        assert await notify_of(cloud, DOOR) == 200
        await service.wait_for("check", 5)
        await notify_of(cloud, BUTTON)
        checks = await service.wait_for("check", 6)

    assert not any(check.is_realtime for check in checks[:3])
    assert all(check.is_realtime for check in checks[3:])
    assert [check.path.rsplit("/", 1)[1] for check in checks[3:]] == ["door_opened", "door_opened", "button_pressed"]
    sources = [json.loads(check.body)["ifttt_source"]["id"] for check in checks[3:]]
    assert sorted(sources) == ["1", "2", "3"]


async def test_a_told_user_has_every_applet_checked(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await service.wait_for("check", 2)
        await cloud.accounts[0].user_checks.wait_for(1, timeout_s=10.0, what="checks of the user")
        await notify(cloud, [{"user_id": "u_1"}])
        checks = await service.wait_for("check", 4)

    assert {check.path.rsplit("/", 1)[1] for check in checks if check.is_realtime} == {"door_opened", "button_pressed"}


async def test_an_unknown_identity_is_taken_and_checks_nothing(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await service.wait_for("check", 2)
        assert await notify(cloud, [{"trigger_identity": "0" * 40}]) == 200
        await notify_of(cloud, BUTTON)
        checks = await service.wait_for("check", 3)

    assert [check.path for check in checks if check.is_realtime] == ["/ifttt/v1/triggers/button_pressed"]


async def test_a_refused_notification_checks_nothing(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await service.wait_for("check", 2)
        cloud.respond_with(503, retry_after=1)
        assert await notify_of(cloud, DOOR) == 503
        await notify_of(cloud, BUTTON)
        checks = await service.wait_for("check", 3)
        refused, taken = await cloud.wait_for_notifications(2)

    assert [check.path for check in checks if check.is_realtime] == ["/ifttt/v1/triggers/button_pressed"]
    assert (refused.status, taken.status) == (503, 200)
    assert refused.entries[0].trigger_identity == json.loads(checks[0].body)["trigger_identity"]


async def test_notifications_during_a_check_are_served_by_one_more_check(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        await cloud.wait_for_checks(BUTTON, 1)
        service.open.clear()
        await notify_of(cloud, DOOR)
        await service.wait_for("check", 3)
        for _ in range(3):
            await notify_of(cloud, DOOR)
        assert len(service.of("check")) == 3
        service.open.set()
        await cloud.wait_for_checks(DOOR, 3)
        await notify_of(cloud, BUTTON)
        await cloud.wait_for_checks(BUTTON, 2)

    assert [check.realtime for check in cloud.checks(DOOR)] == [False, True, True]


async def test_a_notification_is_followed_while_its_answer_is_slow(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud, asyncio.TaskGroup() as group:
        await service.wait_for("check", 1)
        cloud.slow(3600)
        calling = group.create_task(notify_of(cloud, DOOR))
        await service.wait_for("check", 2)
        assert not calling.done()
        calling.cancel()


async def test_checks_go_on_while_the_realtime_api_is_down(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, habits=OFTEN) as cloud:
        await cloud.down()
        await service.wait_for("check", len(service.of("check")) + 3)
        await cloud.up()
        assert await notify_of(cloud, DOOR) == 200


async def test_triggers_are_checked_untold_at_intervals_by_chance(service: CannedService) -> None:
    class Dice(random.Random):
        def uniform(self, a: float, b: float) -> float:
            asked.append((a, b))
            return super().uniform(a, b)

    asked: list[tuple[float, float]] = []
    dice = Dice(7)
    ifttt = SimulatedIfttt(Service(service.url, KEY), access_token=TOKEN, applets=[DOOR], chance=dice, habits=OFTEN)
    async with ifttt as cloud:
        await cloud.wait_for_checks(DOOR, 4)

    assert [bounds for bounds in asked if bounds != OFTEN.user_check_s][:3] == [OFTEN.interval_s] * 3
    assert not any(check.is_realtime for check in service.of("check"))


async def test_notifications_and_checks_are_told_step_by_step(service: CannedService, ifttt: Factory) -> None:
    steps: list[CloudStep] = []
    async with ifttt.make(DOOR, on_step=steps.append) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        service.planned["check"].append(Reply(500))
        cloud.respond_with(429)
        await notify_of(cloud, DOOR)
        await notify_of(cloud, DOOR)
        await cloud.wait_for_failures(1)

    first, refused, told, asked = steps
    assert isinstance(first, Asked)
    assert (first.applet, first.realtime, first.status, first.new) == ("door", False, 200, 0)
    assert isinstance(refused, Told)
    assert (refused.entries, refused.status) == (1, 429)
    assert isinstance(told, Told)
    assert told.status == 200
    assert isinstance(asked, Asked)
    assert (asked.realtime, asked.status) == (True, 500)
    assert asked.took_s > 0
    assert told.at <= asked.at


async def test_waiting_in_vain_names_the_applet(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        await service.wait_for("check", 1)
        with pytest.raises(TimeoutError, match="in vain for 1 runs of 'door'"):
            await cloud.wait_for_runs(DOOR, 1, timeout_s=0.01)
        with pytest.raises(TimeoutError, match="in vain for 2 checks of 'door'"):
            await cloud.wait_for_checks(DOOR, 2, timeout_s=0.01)
        with pytest.raises(TimeoutError, match="in vain for 1 notifications"):
            await cloud.wait_for_notifications(1, timeout_s=0.01)
