"""A program: opens a door, polls as soon as it is told, as IFTTT does; prints the times of the polls as JSON (ms)."""

import argparse
import asyncio
import time

import aiohttp
import msgspec

from scripts.benchmarks.home import door, poll_body, poll_headers
from scripts.benchmarks.wire import Listener, Publisher, listening, publishing, until


async def main(options: argparse.Namespace) -> None:
    """Open one door after the other, several times over, so that no identity is told more often than it may be."""
    headers = poll_headers(options.token) | {"Accept-Encoding": "gzip, deflate"}
    latencies: list[float] = []
    async with (
        listening(options.listen) as listener,
        publishing(options.broker) as publisher,
        aiohttp.ClientSession(headers=headers) as session,
    ):
        for _ in range(options.rounds):
            for number in range(options.doors):
                await _open(publisher, listener, door(number))
                latencies.append(await _poll(session, options.url, door(number)))
    print(msgspec.json.encode(latencies[options.doors :]).decode(), flush=True)  # the first round warms up


async def _open(publisher: Publisher, listener: Listener, door_id: str) -> None:
    listener.told.clear()
    publisher.publish(door_id, "closed")
    publisher.publish(door_id, "open")
    await until(lambda: door_id in listener.told, what="the door being told")


async def _poll(session: aiohttp.ClientSession, url: str, door_id: str) -> float:
    began = time.perf_counter()
    async with session.post(url, data=poll_body(door_id)) as response:
        response.raise_for_status()
        await response.read()
        return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--doors", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    asyncio.run(main(parser.parse_args()))
