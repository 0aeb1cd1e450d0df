"""A program: does to the public listener what nobody should, for some seconds, and prints as JSON what came of it.

Offers at a fixed rate, whatever is served. Comes from one address of the loopback network or from many, or names
others in X-Forwarded-For as a proxy would.
"""

import argparse
import asyncio
import itertools
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from scripts.benchmarks.home import TRIGGER, door, poll_body, poll_headers

TICK_S = 0.01
CONNECT_AT_ONCE = 50
FULL_BYTES = 256 * 1024
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2
MARK = b"HTTP/1.1 "


class Wire(asyncio.Protocol):
    """One connection: counts what is answered, and drops what cannot be sent."""

    def __init__(self, counts: "Counter[str]", *, reads: bool) -> None:
        self._counts = counts
        self._reads = reads
        self._transport: asyncio.Transport | None = None
        self.alive = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note that it is there."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP is asked for
        self._transport = transport
        self.alive = True
        if not self._reads:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Count the answers that begin in what came."""
        start = data.find(MARK)
        while start >= 0:
            self._counts[data[start + len(MARK) : start + len(MARK) + 3].decode(errors="replace")] += 1
            start = data.find(MARK, start + 1)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the library's shape
        """Note that it is gone."""
        self.alive = False
        self._counts["hung up"] += 1

    def send(self, data: bytes) -> None:
        """Send, unless too much waits already."""
        if self._transport is None or not self.alive:
            return
        self._counts["offered"] += 1
        if self._transport.get_write_buffer_size() < FULL_BYTES:
            self._transport.write(data)
            self._counts["sent"] += 1

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


async def main(options: argparse.Namespace) -> None:
    """Connect, say so, attack, and print what was counted."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    counts: Counter[str] = Counter()
    wires = await _connected(options, counts)
    print("ready", flush=True)
    if options.kind == "churn":
        await _churn(options, counts)
    else:
        await _pace(options, wires, _requests(options))
    counts["alive"] = sum(wire.alive for wire in wires)
    print(msgspec.json.encode(counts).decode(), flush=True)
    for wire in wires:
        wire.close()
    await asyncio.sleep(TICK_S)


async def _connected(options: argparse.Namespace, counts: "Counter[str]") -> list[Wire]:
    wires: list[Wire] = []
    addresses = itertools.cycle(f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(options.addresses))
    source = (lambda: None) if not options.addresses else (lambda: (next(addresses), 0))
    places = asyncio.Semaphore(CONNECT_AT_ONCE)

    async def connect() -> None:
        async with places:
            wire = Wire(counts, reads=options.kind != "deaf")
            try:
                await asyncio.get_running_loop().create_connection(
                    lambda: wire, "127.0.0.1", options.port, local_addr=source()
                )
            except OSError:
                counts["refused"] += 1
            wires.append(wire)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(options.connections):
            tasks.create_task(connect())
    return wires


async def _pace(options: argparse.Namespace, wires: list[Wire], requests: Iterator[bytes]) -> None:
    """Send at the rate that was asked for, each from the next connection."""
    turn, began, sent = itertools.cycle(wires), time.perf_counter(), 0
    while (elapsed := time.perf_counter() - began) < options.seconds:
        due = int(elapsed * options.rate)
        for _ in range(due - sent):
            next(turn).send(next(requests))
        sent = due
        await asyncio.sleep(TICK_S)


async def _churn(options: argparse.Namespace, counts: "Counter[str]") -> None:
    """Come and go as fast as it gets, every second time in the middle of a request."""
    until = time.perf_counter() + options.seconds
    while time.perf_counter() < until:
        wires = await _connected(options, counts)
        for number, wire in enumerate(wires):
            if number % 2:
                wire.send(b"POST /ifttt/v1/triggers/")
            wire.close()
        await asyncio.sleep(0)


def _requests(options: argparse.Namespace) -> Iterator[bytes]:
    """Return what is sent, piece by piece."""
    kinds: dict[str, Callable[[int], bytes]] = {
        "polls": lambda _n: _poll(options.token, ""),
        "strangers": lambda n: _poll(f"wrong-{n}", f"203.0.113.{n % 250}"),
        "one stranger": lambda n: _poll(f"wrong-{n}", "203.0.113.9"),
        "deaf": lambda _n: _poll(options.token, ""),
        "drip": lambda n: b"POST /ifttt/v1/status HTTP/1.1\r\n" if n < options.connections else b"X",
        "drip body": lambda n: _dripping(options.token) if n < options.connections else b" ",
        "huge": lambda n: (
            b"X-Filling-%d: " % n + b"x" * 4000 + b"\r\n" if n >= options.connections else b"GET / HTTP/1.1\r\n"
        ),
        "idle": lambda _n: b"",
        "garbage": lambda n: HELLO if n % 2 else b"\x00\xff" * 200,
    }
    return map(kinds[options.kind], itertools.count())


def _poll(token: str, forwarded: str) -> bytes:
    body = poll_body(door(0))
    headers = poll_headers(token) | {"Host": "home.example", "Content-Length": str(len(body))}
    if forwarded:
        headers["X-Forwarded-For"] = forwarded
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /ifttt/v1/triggers/{TRIGGER} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _dripping(token: str) -> bytes:
    return (
        f"POST /ifttt/v1/triggers/{TRIGGER} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n{"
    ).encode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--addresses", type=int, default=0, help="how many to come from; 0: from 127.0.0.1, a proxy")
    parser.add_argument("--rate", type=float, default=0, help="a second, over all connections")
    parser.add_argument("--seconds", type=float, required=True)
    asyncio.run(main(parser.parse_args()))
