"""The broker has lost what it had for the bridge: whoever looks is told, and how much where that can be known."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge.mqtt.losses import FORGOTTEN, WENT_BACK
from tests.parts.daemon import BUTTON_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

LONGEST_QUEUE = 100
PRESSES = ["single"] * LONGEST_QUEUE

protocols = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "forgetful"
    folder.mkdir()
    mosquitto = Mosquitto(folder, extra=f"autosave_interval 36000\nmax_queued_messages {LONGEST_QUEUE}")
    await mosquitto.start()
    yield mosquitto
    mosquitto.close()


@protocols
async def test_messages_that_the_broker_dropped_are_counted_and_told(
    broker: Mosquitto, daemon: Daemon, protocol: str
) -> None:
    await _take_in_some(broker, daemon, protocol)
    daemon.kill()
    await broker.publish_many(BUTTON_TOPIC, PRESSES * 2)
    await daemon.start()
    await until(lambda: "event=mqtt.messages_missing " in daemon.log, what="being told")
    await until(daemon.is_ready, what="all that was kept being there")
    missing = 3 * len(PRESSES) - daemon.count_events()
    assert missing > 0
    assert await _notes(daemon, f"{missing} messages that the broker had for the bridge never came")
    assert f"event=mqtt.messages_missing count={missing} " in daemon.log


@protocols
async def test_a_broker_that_comes_back_as_it_was_before_is_recognised_and_told(
    broker: Mosquitto, daemon: Daemon, protocol: str
) -> None:
    await _take_in_some(broker, daemon, protocol)
    await broker.save()
    await broker.publish_many(BUTTON_TOPIC, ["double"])
    await until(lambda: daemon.count_events() == len(PRESSES) + 1, what="the last press")
    broker.kill()
    await broker.start()
    await until(lambda: _notes(daemon, WENT_BACK), what="being told")


async def test_a_session_that_the_broker_forgot_is_told_and_nothing_before_it(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await _take_in_some(broker, daemon, "5")
    assert "notes" not in await _health(daemon)
    broker.stop()
    broker.saved.unlink()
    await broker.start()
    await until(lambda: _notes(daemon, FORGOTTEN), what="being told")
    await until(daemon.is_ready, what="being well all the same")


async def _take_in_some(broker: Mosquitto, daemon: Daemon, protocol: str) -> None:
    """Let so much come in that the broker's way of numbering is known."""
    daemon.mqtt = f'protocol = "{protocol}"'
    await daemon.start()
    await broker.publish_many(BUTTON_TOPIC, PRESSES)
    await until(lambda: daemon.count_events() == len(PRESSES), what="the presses")


async def _notes(daemon: Daemon, words: str) -> bool:
    return any(note.startswith(words) for note in (await _health(daemon)).get("notes", ()))


async def _health(daemon: Daemon) -> dict[str, Any]:
    url = f"http://127.0.0.1:{daemon.private_port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        said: dict[str, Any] = await answer.json()
        return said
