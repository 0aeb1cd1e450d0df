"""A message that is for no device is sent once, and its way ends at the broker."""

from typing import Final

import pytest

from bridge.commands import Command, Outcome, Publication, Wish
from bridge.errors import BrokerUnavailable
from bridge.mqtt.outbound import Order
from tests.unit.mqtt.house import House

MESSAGE: Final = Publication("home/announce/hall", b"Hello")
ORDER: Final = Order(Command("home", "", Wish.PUBLISH, publication=MESSAGE), None, "u_1", "r1")


async def test_it_is_sent_once_and_that_it_was_published_is_all_there_is_to_know() -> None:
    house = House()
    command_id = await house.outbound.carry_out(ORDER)
    assert await house.outbound.carry_out(ORDER) == command_id
    assert house.sender.sent == [MESSAGE]
    assert await house.outcome(command_id) is Outcome.PUBLISHED
    assert house.outbound.counts == {Outcome.PUBLISHED: 1}


async def test_one_that_never_left_is_sent_when_asked_again() -> None:
    house = House()
    house.sender.trouble = {0: BrokerUnavailable("away")}
    with pytest.raises(BrokerUnavailable):
        await house.outbound.carry_out(ORDER)
    await house.outbound.carry_out(ORDER)
    assert len(house.sender.sent) == 1


async def test_a_command_for_nothing_at_all_is_a_fault() -> None:
    house = House()
    with pytest.raises(ValueError, match="publication"):
        await house.outbound.carry_out(Order(Command("home", "", Wish.TURN_ON), None, "u_1", None))
    assert house.register.rows == {}
