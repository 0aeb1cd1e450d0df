"""What a real broker grants less of is found, said, and lived with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.commands import Publication
from bridge.errors import PublicationRefused
from bridge.mqtt.session import Protocol
from tests.integration.mqtt.conftest import Listen, Listening
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

V5 = Protocol.V5


async def test_a_usual_mosquitto_has_no_limits(listen: Listen) -> None:
    async with listen(protocol=V5) as here:
        await here.live()
        await here.connection.check_awake()
        assert here.connection.limits == ()


async def test_a_broker_of_qos_0_only_is_said_and_still_served(tmp_path: Path, listen: Listen) -> None:
    async with _broker(tmp_path, "max_qos 0") as poor:
        with capture_logs() as logs:
            async with listen(port=poor.port, protocol=V5) as here:
                await here.live()
                with poor.listener("home/lamp/set") as lamp:

                    async def hears() -> bool:
                        await here.connection.check_awake()
                        await here.connection.publish(Publication("home/lamp/set", b"ON"))
                        return bool(lamp.received())

                    await until(hears, what="the lamp being told")
                found = set(here.connection.limits)
        said = [line["limit"] for line in logs if line["event"] == "mqtt.limit"]
        assert said == ["will", "maximum_qos", "granted_qos"]
        assert found == {line["note"] for line in logs if line["event"] == "mqtt.limit"}


async def test_a_broker_that_retains_nothing_is_said_and_still_served(tmp_path: Path, listen: Listen) -> None:
    async with _broker(tmp_path, "retain_available false") as poor:
        with capture_logs() as logs:
            async with listen(port=poor.port, protocol=V5) as here:
                await here.live()
                await here.connection.publish(Publication("home/lamp/set", b"ON"))
                await here.connection.publish_status("health", b"{}")
                await here.connection.check_awake()
                assert here.connection.trouble == ""
        assert [line["limit"] for line in logs if line["event"] == "mqtt.limit"] == ["will", "retain"]


async def test_small_windows_and_small_messages_are_said_and_kept_to(tmp_path: Path, listen: Listen) -> None:
    async with (
        _broker(tmp_path, "max_inflight_messages 2\nmax_packet_size 500") as poor,
        listen(port=poor.port, protocol=V5) as here,
    ):
        await here.live()
        assert [limit.split(": ")[0] for limit in here.connection.limits] == [
            "the broker takes 2 of our messages at once",
            "the broker takes no message larger than 500 bytes",
        ]
        assert here.connection._client is not None
        assert here.connection._client._client.max_inflight_messages == 2  # Mosquitto 2.0 would forgive more
        for _ in range(5):  # more at once than the broker takes, without a word of waiting
            await here.connection.publish_status("health", b"{}")
        await here.connection.check_awake()
        with pytest.raises(PublicationRefused, match="larger than 500 bytes"):
            await here.connection.publish(Publication("home/lamp/set", b"x" * 600))
        await here.connection.publish(Publication("home/lamp/set", b"x" * 400))
        assert here.connection.number == 1


async def test_a_queue_that_was_full_is_said_and_forgotten_when_it_no_longer_is(tmp_path: Path, listen: Listen) -> None:
    """More retained states than the queue takes: the marker finds no place behind them."""
    topics = tuple(f"home/window-{number}/state" for number in range(10))
    async with _broker(tmp_path, "max_queued_messages 5\nmax_inflight_messages 1") as short:
        for topic in topics:
            await short.publish(topic, "closed", retain=True)
        async with listen(port=short.port, protocol=Protocol.V311, topics=topics) as here:
            await until(lambda: bool(here.messages), what="the first state")
            await until(lambda: _live(here) and bool(here.connection.limits), what="the backlog's end, and the limit")
            [limit] = here.connection.limits
            assert "dropped messages for the bridge" in limit
            for count, topic in enumerate(topics, start=len(here.messages) + 1):
                await short.publish(topic, "", retain=True)
                await until(lambda: _live(here) and len(here.messages) >= count, what="a state being cleared")  # noqa: B023 -- awaited here
            short.stop()
            await until(lambda: not here.connection.connected, what="the end")
            await short.start()
            await until(lambda: _live(here) and not here.connection.limits, what="a backlog without loss")


def _live(here: Listening) -> bool:
    """Acknowledge what came on this connection, in its order, and tell whether the backlog is over."""
    here.connection.acknowledge(here.owed[here.acknowledged :])
    here.acknowledged = len(here.owed)
    return here.connection.live


@asynccontextmanager
async def _broker(folder: Path, extra: str) -> AsyncIterator[Mosquitto]:
    (folder / "poor").mkdir()
    poor = Mosquitto(folder / "poor", extra=extra)
    await poor.start()
    try:
        yield poor
    finally:
        poor.close()
