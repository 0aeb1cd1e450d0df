"""A program: opens doors at a steady rate and prints how long each took to be told, in milliseconds, as JSON."""

import argparse
import asyncio
import contextlib
import gc
import time

import msgspec

from scripts.benchmarks.home import door
from scripts.benchmarks.wire import Listener, Publisher, listening, pace, publishing, until

WARM_UP = 50
GIVE_UP_S = 10.0


async def main(options: argparse.Namespace) -> None:
    """Close all doors, warm up with some, then measure each of them once."""
    doors = [door(number) for number in range(options.doors)]
    async with listening(options.listen) as listener, publishing(options.broker) as publisher:
        await _close(publisher, doors)
        warm = doors[:WARM_UP]
        await _open(publisher, warm, options.rate, listener=listener)
        await _close(publisher, warm)
        listener.told.clear()
        gc.collect()
        gc.disable()
        sent = await _open(publisher, doors, options.rate, listener=listener)
    latencies = [(listener.told[each] - sent[each]) * 1000 for each in doors if each in listener.told]
    print(msgspec.json.encode(latencies).decode(), flush=True)


async def _close(publisher: Publisher, doors: list[str]) -> None:
    for each in doors:
        publisher.publish(each, "closed")
    await publisher.settle()


async def _open(publisher: Publisher, doors: list[str], rate: float, *, listener: Listener) -> dict[str, float]:
    """Open doors, wait until all of them are told, and return when each was opened. What is never told shows later."""
    sent: dict[str, float] = {}

    def publish(each: str) -> None:
        sent[each] = time.perf_counter()
        publisher.publish(each, "open")

    await pace(doors, rate, publish)
    with contextlib.suppress(RuntimeError):
        await until(lambda: len(listener.told) == len(doors), within_s=GIVE_UP_S, what="every door being told")
    return sent


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--doors", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    asyncio.run(main(parser.parse_args()))
