"""What answers in a broker's place and is none: said, survived, and left as soon as it is one again."""

import asyncio

import pytest

from bridge.mqtt.client import CALL_TIMEOUT_S
from bridge.mqtt.session import Broker, Protocol
from tests.integration.mqtt.conftest import Listen
from tests.integration.mqtt.standins import Converse, serving
from tests.parts.waiting import until


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader, writer


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()


async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nSec-WebSocket-Accept:\xff\r\n\r\n")
    await reader.read()


@pytest.mark.parametrize(
    ("serve", "path", "words"),
    [
        (hang_up, None, "the broker hung up before it answered"),
        (say_nothing, None, "the broker does not answer; if it hangs"),
        (hang_up, "/mqtt", "no WebSocket of a broker answers at"),
        (talk_nonsense, "/mqtt", "no WebSocket of a broker answers at"),
    ],
)
async def test_what_is_no_broker_is_said_and_survived(
    listen: Listen, serve: Converse, path: str | None, words: str
) -> None:
    async with (
        serving(serve) as port,
        listen(to=Broker("127.0.0.1", port, "bridge-test", websocket_path=path)) as here,
    ):
        await until(lambda: words in here.connection.trouble, within_s=10, what="the words")
        tried = here.connection.number
        await until(lambda: here.connection.number > tried, what="another attempt")


async def test_a_host_name_that_cannot_be_is_said_and_survived(listen: Listen) -> None:
    async with listen(to=Broker("a" * 64 + ".example", 1883, "bridge-test")) as here:
        await until(lambda: "there is no host called" in here.connection.trouble, what="the words")
        await until(lambda: here.connection.number > 1, what="another attempt")


CONNACK = b"\x20\x02\x00\x00"
NO_MQTT = b"\x30\xff\xff\xff\xff"


async def turn_into_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(CONNACK + NO_MQTT)
    await reader.read()


async def test_a_connection_that_begins_to_talk_nonsense_is_ended_and_it_is_said_what_was_heard(listen: Listen) -> None:
    async with serving(turn_into_nonsense) as port, listen(port=port, protocol=Protocol.V311) as here:
        words = "what the broker sent is no MQTT (a number of more than four bytes)"
        await until(lambda: words in here.connection.trouble, within_s=10, what="the words")
        await until(lambda: here.connection.number > 1, what="another attempt")


async def test_a_confirmation_that_stands_behind_a_backlog_is_waited_for_while_the_backlog_comes(
    listen: Listen,
) -> None:
    connections: list[int] = []
    confirmed = asyncio.Event()

    async def confirm_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections))
        await reader.read(1000)
        writer.write(CONNACK)
        subscribe = await reader.read(1000)
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < began + CALL_TIMEOUT_S + 1.5:
            writer.write(b"\x30\x03\x00\x01x")
            await writer.drain()
            await asyncio.sleep(0.5)  # slower than that no backlog comes
        writer.write(b"\x90\x03" + subscribe[2:4] + b"\x01")
        await writer.drain()
        confirmed.set()
        await reader.read()

    async with serving(confirm_late) as port, listen(port=port, protocol=Protocol.V311):
        async with asyncio.timeout(30):
            await confirmed.wait()
    assert connections == [0]
