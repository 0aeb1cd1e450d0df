"""What is acknowledged is on disk, and what is sent again is not counted again: the promises, under crashes."""

import asyncio
import random

from tests.parts.daemon import BUTTON_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import steady_publisher
from tests.parts.waiting import until

KILLS = 3
PRESSES_PER_SECOND = 500
BROKER_STOPS = 5
PRESSES_PER_STOP = 2000


async def test_presses_under_kills_are_each_in_the_timeline_exactly_once_and_in_order(
    broker: Mosquitto, daemon: Daemon
) -> None:
    """A few times, with the smaller window of both protocols. `scripts/faults --only kill` does it many times."""
    chance = random.Random(2026)  # noqa: S311 -- spreads the instants, guards nothing
    daemon.mqtt = 'protocol = "3.1.1"'
    await daemon.start()
    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=PRESSES_PER_SECOND) as publisher:
        for _ in range(KILLS):
            await _presses_come_in(daemon)
            await asyncio.sleep(chance.uniform(0, 0.2))  # the instant of the kill: any will do
            daemon.kill()
            await daemon.start(ready=False)
    await until(lambda: daemon.count_events() >= len(publisher.sent), what="every press on disk")
    await until(daemon.is_ready, what="the backlog being over")

    _assert_all_in_order(daemon, publisher.sent)
    assert len(publisher.sent) > KILLS * 20


async def test_presses_under_restarts_of_the_broker_are_each_in_the_timeline_exactly_once_and_in_order(
    broker: Mosquitto, daemon: Daemon
) -> None:
    """The broker is stopped while it hands over what has gathered: its window is under way, its queue is long."""
    await daemon.start()
    sent: list[str] = []
    for _ in range(BROKER_STOPS):
        daemon.freeze()
        presses = [_word(len(sent) + number) for number in range(PRESSES_PER_STOP)]
        await broker.publish_many(BUTTON_TOPIC, presses)
        sent += presses
        daemon.thaw()
        await _presses_come_in(daemon)
        broker.stop()
        await broker.start()
    await until(lambda: daemon.count_events() >= len(sent), what="every press on disk")
    await until(daemon.is_ready, what="the backlog being over")

    _assert_all_in_order(daemon, sent)


async def test_the_daemon_starts_without_its_broker_and_connects_when_it_comes(
    broker: Mosquitto, daemon: Daemon
) -> None:
    broker.stop()
    await daemon.start(ready=False)
    assert not await daemon.is_ready()
    await broker.start()
    await until(daemon.is_ready, what="the connection")


def _assert_all_in_order(daemon: Daemon, sent: list[str]) -> None:
    """Say where the timeline leaves what was sent, not all of both."""
    kinds, expected = [event["kind"] for event in daemon.events()], [f"button.{word}" for word in sent]
    place = next(
        (n for n, (kind, want) in enumerate(zip(kinds, expected, strict=False)) if kind != want), len(expected)
    )
    around = slice(max(0, place - 8), place + 8)
    assert len(kinds) == len(expected) == place, (len(kinds), len(expected), place, kinds[around], expected[around])


async def _presses_come_in(daemon: Daemon) -> None:
    before = daemon.count_events()
    await until(lambda: daemon.count_events() > before + 20, what="presses coming in")


def _word(number: int) -> str:
    """Return identical words, and a numbered one now and then to show the order."""
    return f"number_{number}" if number % 7 == 0 else "double"
