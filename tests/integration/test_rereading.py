"""Messages that came before those who can read them, and entities that come while messages do."""

import asyncio
from pathlib import Path

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.interpretation import LatePolicy
from bridge.devices.watches import Watches
from bridge.mqtt.message import Message
from tests.integration.inbound import Clock, House, house
from tests.unit.devices.examples import button, door

DOOR, BELL = door("front"), button("bell")
DOOR_TOPIC, BELL_TOPIC = DOOR.dialect.state_topics[0], BELL.dialect.state_topics[0]


def said(topic: str, payload: bytes, number: int) -> Message:
    return Message(1, topic, payload, 1, retained=False, duplicate=False, packet_id=number)


async def come(there: House, *, reread: bool, behind: tuple[Message, ...] = ()) -> None:
    """Let both be there from now on, with messages that wait in the row behind that."""
    catalogue = Catalogue([DOOR, BELL])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(there.inbound.reconfigure(catalogue, LatePolicy(), also=lambda: None, reread=reread))
        await asyncio.sleep(0)
        for message in behind:
            there.intake.put(message)
    await there.hear()


@pytest.mark.parametrize("reread", [True, False])
async def test_a_first_word_is_heard_by_who_was_described_with_it_and_not_by_who_is_accepted_later(
    tmp_path: Path, *, reread: bool
) -> None:
    async with house(tmp_path / "db", [], Watches(), Clock()) as there:
        await there.connect()
        await there.hear(said(DOOR_TOPIC, b"open", 1), said(BELL_TOPIC, b"single", 2))
        await come(there, reread=reread)
        assert there.known.of("front").value == ("open" if reread else None)
        assert await there.kinds() == (["button.single"] if reread else [])
        assert [number for number in there.acknowledged if number] == [1, 2], "none twice"


async def test_what_was_said_first_is_read_first(tmp_path: Path) -> None:
    async with house(tmp_path / "db", [], Watches(), Clock()) as there:
        await there.connect()
        await there.hear(said(DOOR_TOPIC, b"open", 1))
        await come(there, reread=True, behind=(said(DOOR_TOPIC, b"closed", 2),))
        assert there.known.of("front").value == "closed"
        assert await there.kinds() == ["contact.closed"]


async def test_what_was_said_long_ago_is_read_by_nobody(tmp_path: Path) -> None:
    clock = Clock()
    async with house(tmp_path / "db", [], Watches(), clock) as there:
        await there.connect()
        await there.hear(said(BELL_TOPIC, b"single", 1))
        clock.pass_s(11)
        await come(there, reread=True)
        assert await there.kinds() == []
