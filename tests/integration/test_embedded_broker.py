"""The broker inside the process, talked to by Mosquitto's own command-line clients."""

import asyncio
import logging
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bridge.errors import EmbeddedBrokerFailed
from bridge.mqtt.embedded import EmbeddedBroker

DEADLINE_S = 20
CONNACK, SUBACK = 0x20, 0x90


async def publish(broker: EmbeddedBroker, topic: str, payload: str | Path, *flags: str) -> None:
    message = ("-m", payload) if isinstance(payload, str) else ("-f", str(payload))
    args = ("-p", str(broker.port), "-t", topic, *message, *flags)
    client = await asyncio.create_subprocess_exec("mosquitto_pub", "-h", "127.0.0.1", *args)
    async with asyncio.timeout(DEADLINE_S):
        assert await client.wait() == 0


@asynccontextmanager
async def subscribed(broker: EmbeddedBroker, topic_filter: str, *flags: str) -> AsyncIterator[asyncio.StreamReader]:
    """Yield the lines "topic payload" that a subscriber prints."""
    args = ("-p", str(broker.port), "-t", topic_filter, "-F", "%t %p %r", *flags)
    client = await asyncio.create_subprocess_exec("mosquitto_sub", "-h", "127.0.0.1", *args, stdout=subprocess.PIPE)
    assert client.stdout is not None
    try:
        yield client.stdout
    finally:
        client.kill()
        await client.communicate()


async def line(lines: asyncio.StreamReader) -> str:
    async with asyncio.timeout(DEADLINE_S):
        return (await lines.readline()).decode().rstrip("\n")


def text(value: str) -> bytes:
    return struct.pack("!H", len(value)) + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    return bytes([kind, len(body)]) + body


