"""What the daemon takes while nothing happens: its memory, and the time until it is ready."""

import asyncio
import http.client
import time
from collections.abc import Sequence

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon
from scripts.benchmarks.programs import resident_mb
from scripts.benchmarks.report import Figure, Target, shown

DOORS = 10
ASK_EVERY_S = 0.005
SETTLE_S = 5.0
GIVE_UP_S = 30.0
MEMORY = Target(55)
START = Target(1.2)


async def idle(bench: Bench) -> Sequence[Figure]:
    """Start it again and again on the same database, and leave it alone for a while each time."""
    started: list[float] = []
    resident: list[float] = []
    broker = Broker(bench.fresh("broker"))
    daemon = DoorDaemon(bench.fresh("daemon"), broker.port, doors=DOORS)
    try:
        await broker.start()
        await daemon.start()  # not measured: makes the database
        daemon.stop()
        for _ in bench.each_run("idle"):
            started.append(await ready_after_s(daemon))
            await asyncio.sleep(SETTLE_S)
            resident.append(resident_mb(daemon.pid))
            daemon.stop()
            bench.say(f"  ready after {shown(started[-1])} s, {shown(resident[-1])} MB")
    finally:
        daemon.close()
        broker.close()
    return [
        Figure("start -> ready", "s", tuple(started), target=START),
        Figure(f"resident memory, idle for {SETTLE_S:g} s", "MB", tuple(resident), target=MEMORY),
    ]


async def ready_after_s(daemon: DoorDaemon, *, give_up_s: float = GIVE_UP_S) -> float:
    """Start the daemon and return how long it takes until it says that it is ready."""
    began = time.perf_counter()
    daemon.launch()
    while not _is_ready(daemon.private_port):
        if time.perf_counter() - began > give_up_s:
            raise RuntimeError(f"the daemon is not ready after {give_up_s} s:\n{daemon.log}")
        await asyncio.sleep(ASK_EVERY_S)
    return time.perf_counter() - began


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
