"""A program: presses buttons at the rates that it is told line by line, and is IFTTT's Realtime API, behind TLS.

For each line of JSON that it reads it prints one: the milliseconds from publishing a press until the request that told
of it was there, how many presses were never told, at which rate it pressed, and what it cost.
"""

import argparse
import asyncio
import contextlib
import gc
import ssl
import sys
import time
from collections import defaultdict, deque
from pathlib import Path

import msgspec
from aiohttp import web

from scripts.benchmarks.home import button
from scripts.benchmarks.presser import Press, Presser
from scripts.benchmarks.told import Found, Order
from scripts.benchmarks.wire import until

GIVE_UP_S = 10.0


class Told:
    """What waits to be told: of each button its presses in order, of which a request tells the first.

    Where one request told of several presses of a button, later ones take the place of earlier ones, which only makes
    them look slower; what is left of them at the end was told with the last.
    """

    def __init__(self) -> None:
        self._pressed: defaultdict[str, deque[float]] = defaultdict(deque)
        self._last_s: dict[str, float] = {}
        self.waiting = 0
        self.latencies_ms: list[float] = []

    def pressed(self, press: Press) -> None:
        """Take note of a press."""
        self._pressed[press.button].append(press.at_s)
        self.waiting += 1

    def told(self, button: str, at_s: float) -> None:
        """Take note of a notification."""
        self._last_s[button] = at_s
        if self._pressed[button]:
            self.latencies_ms.append((at_s - self._pressed[button].popleft()) * 1000)
            self.waiting -= 1

    def untold(self) -> int:
        """Count the presses that nothing came after."""
        return sum(at_s > self._last_s.get(button, 0.0) for button, left in self._pressed.items() for at_s in left)

    def end(self) -> None:
        """Count what is left and was told with the last."""
        for name, left in self._pressed.items():
            last_s = self._last_s.get(name, 0.0)
            self.latencies_ms += [(last_s - at_s) * 1000 for at_s in left if at_s <= last_s]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Be the Realtime API."""
        body = await request.read()
        now_s = time.monotonic()
        for entry in msgspec.json.decode(body)["data"]:
            self.told(entry["trigger_identity"], now_s)
        return web.Response()


async def main(options: argparse.Namespace) -> None:
    """Serve, and follow orders until there are no more."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.certificate, options.key)
    current = [Told()]

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await current[0].answer(request)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.listen, ssl_context=tls).start()
    gc.collect()
    gc.disable()  # what is measured must not be ours
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        current[0] = Told()
        found = await _follow(msgspec.json.decode(line, type=Order), current[0])
        print(msgspec.json.encode(found).decode(), flush=True)
        gc.collect()
    await runner.cleanup()


async def _follow(order: Order, told: Told) -> Found:
    buttons = [button(number % order.buttons) for number in range(order.start, order.start + order.events)]
    presser = Presser(order.broker, [*dict.fromkeys(buttons)])
    await presser.connect()
    cpu_s = time.process_time()
    if order.one_at_a_time:
        rate = await _one_at_a_time(presser, buttons, order.per_second, told)
    else:
        rate = await presser.press(buttons, order.per_second, told.pressed)
    await presser.settle()
    with contextlib.suppress(RuntimeError):  # what is never told is counted
        await until(lambda: not told.untold(), within_s=GIVE_UP_S, what="every press being told")
    told.end()
    cpu_us = (time.process_time() - cpu_s) * 1e6 / order.events
    presser.close()
    return Found(told.latencies_ms, told.untold(), rate, cpu_us)


async def _one_at_a_time(presser: Presser, buttons: list[str], per_second: float, told: Told) -> float:
    began_s = time.monotonic()
    for each in buttons:
        next_s = time.monotonic() + 1 / per_second
        await presser.press([each], per_second, told.pressed)
        await until(lambda: told.waiting == 0, within_s=GIVE_UP_S, what="the press being told")
        await asyncio.sleep(next_s - time.monotonic())
    return len(buttons) / (time.monotonic() - began_s)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    asyncio.run(main(parser.parse_args()))