async def hello(
    broker: EmbeddedBroker, client: str, topic_filter: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect with a kept session and subscribe in the same breath."""
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    keep_alive, kept = struct.pack("!H", 30), b"\x04\x00"
    writer.write(packet(0x10, text("MQTT") + kept + keep_alive + text(client)))
    writer.write(packet(0x82, b"\x00\x01" + text(topic_filter) + b"\x00"))
    return reader, writer


async def answers(reader: asyncio.StreamReader) -> None:
    """Read until both packets of `hello` are answered."""
    missing = {CONNACK, SUBACK}
    while missing:
        kind, length = await reader.readexactly(2)
        missing.discard(kind)
        await reader.readexactly(length)


def listening_addresses(port: int) -> list[str]:
    """Return the local addresses of every socket that listens on the port, as the kernel tells them."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            _, local, _, state, *_ = row.split()
            address, _, local_port = local.partition(":")
            if state == "0A" and int(local_port, 16) == port:
                found.append(address)
    return found


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


async def test_a_message_reaches_its_subscriber() -> None:
    async with EmbeddedBroker(port=0) as broker:
        await publish(broker, "home/ready", "yes", "-r")
        async with subscribed(broker, "home/#", "-q", "1") as lines:
            assert await line(lines) == "home/ready yes 1"  # from here on the subscription stands
            await publish(broker, "home/door", "open", "-q", "1")
            assert await line(lines) == "home/door open 0"


async def test_a_message_that_several_subscriptions_of_a_client_take_reaches_it_once() -> None:
    async with EmbeddedBroker(port=0) as broker:
        await publish(broker, "ready", "yes", "-r")
        overlapping = ("-t", "home/door", "-t", "home/+", "-t", "ready")
        async with (
            subscribed(broker, "home/#", "-q", "1", *overlapping) as lines,
            subscribed(broker, "home/+", "-q", "1", "-t", "ready") as others,
        ):
            assert [await line(lines), await line(others)] == ["ready yes 1"] * 2
            for state in ("open", "closed"):
                await publish(broker, "home/door", state, "-q", "1")
                assert [await line(lines), await line(others)] == [f"home/door {state} 0"] * 2


async def test_a_retained_message_goes_only_to_who_asked_for_it() -> None:
    async with EmbeddedBroker(port=0) as broker:
        await publish(broker, "secret/door", "open", "-r")
        await publish(broker, "public/light", "on", "-r")
        async with subscribed(broker, "secret/#") as entitled:
            assert await line(entitled) == "secret/door open 1"
            async with subscribed(broker, "public/#") as stranger:
                assert await line(stranger) == "public/light on 1"


async def test_clients_that_come_back_together_are_all_answered() -> None:
    async with EmbeddedBroker(port=0) as broker:
        for number in range(20):
            await publish(broker, f"many/{number}", "x", "-r")

        async def come_and_go(client: int) -> None:
            for topic_filter in ("many/#", *(f"own/{client}/{visit}" for visit in range(4))):
                reader, writer = await hello(broker, f"client-{client}", topic_filter)
                await answers(reader)
                writer.close()
                await asyncio.sleep(0.01 * (client % 7))  # spread, as after a power cut

        async with asyncio.timeout(DEADLINE_S):
            await asyncio.gather(*(come_and_go(client) for client in range(60)))


async def test_it_listens_on_loopback_only() -> None:
    async with EmbeddedBroker(port=0) as broker:
        assert listening_addresses(broker.port) == ["0100007F"]  # 127.0.0.1, in the kernel's spelling


async def test_a_taken_port_is_told_with_its_number_and_a_way_out() -> None:
    async with EmbeddedBroker(port=0) as first:
        with pytest.raises(EmbeddedBrokerFailed, match=rf"port {first.port}: another program.*Mosquitto"):
            async with EmbeddedBroker(port=first.port):
                pytest.fail("two brokers on one port")
        await publish(first, "still", "here")


async def test_it_starts_again_on_the_same_port_with_nothing_remembered() -> None:
    broker = EmbeddedBroker(port=0)
    async with broker:
        await publish(broker, "home/old", "1", "-r")
        port = broker.port
    async with broker:
        assert broker.port == port
        await publish(broker, "home/new", "2", "-r")
        async with subscribed(broker, "home/#") as lines:
            assert await line(lines) == "home/new 2 1"


async def test_stopping_ends_every_connection_and_leaves_no_task_or_complaint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsyncExitStack() as clients:
        async with EmbeddedBroker(port=0) as broker:
            await publish(broker, "home/ready", "yes", "-r")
            silent, writer = await asyncio.open_connection("127.0.0.1", broker.port)
            clients.callback(writer.close)
            await line(await clients.enter_async_context(subscribed(broker, "home/#")))
        assert asyncio.all_tasks() == {asyncio.current_task()}
        async with asyncio.timeout(DEADLINE_S):
            assert await silent.read() == b""
    assert caplog.messages == []


async def test_a_client_that_does_not_read_does_not_hold_up_the_end(tmp_path: Path) -> None:
    more_than_sockets_hold = tmp_path / "message"
    more_than_sockets_hold.write_bytes(bytes(20_000_000))
    async with AsyncExitStack() as clients, asyncio.timeout(DEADLINE_S):
        async with EmbeddedBroker(port=0) as broker:
            reader, writer = await hello(broker, "stuck", "big/#")
            clients.callback(writer.close)
            await answers(reader)
            await publish(broker, "big/one", more_than_sockets_hold, "-q", "1")
        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("steps", range(8))
async def test_a_client_that_connects_at_the_last_moment_does_not_hold_up_the_end(steps: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        async with EmbeddedBroker(port=0) as broker:
            late = socket.create_connection(("127.0.0.1", broker.port))
            for _ in range(steps):  # of the event loop, on the way from accepted to served
                await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    late.close()


async def test_clients_that_vanish_leave_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with EmbeddedBroker(port=0) as broker:
            _, writer = await asyncio.open_connection("127.0.0.1", broker.port)
            writer.close()
            await writer.wait_closed()
            await publish(broker, "home/door", "open", "-q", "1")
    assert caplog.messages == []


def test_importing_it_does_not_import_amqtt() -> None:
    done = python("import sys, bridge.mqtt.embedded; sys.exit('amqtt' in sys.modules)")
    assert done.returncode == 0, done.stderr


def test_a_missing_extra_is_told_with_the_command_that_installs_it() -> None:
    program = """
import asyncio, sys
sys.modules["amqtt"] = None
from bridge.errors import EmbeddedBrokerMissing
from bridge.mqtt.embedded import EmbeddedBroker
try:
    asyncio.run(EmbeddedBroker().__aenter__())
except EmbeddedBrokerMissing as error:
    print(error)
"""
    assert "pip install 'ifttt-bridge[embedded]'" in python(program).stdout
