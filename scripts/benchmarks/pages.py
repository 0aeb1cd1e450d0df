"""The dashboard of a large home: a thousand devices, a million events, a hundred Applets; how long each page takes.

The owner asks over and over, one page after the other, as a browser does: the page's own answer, without its pictures.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiomqtt  # noqa: TID251 -- a device, which has nothing of the daemon

from bridge.homes.user import Home
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database
from bridge.storage.migrate import migrate
from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon, door, topic
from scripts.benchmarks.many_events import HOME, fill_events, fill_identities
from scripts.benchmarks.programs import resident_mb
from scripts.benchmarks.report import Figure, Target, percentile, shown
from tests.parts.owner import Owner, owner_at
from tests.parts.waiting import until

DEVICES = 1000
EVENTS = 1_000_000
IDENTITIES = 100
OF_ONE_DAY = 1500
"""So often one door is opened and closed on the day that its page draws: more than is looked at."""

ASKED = 20
"""So often each page is asked for in a run, after once that loads what it needs."""

WITHIN_MS = Target(100)
_PAGES = {
    "Home, of 1,000 devices": "/",
    "Home, searched": "/?search=door+99",
    "a device with a full day": f"/device/{door(1)}",
    "the timeline": "/timeline",
    "of one kind, which is rare": "/timeline?kind=battery",
    "of one device": f"/timeline?device={door(1)}",
    "from the middle on": f"/timeline?before={EVENTS // 2}",
    "the Applets": "/applets",
    "the people": "/people",
    "Health": "/health",
    "the set-up": "/setup",
    "its longest screen": "/setup/platform/triggers",
}


async def pages(bench: Bench) -> Sequence[Figure]:
    """Measure each page, and the memory of the daemon once all of them were looked at."""
    async with AsyncExitStack() as stack:
        daemon, owner = await _home(bench, stack)
        paths = {**_PAGES, **await asyncio.to_thread(_single, daemon)}
        found: defaultdict[str, list[list[float]]] = defaultdict(list)
        for path in paths.values():
            await owner.see(path)
        for _ in bench.each_run("pages"):
            for name, path in paths.items():
                found[name].append([await _took_ms(owner, path) for _ in range(ASKED)])
                bench.say(f"  {name}: {shown(percentile(found[name][-1], 0.5))} ms")
        memory = resident_mb(daemon.pid)
    return [
        *(
            Figure(f"{name}, {what}", "ms", tuple(percentile(run, share) for run in runs), target=target)
            for name, runs in found.items()
            for what, share, target in (("p50", 0.5, None), ("slowest", 1.0, WITHIN_MS))
        ),
        Figure("memory of the daemon, all pages looked at", "MB", (memory,)),
    ]


async def _home(bench: Bench, stack: AsyncExitStack) -> tuple[DoorDaemon, Owner]:
    broker = Broker(bench.fresh("broker"))
    stack.callback(broker.close)
    await broker.start()
    daemon = DoorDaemon(bench.fresh("daemon"), broker.port, doors=DEVICES, storage='max_size = "1TB"')
    stack.callback(daemon.close)
    daemon.database.parent.mkdir()
    async with open_database(daemon.database) as database:
        await migrate(database)
        await Accounts(database).keep_homes([Home(HOME, "Home")])
    bench.say(f"making {EVENTS:,} events")
    await asyncio.to_thread(fill_events, daemon.database, EVENTS)
    fill_identities(daemon.database, IDENTITIES + 1)
    await daemon.start()
    owner = await stack.enter_async_context(owner_at(daemon))
    await owner.begin("owner")
    await _live(broker, daemon)
    return daemon, owner


async def _live(broker: Broker, daemon: DoorDaemon) -> None:
    """Let each door be known, and one be opened and closed all day."""
    async with aiomqtt.Client("127.0.0.1", broker.port) as devices:
        for number in range(DEVICES):
            await devices.publish(topic(door(number)), "open" if number % 3 else "closed", qos=1, retain=True)
        for number in range(OF_ONE_DAY):
            await devices.publish(topic(door(1)), "open" if number % 2 else "closed", qos=1)
    await until(lambda: daemon.count_events() >= EVENTS + OF_ONE_DAY - 1, what="the day being on disk", within_s=60)


def _single(daemon: DoorDaemon) -> dict[str, str]:
    """Return the pages of one event and of one Applet."""
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)) as connection:
        event = connection.execute("SELECT id FROM events WHERE entity = ? ORDER BY seq DESC", (door(1),)).fetchone()
        applet = connection.execute("SELECT identity FROM trigger_identities ORDER BY identity").fetchone()
    return {"the journey of an event": f"/timeline/{event[0]}", "an Applet": f"/applet/{applet[0]}"}


async def _took_ms(owner: Owner, path: str) -> float:
    begun_s = time.perf_counter()
    await owner.see(path)
    return (time.perf_counter() - begun_s) * 1000
