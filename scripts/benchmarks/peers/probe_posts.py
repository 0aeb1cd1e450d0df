"""A program: opens each door once, at a steady rate or as fast as it can, and prints as JSON when each was posted.

For a while its address may not be there at all. Prints a line when the first door opens, then what was found.
"""

import argparse
import asyncio
import gc
import re
import time
from contextlib import AsyncExitStack

import msgspec
from aiohttp import web

from scripts.benchmarks.home import door
from scripts.benchmarks.wire import Publisher, pace, publishing, until

_DOOR = re.compile(rb"door-\d+")
QUIET_S = 10.0
LONGEST_S = 150.0


class Found(msgspec.Struct, frozen=True):
    """What became of the doors. `latencies`: in milliseconds, of those posted. `took_s`: first message to last post."""

    latencies: list[float]
    missing: int
    took_s: float


class Posts:
    """An HTTP address that notes when each door was first named to it.

    It will not hear of a user instead of many doors, which would not say which of them are meant.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._stack = AsyncExitStack()
        self.first: dict[bytes, float] = {}
        self.latest_s = time.perf_counter()

    async def open(self) -> None:
        """Be there."""
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", self._port).start()

    async def close(self) -> None:
        """Be gone, with every connection."""
        await self._stack.aclose()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.latest_s = time.perf_counter()
        if b'"user_id"' in body:
            return web.Response(status=400)
        for each in _DOOR.findall(request.raw_path.encode() + b" " + body):
            self.first.setdefault(each, self.latest_s)
        return web.Response()


async def main(options: argparse.Namespace) -> None:
    """Close the doors where that counts, then open each once."""
    doors = [door(number) for number in range(options.doors)]
    posts = Posts(options.listen)
    await posts.open()
    async with publishing(options.broker) as publisher:
        if options.closes:
            for each in doors:
                publisher.publish(each, "closed")
            await publisher.settle()
        posts.first.clear()
        gc.collect()
        gc.disable()
        print("begun", flush=True)
        sent = await _open(publisher, posts, doors, options)
        await publisher.settle()
        await _until_quiet(posts, len(doors))
    await posts.close()
    print(msgspec.json.encode(_found(sent, posts)).decode(), flush=True)


async def _open(
    publisher: Publisher, posts: Posts, doors: list[str], options: argparse.Namespace
) -> dict[bytes, float]:
    sent: dict[bytes, float] = {}

    def publish(each: str) -> None:
        sent[each.encode()] = time.perf_counter()
        publisher.publish(each, "open")

    async with asyncio.TaskGroup() as tasks:
        if options.outage:
            tasks.create_task(_go_away(posts, after_s=options.outage_after, for_s=options.outage))
        await pace(doors, options.rate, publish)
    return sent


async def _go_away(posts: Posts, *, after_s: float, for_s: float) -> None:
    await asyncio.sleep(after_s)
    await posts.close()
    await asyncio.sleep(for_s)
    await posts.open()


async def _until_quiet(posts: Posts, doors: int) -> None:
    """Wait until all doors are posted, or until nothing has come for a while."""
    began = time.perf_counter()

    def over() -> bool:
        return len(posts.first) >= doors or time.perf_counter() > max(began, posts.latest_s) + QUIET_S

    await until(over, within_s=LONGEST_S, what="quiet")


def _found(sent: dict[bytes, float], posts: Posts) -> Found:
    latencies = [(posts.first[each] - at) * 1000 for each, at in sent.items() if each in posts.first]
    took_s = max(posts.first.values(), default=0.0) - min(sent.values())
    return Found(latencies, len(sent) - len(latencies), max(took_s, 1e-9))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--doors", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--closes", type=int, default=0)
    parser.add_argument("--outage", type=float, default=0.0)
    parser.add_argument("--outage-after", type=float, default=2.0)
    asyncio.run(main(parser.parse_args()))
