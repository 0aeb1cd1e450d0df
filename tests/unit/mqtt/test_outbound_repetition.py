"""An equal X-Request-ID is answered from its row and not carried out again."""

import asyncio

import pytest

from bridge.commands import Command, Outcome, Wish
from bridge.errors import BrokerUnavailable, StorageUnavailable
from bridge.mqtt.outbound import Order, Outbound
from tests.fakes.commands import lamp
from tests.parts.waiting import until
from tests.unit.mqtt.house import House


async def test_a_repetition_is_answered_and_not_carried_out() -> None:
    house = House()
    first = await house.order(request_id="r1")
    assert await house.order(request_id="r1") == first
    assert house.words == [b"turn_on"]


async def test_a_repetition_is_answered_while_the_broker_is_away() -> None:
    house = House()
    first = await house.order(request_id="r1")
    house.sender.asleep = True
    assert await house.order(request_id="r1") == first


async def test_a_repetition_is_answered_by_the_next_run_too() -> None:
    house = House()
    first = await house.order(request_id="r1")
    later = Outbound(house.register, house.sender, house.known, clock_ms=lambda: 0)
    order = Order(Command("home", "lamp", Wish.TURN_ON), lamp(), "u_1", "r1")
    assert await later.carry_out(order) == first
    assert house.words == [b"turn_on"]


async def test_many_repetitions_at_once_are_sent_once_and_answered_alike() -> None:
    house = House()
    house.sender.hold()
    async with asyncio.TaskGroup() as group:
        orders = [group.create_task(house.order(request_id="r1")) for _ in range(5)]
        await until(lambda: bool(house.sender.sent))
        await asyncio.sleep(0.01)
        assert not any(order.done() for order in orders)
        house.sender.release()
    assert len({order.result() for order in orders}) == 1
    assert house.words == [b"turn_on"]


async def test_a_repetition_that_waits_for_a_first_that_was_not_sent_tries_itself() -> None:
    house = House()
    house.sender.trouble = {0: BrokerUnavailable("gone")}
    results = await asyncio.gather(*(house.order(request_id="r1") for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [BrokerUnavailable, str]
    assert house.words == [b"turn_on"]


async def test_a_repetition_that_waits_is_not_stopped_by_a_first_that_was_cancelled() -> None:
    house = House()
    house.sender.hold()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(house.order(request_id="r1"))
        await until(lambda: bool(house.sender.sent))
        second = group.create_task(house.order(request_id="r1"))
        await asyncio.sleep(0)
        first.cancel()
    assert list(house.register.rows) == [second.result()]
    assert await house.outcome(second.result()) is Outcome.UNKNOWN
    assert house.words == [b"turn_on"]


async def test_other_requests_do_not_wait() -> None:
    house = House()
    house.sender.hold()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.order(request_id="r1"))
        group.create_task(house.order(request_id="r2"))
        group.create_task(house.order(Wish.TURN_OFF))
        group.create_task(house.order(Wish.TURN_OFF))
        await until(lambda: len(house.sender.sent) == 4)
        house.sender.release()


async def test_the_same_id_of_another_user_is_another_request() -> None:
    house = House()
    first = await house.order(request_id="r1")
    order = Order(Command("home", "lamp", Wish.TURN_ON), lamp(), "u_2", "r1")
    assert await house.outbound.carry_out(order) != first


async def test_what_was_not_sent_may_be_tried_again() -> None:
    house = House()
    house.sender.trouble = {0: BrokerUnavailable("gone")}
    with pytest.raises(BrokerUnavailable):
        await house.order(request_id="r1")
    second = await house.order(request_id="r1")
    assert list(house.register.rows) == [second]
    assert house.words == [b"turn_on"]


async def test_what_was_not_sent_may_be_tried_again_as_soon_as_that_can_be_written() -> None:
    house = House()
    house.sender.trouble = {0: BrokerUnavailable("gone")}
    house.register.failing = {"note"}
    with pytest.raises(BrokerUnavailable):
        await house.order(request_id="r1")
    with pytest.raises(StorageUnavailable):
        await house.order(request_id="r1")
    house.register.failing = set()
    await house.order(request_id="r1")
    assert house.words == [b"turn_on"]


async def test_no_memory_is_used_for_requests_that_are_done() -> None:
    house = House()
    for number in range(50):
        await house.order(request_id=f"r{number}")
    assert house.outbound._under_way == {}
