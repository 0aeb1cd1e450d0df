"""What is acknowledged is on disk, and what is sent again is not counted again: the promises, under crashes."""

import asyncio
import random

import pytest

from tests.parts.daemon import BUTTON_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import steady_publisher
from tests.parts.waiting import until

ROUNDS = 20
PRESSES_PER_SECOND = 500


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_presses_under_twenty_kills_are_each_in_the_timeline_exactly_once_and_in_order(
    broker: Mosquitto, daemon: Daemon, protocol: str
) -> None:
    chance = random.Random(20_26)
    daemon.mqtt = f'protocol = "{protocol}"'
    await daemon.start()
    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=PRESSES_PER_SECOND) as publisher:
        for _ in range(ROUNDS):
            before = daemon.count_events()
            await until(lambda before=before: daemon.count_events() > before + 20, what="presses coming in")
            await asyncio.sleep(chance.uniform(0, 0.2))  # the instant of the kill: any will do
            daemon.kill()
            await daemon.start(ready=False)
    await until(lambda: daemon.count_events() >= len(publisher.sent), what="every press on disk")
    await until(daemon.is_ready, what="the backlog being over")

    assert [event["kind"] for event in daemon.events()] == [f"button.{word}" for word in publisher.sent]
    assert len(publisher.sent) > ROUNDS * 20
