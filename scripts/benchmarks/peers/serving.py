"""Polls a second: the npm package `ifttt` and a minimal FastAPI service beside the bridge.

Each answers fifty events to the same poll, and checks the bearer token. Only the bridge's events are on a disk.
"""

import asyncio
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import TRIGGER, DoorDaemon, door, poll_body, poll_headers
from scripts.benchmarks.peers.installed import Installed
from scripts.benchmarks.poll import EVENTS, Side, side_by_side, staged
from scripts.benchmarks.report import Figure, shown
from tests.parts.ports import free_port

HERE: Final = Path(__file__).parent
TOKEN: Final = "a-token"  # noqa: S105 -- an example
STARTING_S: Final = 30.0
LOOK_S: Final = 0.1


async def serving(bench: Bench, installed: Installed) -> Sequence[Figure]:
    """Measure each service in turn, in every run."""
    rates: defaultdict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        stage = await staged(bench, stack, DoorDaemon, "peers")
        sides = {"ifttt-bridge": Side(stage.url, stage.token)}
        for name, command in _commands(installed).items():
            port = free_port()
            stack.enter_context(_running([*command, str(port)], bench.folder / f"{name}.log"))
            sides[name] = Side(f"http://127.0.0.1:{port}/ifttt/v1/triggers/{TRIGGER}", TOKEN)
            await _until_it_answers(name, *sides[name])
        for run in bench.each_run("serving"):
            for name, rate in (await side_by_side(sides, "", turned=run % 2 == 1)).items():
                rates[name].append(rate)
                bench.say(f"  {name}: {shown(rates[name][-1])} polls/s")
    return [Figure(f"{name}: poll of {EVENTS} events", "polls/s", tuple(found)) for name, found in rates.items()]


def _commands(installed: Installed) -> dict[str, list[str]]:
    return {
        "fastapi": [str(installed.programs / "python"), str(HERE / "fastapi_service.py")],
        "npm ifttt": ["node", str(HERE / "ifttt_service.js"), str(installed.modules)],
    }


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    with log.open("ab") as said, subprocess.Popen(command, stdout=said, stderr=said, cwd=log.parent) as process:
        try:
            yield
        finally:
            process.kill()


async def _until_it_answers(name: str, url: str, token: str) -> None:
    """Wait until it does, and look whether it answers what it should. Raises RuntimeError."""
    deadline = asyncio.get_running_loop().time() + STARTING_S
    async with aiohttp.ClientSession(headers=poll_headers(token)) as session:
        while True:
            try:
                async with session.post(url, data=poll_body(door(0))) as response:
                    found = msgspec.json.decode(await response.read())
                    if response.status != 200 or len(found["data"]) != EVENTS:
                        raise RuntimeError(f"{name} answers {response.status}, not {EVENTS} events")
                    break
            except aiohttp.ClientConnectorError:
                if asyncio.get_running_loop().time() > deadline:
                    raise RuntimeError(f"{name} does not answer") from None
                await asyncio.sleep(LOOK_S)
        async with session.post(url, data=poll_body(door(0)), headers={"Authorization": "Bearer x"}) as refused:
            if refused.status != 401:
                raise RuntimeError(f"{name} does not check the token")
