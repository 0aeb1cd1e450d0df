"""A second client with our id: recognised, said once by name, and said when it is over."""

import asyncio

from structlog.testing import capture_logs

from bridge.mqtt.course import Pace
from bridge.mqtt.session import Protocol
from tests.integration.mqtt.conftest import Listen
from tests.integration.mqtt.standins import serving
from tests.parts.waiting import until

SHORT = Pace(calm_s=3.0)
CONNACK = bytes([0x20, 3, 0, 0, 0])
TAKEN_OVER = bytes([0xE0, 2, 0x8E, 0])


async def test_a_rival_is_said_once_and_its_end_too(listen: Listen) -> None:
    """Mosquitto 2.0 only closes: it takes a few rounds to know."""
    with capture_logs() as logs:
        async with listen(pace=SHORT) as here:
            await here.live()
            async with listen() as rival:
                await until(
                    lambda: bool(here.connection.trouble) and "client id" in here.connection.trouble,
                    what="the rival in the trouble",
                )
                rounds = rival.connection.number
                await until(lambda: rival.connection.number > rounds, what="one round more")
            await until(lambda: "mqtt.rival_gone" in [line["event"] for line in logs], what="calm")
            await until(lambda: here.connection.trouble == "", what="being live")
    events = [line["event"] for line in logs if line["event"].startswith("mqtt.rival")]
    assert events.count("mqtt.rival_gone") == 1
    said = [line for line in logs if line["event"] == "mqtt.rival"]
    assert said[0]["client_id"] == "bridge-test"
    assert "give each its own mqtt.client_id" in said[0]["note"]
    assert len(said) <= 2  # each of the two says it once


async def test_a_broker_that_names_the_reason_is_believed_at_once(listen: Listen) -> None:
    async with serving(_hand_over) as port, listen(port=port, protocol=Protocol.V5) as here:
        await until(lambda: "another program is connected" in here.connection.trouble, what="the rival")
        assert here.connection.number <= 2


async def _hand_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let everybody in, and throw him out for another, with the reason code of MQTT 5."""
    await reader.read(1000)
    writer.write(CONNACK)
    await reader.read(1000)
    writer.write(TAKEN_OVER)
    await writer.drain()
    await reader.read()
