"""Applets that come and go, and how the simulated IFTTT starts and stops."""

import asyncio
from dataclasses import replace

import pytest

from bridge.simulator.habits import Listen
from bridge.simulator.steps import CloudStep
from tests.simulator.canned_service import CannedService, Reply, event
from tests.simulator.running import BUTTON, DOOR, DOOR_TOO, OFTEN, QUIET, TOKEN, Factory, notify, notify_of


async def test_deleting_an_applet_deletes_its_identity_and_ends_its_checks(
    service: CannedService, ifttt: Factory
) -> None:
    async with ifttt.make(DOOR, BUTTON) as cloud:
        await service.wait_for("check", 2)
        await cloud.accounts[0].user_checks.wait_for(1, timeout_s=10.0, what="checks of the user")
        identity = cloud.identity(DOOR)
        assert await cloud.delete(DOOR) == 200
        await notify(cloud, [{"user_id": "u_1"}])
        checks = await service.wait_for("check", 3)

    (deletion,) = service.of("delete")
    assert deletion.path == f"/ifttt/v1/triggers/door_opened/trigger_identity/{identity}"
    assert deletion.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Content-Type" not in deletion.headers
    assert deletion.body == b""
    assert [check.path for check in checks if check.is_realtime] == ["/ifttt/v1/triggers/button_pressed"]


async def test_an_identity_lives_as_long_as_an_applet_uses_it(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, DOOR_TOO) as cloud:
        await service.wait_for("check", 2)
        assert await cloud.delete(DOOR) is None
        assert service.of("delete") == []
        assert await cloud.delete(DOOR_TOO) == 200
        assert len(service.of("delete")) == 1


async def test_no_check_follows_a_deletion(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, BUTTON, habits=OFTEN) as cloud:
        await cloud.wait_for_checks(DOOR, 2)
        await cloud.delete(DOOR)
        await cloud.wait_for_checks(BUTTON, len(cloud.checks(BUTTON)) + 5)

    after = service.received.newest[service.received.newest.index(service.of("delete")[0]) :]
    assert {one.path.rsplit("/", 1)[1] for one in after if one.kind == "check"} == {"button_pressed"}


async def test_a_deletion_that_fails_is_recorded(service: CannedService, ifttt: Factory) -> None:
    service.planned["delete"].append(Reply(500))
    async with ifttt.make(DOOR) as cloud:
        await service.wait_for("check", 1)
        assert await cloud.delete(DOOR) == 500

    assert [(failure.what, failure.status) for failure in cloud.failures.newest] == [("delete", 500)]


async def test_an_applet_enabled_later_is_checked_at_once_and_marks_first(
    service: CannedService, ifttt: Factory
) -> None:
    service.events["door_opened"] = [event(1)]
    async with ifttt.make() as cloud:
        cloud.enable(DOOR)
        (check,) = await cloud.wait_for_checks(DOOR, 1)
        await cloud.delete(DOOR)
        cloud.enable(DOOR)
        (again,) = await cloud.wait_for_checks(DOOR, 1)

    assert (check.listed, check.new, again.new) == (1, 0, 0)
    assert service.of("order") == []


async def test_two_applets_of_one_name_are_refused(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        await service.wait_for("check", 1)
        with pytest.raises(ValueError, match="already an Applet named 'door'"):
            cloud.enable(DOOR)
    with pytest.raises(ValueError, match="already an Applet named 'door'"):
        async with ifttt.make(DOOR, replace(BUTTON, name="door")):
            pass


async def test_running_ends_when_cancelled_and_leaves_no_task(service: CannedService, ifttt: Factory) -> None:
    def following() -> list[str]:
        return [repr(task) for task in asyncio.all_tasks() if "Following." in repr(task)]

    cloud = ifttt.make(DOOR, BUTTON, habits=OFTEN)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(cloud.run())
        await service.wait_for("check", 4)
        assert len(following()) == 4
        running.cancel()

    assert running.cancelled()
    assert following() == []


async def test_it_closes_in_the_middle_of_everything(service: CannedService, ifttt: Factory) -> None:
    service.events["door_opened"] = [event(1)]
    service.planned["order"].extend([Reply(503)] * 5)
    habits = replace(QUIET, first_check_marks=False, backoff_s=(3600.0,))
    async with ifttt.make(DOOR, habits=habits) as cloud:
        await cloud.wait_for_failures(1)
        service.open.clear()
        await notify_of(cloud, DOOR)
        await service.wait_for("check", 2)


async def test_the_callers_exception_comes_out_as_it_is(service: CannedService, ifttt: Factory) -> None:
    async def fail_within() -> None:
        async with ifttt.make(DOOR):
            await service.wait_for("check", 1)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await fail_within()


async def test_a_busy_port_is_told_as_such(ifttt: Factory) -> None:
    async with ifttt.make() as first:
        port = int(first.realtime_url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="address already in use"):
            async with ifttt.make(habits=replace(QUIET, listen=Listen(port=port))):
                pass


async def test_a_fault_in_whoever_watches_ends_it_loudly(ifttt: Factory) -> None:
    def faulty(_step: CloudStep) -> None:
        raise KeyError("faulty")

    with pytest.raises(ExceptionGroup) as caught:
        async with ifttt.make(DOOR, on_step=faulty):
            await asyncio.Event().wait()

    assert caught.group_contains(KeyError, match="faulty")
