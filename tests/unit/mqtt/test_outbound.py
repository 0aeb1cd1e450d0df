"""A command is written down first, then sent, once."""

import asyncio

import pytest

from bridge.commands import Command, Outcome, Publication, Wish
from bridge.devices.entity import Entity
from bridge.devices.last_known import EntityState
from bridge.errors import BrokerUnavailable, DeliveryUnknown, StorageUnavailable
from tests.fakes.commands import lamp
from tests.parts.waiting import until
from tests.unit.mqtt.house import OFF, ON, House


async def test_the_broker_is_probed_then_the_row_is_written_then_it_is_sent() -> None:
    house = House()
    command_id = await house.order(request_id="r1")
    assert house.steps == ["probe", "row", "publish"]
    assert house.sender.sent == [Publication("home/lamp/set", b"turn_on")]
    row = house.register.rows[command_id]
    assert (row.user, row.request_id, row.asked_at_ms, row.outcome) == ("u_1", "r1", 1_700_000, Outcome.PENDING)
    assert await house.outcome(command_id) is Outcome.PUBLISHED


async def test_nothing_is_written_or_sent_while_the_broker_sleeps() -> None:
    house = House()
    house.sender.asleep = True
    with pytest.raises(BrokerUnavailable):
        await house.order(request_id="r1")
    assert house.steps == ["probe"]
    house.sender.asleep = False
    await house.order(request_id="r1")
    assert house.words == [b"turn_on"]


@pytest.mark.parametrize("method", ["find", "record"])
async def test_nothing_is_sent_that_cannot_be_written_down(method: str) -> None:
    house = House()
    house.register.failing = {method}
    with pytest.raises(StorageUnavailable):
        await house.order(request_id="r1")
    assert house.sender.sent == []


async def test_a_device_that_cannot_be_asked_this_leaves_no_row() -> None:
    class Mute:
        """A dialect with a fault."""

        state_topics = ()

        def read(self, topic: str, payload: bytes) -> None:
            """Return nothing."""

        def write(self, command: Command) -> tuple[Publication, ...]:
            """Fail."""
            raise ValueError(command)

    house = House()
    thing = lamp()
    with pytest.raises(ValueError, match="lamp"):
        await house.order(entity=Entity(thing.id, thing.device, thing.kind, Mute()))
    assert house.register.rows == {}


async def test_a_delivery_that_nobody_knows_of_is_noted_and_not_repeated() -> None:
    house = House()
    house.sender.trouble = {0: DeliveryUnknown("no answer")}
    with pytest.raises(DeliveryUnknown):
        await house.order(request_id="r1")
    command_id = await house.order(request_id="r1")
    assert await house.outcome(command_id) is Outcome.UNKNOWN
    assert house.words == [b"turn_on"]


async def test_a_command_of_which_only_a_part_was_sent_is_not_repeated() -> None:
    house = House()
    house.sender.trouble = {1: BrokerUnavailable("gone")}
    with pytest.raises(DeliveryUnknown):
        await house.order(request_id="r1", entity=lamp("lamp", "a", "b"))
    command_id = await house.order(request_id="r1", entity=lamp("lamp", "a", "b"))
    assert await house.outcome(command_id) is Outcome.UNKNOWN
    assert [publication.topic for publication in house.sender.sent] == ["a"]


async def test_a_device_that_confirmed_all_the_same_is_believed() -> None:
    house = House()
    house.sender.trouble = {0: DeliveryUnknown("no answer")}
    house.sender.reaction = lambda _publication: house.report(ON)
    with pytest.raises(DeliveryUnknown):
        await house.order(request_id="r1")
    assert await house.outcome(await house.order(request_id="r1")) is Outcome.CONFIRMED


async def someone_switches_it_on(house: House) -> None:
    await until(lambda: "publish" in house.steps)
    house.report(ON)
    house.sender.release()


async def test_what_never_left_is_not_confirmed_by_chance() -> None:
    house = House()
    house.sender.trouble = {0: BrokerUnavailable("gone")}
    house.sender.hold()
    with pytest.raises(BrokerUnavailable):
        await asyncio.gather(house.order(), someone_switches_it_on(house))
    (command_id,) = house.register.rows
    assert await house.outcome(command_id) is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("known", "sent"), [(ON, b"turn_off"), (OFF, b"turn_on"), (EntityState(), b"turn_on"), (None, b"turn_on")]
)
async def test_toggling_becomes_the_other_state(known: EntityState | None, sent: bytes) -> None:
    house = House(known)
    command_id = await house.order(Wish.TOGGLE)
    assert house.words == [sent]
    assert house.register.rows[command_id].command.wish.encode() == sent
