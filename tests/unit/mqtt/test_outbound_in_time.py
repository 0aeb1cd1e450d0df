"""Whoever waits no longer for a command does not make it happen twice, nor believe that it happened when it did not."""

import asyncio

import pytest

from bridge.commands import Command, Outcome, RecordedCommand, Wish
from bridge.mqtt.outbound import Order, Outbound
from tests.fakes.commands import lamp
from tests.parts.waiting import until
from tests.unit.mqtt.house import House

REQUEST = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


async def test_who_gave_up_waiting_for_the_broker_does_not_command_twice() -> None:
    house = House()
    house.sender.hold()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await house.order(request_id=REQUEST)
    (command_id,) = house.register.rows
    assert await house.outcome(command_id) is Outcome.UNKNOWN
    house.sender.release()
    assert await house.order(request_id=REQUEST) == command_id
    assert house.words == [b"turn_on"]


async def test_who_gave_up_before_anything_left_may_ask_again() -> None:
    house = House()
    stuck = asyncio.Event()

    class Slow:
        """A register whose disk takes its time, and writes all the same."""

        def __init__(self) -> None:
            self.register = house.register
            self.find, self.note = house.register.find, house.register.note

        async def record(self, row: RecordedCommand) -> RecordedCommand | None:
            """Write, then hang."""
            earlier = await self.register.record(row)
            await stuck.wait()
            return earlier

    outbound = Outbound(Slow(), house.sender, house.known, clock_ms=lambda: 1)
    order = Order(Command("home", "lamp", Wish.TURN_ON), lamp(), "u_1", REQUEST)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await outbound.carry_out(order)
    assert house.sender.sent == []
    stuck.set()
    await outbound.carry_out(order)
    assert house.words == [b"turn_on"]
    assert len(house.register.rows) == 1


async def test_a_repetition_that_gives_up_leaves_the_first_request_alone() -> None:
    house = House()
    house.sender.hold()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(house.order(request_id=REQUEST))
        await until(lambda: bool(house.sender.sent))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await house.order(request_id=REQUEST)
        house.sender.release()
    assert await house.order(request_id=REQUEST) == first.result()
    assert house.words == [b"turn_on"]
