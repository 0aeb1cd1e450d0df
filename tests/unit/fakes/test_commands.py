"""The register, the broker and the lamp of tests behave like those they stand for."""

import asyncio

import pytest

from bridge.commands import Command, Outcome, Publication, RecordedCommand, Wish
from bridge.errors import BrokerUnavailable, DeliveryUnknown, StorageUnavailable
from tests.fakes.commands import FakeRegister, FakeSender, lamp
from tests.parts.waiting import until

COMMAND = Command("home", "lamp", Wish.TURN_ON)


def row(command_id: str, request_id: str | None = "r1", outcome: Outcome = Outcome.PENDING) -> RecordedCommand:
    return RecordedCommand(command_id, "u_1", request_id, COMMAND, 0, outcome)


async def test_a_row_is_found_by_its_request() -> None:
    register = FakeRegister()
    assert await register.record(row("c_1")) is None
    assert await register.find("u_1", "r1") == row("c_1")
    assert await register.find("u_2", "r1") is None
    assert await register.find("u_1", "r2") is None


async def test_a_request_has_one_row_unless_that_was_not_sent() -> None:
    register = FakeRegister()
    await register.record(row("c_1"))
    assert await register.record(row("c_2")) == row("c_1")
    await register.note({"c_1": Outcome.NOT_SENT})
    assert await register.record(row("c_3")) is None
    assert list(register.rows) == ["c_3"]


async def test_rows_without_a_request_do_not_stand_in_each_others_way() -> None:
    register = FakeRegister()
    assert await register.record(row("c_1", None)) is None
    assert await register.record(row("c_2", None)) is None


async def test_notes_change_rows_and_pass_over_those_that_are_gone() -> None:
    register = FakeRegister()
    await register.record(row("c_1"))
    await register.note({"c_1": Outcome.CONFIRMED, "c_0": Outcome.UNKNOWN})
    assert register.rows == {"c_1": row("c_1", outcome=Outcome.CONFIRMED)}


async def test_the_register_fails_where_it_is_told_to() -> None:
    register = FakeRegister()
    register.failing = {"find"}
    with pytest.raises(StorageUnavailable):
        await register.find("u_1", "r1")
    register.failing = {"record"}
    with pytest.raises(StorageUnavailable):
        await register.record(row("c_1"))
    register.failing = {"note"}
    assert await register.record(row("c_1")) is None
    with pytest.raises(StorageUnavailable):
        await register.note({"c_1": Outcome.CONFIRMED})
    assert register.rows == {"c_1": row("c_1")}


async def test_notes_wait_while_they_are_held() -> None:
    register = FakeRegister()
    await register.record(row("c_1"))
    register.hold_notes()
    async with asyncio.TaskGroup() as group:
        group.create_task(register.note({"c_1": Outcome.CONFIRMED}))
        await until(lambda: bool(register.notes))
        assert register.rows == {"c_1": row("c_1")}
        register.release_notes()
    assert register.rows == {"c_1": row("c_1", outcome=Outcome.CONFIRMED)}


async def test_a_broker_that_sleeps_answers_no_probe() -> None:
    sender = FakeSender()
    await sender.check_awake()
    sender.asleep = True
    with pytest.raises(BrokerUnavailable):
        await sender.check_awake()
    assert sender.steps == ["probe", "probe"]


async def test_a_broker_that_is_gone_takes_nothing_and_one_that_does_not_acknowledge_has_it() -> None:
    sender = FakeSender()
    sender.trouble = {0: BrokerUnavailable("gone"), 1: DeliveryUnknown("no answer")}
    message = Publication("home/lamp/set", b"turn_on")
    with pytest.raises(BrokerUnavailable):
        await sender.publish(message)
    assert sender.sent == []
    with pytest.raises(DeliveryUnknown):
        await sender.publish(message)
    await sender.publish(message)
    assert sender.sent == [message, message]


async def test_a_device_reacts_before_the_acknowledgement_that_is_held_back() -> None:
    sender = FakeSender()
    seen: list[Publication] = []
    sender.reaction = seen.append
    sender.hold()
    async with asyncio.TaskGroup() as group:
        publishing = group.create_task(sender.publish(Publication("t", b"")))
        await until(lambda: bool(seen))
        assert not publishing.done()
        sender.release()


def test_a_lamp_takes_its_command_on_each_of_its_topics() -> None:
    assert [each.topic for each in lamp("lamp", "a", "b").dialect.write(COMMAND)] == ["a", "b"]
    assert lamp().dialect.write(COMMAND) == (Publication("home/lamp/set", b"turn_on"),)


def test_a_lamp_does_not_know_how_to_toggle() -> None:
    with pytest.raises(AssertionError):
        lamp().dialect.write(Command("home", "lamp", Wish.TOGGLE))
