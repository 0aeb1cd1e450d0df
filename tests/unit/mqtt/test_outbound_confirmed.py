"""Waiting until a device is as it was told to be, for somebody who looks."""

import asyncio

import pytest

from bridge.commands import Command, Wish
from bridge.devices.last_known import EntityState
from tests.unit.mqtt.house import OFF, ON, House

TURN_ON = Command("home", "lamp", Wish.TURN_ON)


async def test_a_device_that_does_it_is_confirmed_as_soon_as_it_says_so() -> None:
    house = House(OFF)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(house.outbound.confirmed(TURN_ON, within_s=60))
        await asyncio.sleep(0)
        house.report(OFF)
        house.report(ON, "another-lamp")
        await asyncio.sleep(0)
        assert not waiting.done()
        house.report(ON)
    assert waiting.result()


async def test_a_device_that_is_so_already_is_confirmed_at_once() -> None:
    assert await House(ON).outbound.confirmed(TURN_ON, within_s=0)


async def test_a_device_that_stays_as_it_is_is_not_waited_for_for_ever() -> None:
    assert not await House(OFF).outbound.confirmed(TURN_ON, within_s=0.01)


@pytest.mark.parametrize(("brightness", "confirms"), [(20, False), (38, True), (42, True), (43, False), (None, True)])
async def test_a_lamp_that_is_on_has_done_it_when_it_is_as_bright_as_it_says_that_it_is(
    brightness: int | None, *, confirms: bool
) -> None:
    house = House(EntityState("on", brightness=brightness))
    wish = Command("home", "lamp", Wish.TURN_ON, brightness=40)
    assert await house.outbound.confirmed(wish, within_s=0.01) is confirms
