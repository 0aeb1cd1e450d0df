"""A command is watched until the device confirms, and what became of it is written down."""

import asyncio

import pytest

from bridge.commands import Command, Outcome, Publication, Wish
from bridge.devices.last_known import EntityState
from bridge.mqtt.outbound import MAX_WATCHED, Order
from tests.fakes.commands import lamp
from tests.parts.waiting import until
from tests.unit.mqtt.house import OFF, ON, House, running


@pytest.mark.parametrize(
    ("wish", "brightness", "known", "reported"),
    [
        (Wish.TURN_ON, None, OFF, ON),
        (Wish.TURN_ON, 40, OFF, ON),
        (Wish.TURN_ON, 0, ON, OFF),
        (Wish.TURN_OFF, None, ON, OFF),
        (Wish.TOGGLE, None, ON, OFF),
    ],
)
async def test_the_state_asked_for_confirms(
    wish: Wish, brightness: int | None, known: EntityState, reported: EntityState
) -> None:
    house = House(known)
    command = Command("home", "lamp", wish, brightness)
    command_id = await house.outbound.carry_out(Order(command, lamp(), "u_1", None))
    assert await house.outcome(command_id) is Outcome.PUBLISHED
    house.report(reported)
    assert await house.outcome(command_id) is Outcome.CONFIRMED


async def test_another_state_or_another_device_confirms_nothing() -> None:
    house = House()
    command_id = await house.order()
    house.report(OFF)
    house.report(ON, "another-lamp")
    assert await house.outcome(command_id) is Outcome.PUBLISHED


async def test_a_device_that_is_quicker_than_the_acknowledgement_confirms_once() -> None:
    house = House()
    house.sender.reaction = lambda _publication: house.report(ON)
    command_id = await house.order()
    assert await house.outcome(command_id) is Outcome.CONFIRMED
    assert house.outbound.counts == {Outcome.CONFIRMED: 1}


async def test_a_device_that_went_on_to_another_state_before_the_acknowledgement_has_confirmed() -> None:
    house = House()

    def on_and_off(_publication: Publication) -> None:
        house.report(ON)
        house.report(OFF)

    house.sender.reaction = on_and_off
    assert await house.outcome(await house.order()) is Outcome.CONFIRMED


async def test_a_device_that_is_in_that_state_already_need_not_say_so() -> None:
    house = House(ON)
    assert await house.outcome(await house.order()) is Outcome.CONFIRMED


async def test_no_report_within_the_limit_leaves_it_unconfirmed() -> None:
    house = House(confirmation_s=0.01)
    async with running(house):
        command_id = await house.order()
        await until(lambda: house.register.rows[command_id].outcome is Outcome.UNCONFIRMED)
        house.report(ON)
        assert await house.outcome(command_id) is Outcome.UNCONFIRMED


async def test_a_report_within_the_limit_is_written_down_by_itself() -> None:
    house = House()
    async with running(house):
        command_id = await house.order()
        house.report(ON)
        await until(lambda: house.register.rows[command_id].outcome is Outcome.CONFIRMED)


async def test_what_is_watched_is_bounded_and_the_oldest_is_given_up() -> None:
    house = House(None)
    ids = [await house.order() for _ in range(MAX_WATCHED + 3)]
    outcomes = [await house.outcome(command_id) for command_id in ids]
    assert outcomes == [Outcome.UNCONFIRMED] * 3 + [Outcome.PUBLISHED] * MAX_WATCHED
    house.report(ON)
    assert await house.outcome(ids[-1]) is Outcome.CONFIRMED
    assert (house.outbound._watched, house.outbound._outcomes) == ({}, {})


async def test_nothing_new_is_nothing_to_write() -> None:
    house = House()
    await house.outbound.settle()
    assert house.register.notes == []


async def test_storage_in_trouble_loses_no_outcome() -> None:
    house = House()
    house.register.failing = {"note"}
    first = await house.order()
    await house.outbound.settle()
    house.report(ON)
    await house.outbound.settle()
    second = await house.order(Wish.TURN_OFF)
    await house.outbound.settle()
    house.register.failing = set()
    await house.outbound.settle()
    outcomes = [house.register.rows[command_id].outcome for command_id in (first, second)]
    assert outcomes == [Outcome.CONFIRMED, Outcome.PUBLISHED]


async def test_storage_in_trouble_does_not_end_the_noting() -> None:
    house = House()
    house.register.failing = {"note"}
    async with running(house):
        command_id = await house.order()
        await until(lambda: len(house.register.notes) >= 2)
        house.register.failing = set()
        await until(lambda: house.register.rows[command_id].outcome is Outcome.PUBLISHED)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_becomes_known_meanwhile_is_not_overwritten_by_what_was_known_before(*, fails: bool) -> None:
    house = House()
    command_id = await house.order()
    house.register.hold_notes()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outbound.settle())
        await until(lambda: bool(house.register.notes))
        house.report(ON)
        house.register.failing = {"note"} if fails else set()
        group.create_task(house.outbound.settle())
        house.register.release_notes()
    house.register.failing = set()
    assert await house.outcome(command_id) is Outcome.CONFIRMED


async def test_being_cancelled_while_noting_loses_no_outcome() -> None:
    house = House()
    command_id = await house.order()
    house.register.hold_notes()
    async with asyncio.TaskGroup() as group:
        noting = group.create_task(house.outbound.settle())
        await until(lambda: bool(house.register.notes))
        noting.cancel()
    house.register.release_notes()
    assert await house.outcome(command_id) is Outcome.PUBLISHED
