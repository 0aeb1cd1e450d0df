"""The page of health on the whole daemon: what is wrong and what helps, the doctor, IFTTT's tests, the diagnosis."""

import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.parts.daemon import DOOR_TOPIC, LIGHT_COMMAND_TOPIC, SERVICE_KEY, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.owner import Owner, owner_at
from tests.parts.waiting import until


@pytest.fixture
async def owner(daemon: Daemon) -> AsyncIterator[Owner]:
    daemon.edit('listen = "127.0.0.1:{public}"', 'listen = "127.0.0.1:{public}"\nurl = "http://127.0.0.1:{public}"')
    await daemon.start()
    async with owner_at(daemon) as anna:
        await anna.begin()
        yield anna


async def ended(owner: Owner, part: str) -> str:
    """Wait for the end of what goes on in a part of the page, and return that part."""

    async def is_over() -> bool:
        return "ago:" in await look() or "Just now:" in await look()

    async def look() -> str:
        text = await owner.see("/health")
        return text[text.index(f'id="{part}"') :].partition("<h2")[0]

    await until(is_over, what=f"the end of {part}")
    return await look()


async def test_ifttts_tests_pass_from_the_page_and_nothing_moves_in_the_home(
    broker: Mosquitto, daemon: Daemon, owner: Owner
) -> None:
    with broker.listener(LIGHT_COMMAND_TOPIC) as commands:
        said = await owner.do("/health", decision="rehearse", way="public")
        assert said == "IFTTT's tests have begun. What they find appears below as it comes."
        again = await owner.do("/health", decision="rehearse", way="here")
        assert again == "The test is under way already; its findings appear as they come."
        found = await ended(owner, "rehearsal")
        assert commands.received() == []
    passed = re.search(r"(\d+) passed", found)
    assert passed is not None
    assert int(passed[1]) > 1000
    assert "finding" not in found
    assert daemon.count_events() == 0
    assert "A dead token or a wrong key" in await owner.see("/health")


async def test_the_doctor_looks_at_everything_and_says_what_helps(
    broker: Mosquitto, daemon: Daemon, owner: Owner
) -> None:
    await broker.publish(DOOR_TOPIC, "ajar")
    await until(lambda: "event=message.ignored" in daemon.log, what="the message being ignored")
    await owner.do("/health", decision="examine")
    found = await ended(owner, "doctor")
    for name in ("Broker", "Storage", "Disk", "Clock", "Connections", "Public address", f"Topic {DOOR_TOPIC}"):
        assert f"<h3>{name}</h3>" in found
    assert "Service key" not in found, "a stand-in is told in IFTTT's place: it is not asked about the key"
    assert "was not understood" in found
    assert "answers 200 with the service key and 401 without" in found
    assert SERVICE_KEY not in found


async def test_what_is_not_understood_and_who_is_refused_is_counted(
    broker: Mosquitto, daemon: Daemon, owner: Owner
) -> None:
    assert "everything went through" in await owner.see("/health")

    async def is_told() -> bool:
        return "1</td>" in await owner.see("/health")

    await broker.publish(DOOR_TOPIC, "ajar")
    await until(is_told, what="the message being counted")
    async with owner_at(daemon) as stranger:
        assert not await stranger.sign_in("anna", "a wrong password")
    text = await owner.see("/health")
    assert "Wrong name or password" in text
    assert f"<code>{DOOR_TOPIC}</code>" in text
    assert "ajar" not in text
    assert "a wrong password" not in text


async def test_without_the_broker_the_page_says_why_and_what_helps(broker: Mosquitto, owner: Owner) -> None:
    async def is_told() -> bool:
        return "1 part does not work" in await owner.see("/health")

    broker.kill()
    await until(is_told, what="the broker's absence on the page")
    text = await owner.see("/health")
    assert "What helps:" in text
    assert 'aria-label="1 not working"' in text


async def test_the_diagnosis_says_how_it_is_and_names_devices_only_where_that_is_wanted(
    broker: Mosquitto, owner: Owner
) -> None:
    await broker.publish(DOOR_TOPIC, "ajar")
    for query, named in (("", False), ("?names=yes", True)):
        page = await owner.walker.get(f"/health/diagnosis{query}")
        assert page.headers["Content-Disposition"] == 'attachment; filename="ifttt-bridge-diagnosis.json"'
        said: dict[str, Any] = msgspec.json.decode(page.body)
        assert said["health"]["parts"]["broker"] == "works"
        assert said["counts"]["people"] == said["counts"]["owners"] == 1
        assert said["figures"]["ifttt_bridge_ready"] == 1
        assert said["configuration"]["devices"][0]["kind"] == "contact"
        assert said["configuration"]["ifttt"]["service_keys"] == ["…"]
        for name in (b"Front door", b"front-door", b"Hall", b"home/"):
            assert (name in page.body) == named
        assert b"anna" not in page.body


async def test_nothing_else_is_there_and_nothing_else_is_done(owner: Owner) -> None:
    assert (await owner.walker.get("/health/nothing")).status == 404
    for fields in ({"decision": "anything"}, {"decision": "rehearse"}, {"decision": "rehearse", "way": "elsewhere"}):
        assert await owner.do("/health", **fields) == "There is no such thing to do."


async def test_nobody_else_gets_the_diagnosis(daemon: Daemon, owner: Owner) -> None:
    async with owner_at(daemon) as stranger:
        page = await stranger.walker.get("/health/diagnosis")
        assert (page.status, page.location) == (303, "/sign-in?next=%2Fhealth%2Fdiagnosis")
    assert await owner.is_in()
