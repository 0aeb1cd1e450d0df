"""A network that misbehaves: every failure is an answer to try again after, and never an exception."""

import asyncio
import socket
import struct

import pytest

from bridge.realtime.client import REQUEST_TIMEOUT_S, RealtimeClient, Reply, Verdict, open_session
from bridge.simulator.virtual_time import run_virtually
from tests.integration.realtime.servers import OK, raw_server, read_request
from tests.parts.ports import free_port
from tests.unit.realtime.examples import told_of

SHORT_S = 0.2


async def notified(url: str, *, times: int = 1, timeout_s: float = 10.0) -> list[Reply]:
    """Notify that often over one session and return the replies."""
    async with open_session(request_timeout_s=timeout_s) as session:
        client = RealtimeClient(session, url, "a-service-key-for-tests")
        return [await client.notify(told_of("a")) for _ in range(times)]


def assert_to_be_tried_again(reply: Reply, *reasons: str) -> None:
    assert (reply.verdict, reply.status) == (Verdict.LATER, None)
    assert reply.reason in reasons


async def test_nobody_listening_is_tried_again() -> None:
    (reply,) = await notified(f"http://127.0.0.1:{free_port()}/v1/notifications")
    assert_to_be_tried_again(reply, "ClientConnectorError")


async def test_a_connection_that_is_never_accepted_is_given_up() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        (reply,) = await notified(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_s=SHORT_S)
    assert_to_be_tried_again(reply, "TimeoutError", "ConnectionTimeoutError")


def test_a_connection_that_is_never_accepted_is_not_waited_for_as_long_as_an_answer() -> None:
    async def story() -> float:
        with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            for other in (first, second):  # more than the backlog holds
                other.settimeout(0)
                other.connect_ex(listener.getsockname())
            (reply,) = await notified(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_s=REQUEST_TIMEOUT_S)
        assert_to_be_tried_again(reply, "ConnectionTimeoutError")
        return asyncio.get_running_loop().time()

    assert run_virtually(story(), settle_s=0.05) < 7.0


async def test_an_answer_that_never_comes_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _number: int) -> None:
        await reader.read()

    async with raw_server(silent) as url:
        (reply,) = await notified(url, timeout_s=SHORT_S)
    assert_to_be_tried_again(reply, "TimeoutError")


async def test_a_head_that_drips_is_given_up() -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 100:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0.01)

    async with raw_server(dripping) as url:
        (reply,) = await notified(url, timeout_s=SHORT_S)
    assert_to_be_tried_again(reply, "TimeoutError")


async def test_a_reset_is_tried_again() -> None:
    async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await reader.read(1)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with raw_server(resetting) as url:
        (reply,) = await notified(url)
    assert_to_be_tried_again(reply, "ClientOSError", "ServerDisconnectedError", "ClientConnectionResetError")


async def test_an_end_without_an_answer_is_tried_again() -> None:
    async def leaving(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)

    async with raw_server(leaving) as url:
        (reply,) = await notified(url)
    assert_to_be_tried_again(reply, "ServerDisconnectedError")


@pytest.mark.parametrize(
    "answer",
    [
        b"\x16\x03\x01\x02\x00 not HTTP at all\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
    ],
)
async def test_what_is_not_http_is_tried_again(answer: bytes) -> None:
    async def talking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)
        writer.write(answer)
        await writer.drain()

    async with raw_server(talking) as url:
        (reply,) = await notified(url)
    assert_to_be_tried_again(reply, "ClientResponseError")


async def test_a_connection_is_used_again_even_when_bodies_come_behind_their_heads() -> None:
    connections: list[int] = []

    async def hesitating(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        connections.append(number)
        while True:
            await read_request(reader)
            writer.write(OK[:-2])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(OK[-2:])
            await writer.drain()

    async with raw_server(hesitating) as url:
        replies = await notified(url, times=4)
    assert [reply.verdict for reply in replies] == [Verdict.TOLD] * 4
    assert connections == [1]


async def test_a_kept_connection_that_has_died_costs_one_attempt() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)
        writer.write(OK)
        await writer.drain()
        await reader.readexactly(1)  # the next request finds nobody

    async with raw_server(once) as url:
        first, second, third = await notified(url, times=3)
    assert (first.verdict, third.verdict) == (Verdict.TOLD, Verdict.TOLD)
    assert_to_be_tried_again(second, "ServerDisconnectedError", "ClientOSError")


@pytest.mark.parametrize("status_line", [b"HTTP/1.1 200 OK", b"HTTP/1.1 503 Unavailable"])
async def test_a_body_that_breaks_off_leaves_the_verdict(status_line: bytes) -> None:
    async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)
        writer.write(status_line + b"\r\nContent-Length: 100\r\n\r\nonly so much")
        await writer.drain()

    async with raw_server(breaking) as url:
        (reply,) = await notified(url)
    assert reply.status == int(status_line.split()[1])


async def test_a_body_without_an_end_leaves_the_verdict() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            await writer.drain()

    async with raw_server(endless) as url:
        first, second = await notified(url, times=2)
    assert (first.verdict, second.verdict) == (Verdict.TOLD, Verdict.TOLD)


async def promising(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
    """Promise a body that never comes."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    await writer.drain()
    await reader.read()


async def test_a_body_that_never_comes_leaves_the_verdict() -> None:
    async with raw_server(promising) as url:
        (reply,) = await notified(url, timeout_s=SHORT_S)
    assert (reply.verdict, reply.status) == (Verdict.TOLD, 200)


def test_a_body_that_never_comes_is_not_waited_for_as_long_as_an_answer() -> None:
    async def story() -> float:
        async with raw_server(promising) as url:
            (reply,) = await notified(url, timeout_s=REQUEST_TIMEOUT_S)
            assert (reply.verdict, reply.status) == (Verdict.TOLD, 200)
            return asyncio.get_running_loop().time()

    assert run_virtually(story(), settle_s=0.05) < 2.0
