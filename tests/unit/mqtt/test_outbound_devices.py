"""Locks, covers and devices that are away: what confirms an order, and what is not sent at all."""

import pytest

from bridge.commands import Command, Outcome, Wish
from bridge.devices.dialects.plain_cover import PlainCover, Positions
from bridge.devices.dialects.plain_lock import PlainLock
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.devices.last_known import EntityState
from bridge.errors import BadInput, TemporarilyUnavailable
from bridge.mqtt.outbound import Order
from tests.unit.mqtt.house import House

BACK = Device("back", "home", "Back door")
LOCK = Entity("back", BACK, EntityKind.LOCK, PlainLock("back", "back/set"), can_unlock=True)
SHUT_LOCK = Entity("back", BACK, EntityKind.LOCK, PlainLock("back", "back/set"))
POSITIONS = Positions("blind/position", None, "blind/position/set")
BLIND = Entity(
    "blind", Device("blind", "home", "Blind"), EntityKind.COVER, PlainCover("b", "b/set", positions=POSITIONS)
)
GATE = Entity("gate", Device("gate", "home", "Gate"), EntityKind.COVER, PlainCover("g", "g/set"))
WATCHED = "back.availability"
OPEN, CLOSED = EntityState("open"), EntityState("closed")


def order(entity: Entity, wish: Wish, position: int | None = None, *, request_id: str | None = None) -> Order:
    command = Command("home", entity.id, wish, position=position)
    return Order(command, entity, "u_1", request_id, WATCHED if entity.device is BACK else None)


@pytest.mark.parametrize(
    ("asked", "before", "not_yet", "done"),
    [
        (order(LOCK, Wish.LOCK), EntityState("unlocked"), EntityState("jammed"), EntityState("locked")),
        (order(LOCK, Wish.UNLOCK), EntityState("locked"), EntityState("jammed"), EntityState("unlocked")),
        (order(BLIND, Wish.OPEN), CLOSED, EntityState("opening"), OPEN),
        (order(BLIND, Wish.CLOSE), OPEN, EntityState("closing"), CLOSED),
        (order(BLIND, Wish.STOP), EntityState("opening"), EntityState("closing"), OPEN),
        (
            order(BLIND, Wish.SET_POSITION, 50),
            CLOSED,
            EntityState("opening", position=50),
            EntityState("open", position=52),
        ),
        (
            order(BLIND, Wish.SET_POSITION, 50),
            CLOSED,
            EntityState("open", position=53),
            EntityState("open", position=48),
        ),
        (order(BLIND, Wish.SET_POSITION, 0), OPEN, EntityState("closing"), CLOSED),
        (order(GATE, Wish.SET_POSITION, 100), CLOSED, EntityState("opening"), OPEN),
    ],
    ids=lambda value: value.command.wish if isinstance(value, Order) else None,
)
async def test_the_state_asked_for_confirms_and_nothing_on_the_way(
    asked: Order, before: EntityState, not_yet: EntityState, done: EntityState
) -> None:
    house = House()
    house.known.replace({asked.command.entity: before})
    command_id = await house.outbound.carry_out(asked)
    house.report(not_yet, asked.command.entity)
    assert await house.outcome(command_id) is Outcome.PUBLISHED
    house.report(done, asked.command.entity)
    assert await house.outcome(command_id) is Outcome.CONFIRMED


async def test_a_device_that_is_away_is_told_nothing_and_ifttt_shall_ask_again() -> None:
    house = House()
    house.known.replace({WATCHED: EntityState("offline")})
    with pytest.raises(TemporarilyUnavailable, match="Back door is offline"):
        await house.outbound.carry_out(order(LOCK, Wish.LOCK))
    assert (house.register.rows, house.sender.sent) == ({}, [])


@pytest.mark.parametrize("known", [{}, {WATCHED: EntityState("online")}])
async def test_a_device_that_is_there_or_of_which_nobody_knows_is_told(known: dict[str, EntityState]) -> None:
    house = House()
    house.known.replace(known)
    await house.outbound.carry_out(order(LOCK, Wish.LOCK))
    assert house.words == [b"LOCK"]


async def test_what_was_done_before_the_device_went_away_is_done() -> None:
    house = House()
    first = await house.outbound.carry_out(order(LOCK, Wish.LOCK, request_id="r-1"))
    house.known.replace({WATCHED: EntityState("offline")})
    assert await house.outbound.carry_out(order(LOCK, Wish.LOCK, request_id="r-1")) == first
    assert house.words == [b"LOCK"]


async def test_what_a_device_cannot_do_is_never_tried_again() -> None:
    house = House()
    with pytest.raises(BadInput, match="Gate cannot do that") as caught:
        await house.outbound.carry_out(order(GATE, Wish.SET_POSITION, 50))
    assert caught.value.skip
    assert (house.register.rows, house.sender.sent) == ({}, [])


async def test_a_lock_that_must_not_be_unlocked_is_not_whoever_asks() -> None:
    house = House()
    with pytest.raises(BadInput, match="does not allow Back door to be unlocked") as caught:
        await house.outbound.carry_out(order(SHUT_LOCK, Wish.UNLOCK))
    assert caught.value.skip
    assert (house.register.rows, house.sender.sent) == ({}, [])
