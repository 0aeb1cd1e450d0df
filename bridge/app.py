"""The daemon as a whole: opens what it stands on, lets assembly.py build the parts, runs the long tasks, and stops them
in the order in which data flows. Decides nothing.
"""  # noqa: D205 -- one sentence

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from bridge.assembly import Ground, Parts, Registers, build, load, with_condition
from bridge.configured import entities_of
from bridge.dashboard.control import controlled
from bridge.dashboard.health import Health, answer_health
from bridge.desk.place import control_path
from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import LastKnown
from bridge.errors import CannotListen
from bridge.mqtt.inbound import Committed
from bridge.realtime.client import RealtimeClient, open_session
from bridge.settings import Address, Settings
from bridge.storage.database import open_database
from bridge.storage.lock import hold_lock
from bridge.storage.migrate import migrate
from bridge.systemd import notify
from bridge.web.server import listening

SWITCH_INTERVAL_S: Final = 0.0005
"""A saturated loop starves the database's thread with the interpreter's default of 5 ms."""

LOCK_WAIT_S: Final = 2.0
"""A command without a daemon holds the lock for a moment: that must not keep a daemon from starting."""

DRAIN_S: Final = 5.0
FINISH_TELLING_S: Final = 3.0
CANCEL_AGAIN_S: Final = 0.5

Answer = Callable[[web.BaseRequest], Coroutine[None, None, web.StreamResponse]]

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running daemon listens."""

    public: int
    private: int
    broker: int


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    started: Callable[[Ports], None] = lambda _ports: None,
    observers: tuple[Committed, ...] = (),
) -> None:
    """Run the daemon until `stop` is set, then stop it in order. A part that fails ends it with its error."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    async with AsyncExitStack() as stack:
        control = control_path(settings.storage.path, os.environ)
        stack.enter_context(hold_lock(settings.storage.path, wait_s=LOCK_WAIT_S, spoken_to_at=control))
        broker_port = await stack.enter_async_context(_broker(settings))
        database = await stack.enter_async_context(open_database(settings.storage.path))
        session = await stack.enter_async_context(open_session())
        await migrate(database)
        registers = Registers.of(database)
        catalogue = Catalogue(entities_of(settings))
        kept = await load(settings, registers, catalogue, now_ms=_clock_ms())
        ground = Ground(settings, registers, catalogue, kept, LastKnown(kept.loaded.states), _clock_ms)
        service_key = settings.ifttt.service_keys[0].get_secret_value()
        client = RealtimeClient(session, settings.ifttt.realtime_url, service_key)
        parts = build(ground, client, port=broker_port, observers=observers)
        await _run_parts(settings, parts, broker_port, stop=stop, started=started)
    log.info("bridge.stopped")


@asynccontextmanager
async def _broker(settings: Settings) -> AsyncIterator[int]:
    """Run the embedded broker if it is asked for, and give the port to connect to."""
    if not settings.mqtt.url.embedded:
        yield settings.mqtt.url.port
        return
    from bridge.mqtt.embedded import EmbeddedBroker  # noqa: PLC0415 -- a home with Mosquitto does without its weight

    async with EmbeddedBroker(port=settings.mqtt.url.port) as broker:
        log.warning("mqtt.embedded_broker", port=broker.port, note="for trials only: a home runs Mosquitto")
        yield broker.port


async def _run_parts(
    settings: Settings, parts: Parts, broker_port: int, *, stop: asyncio.Event, started: Callable[[Ports], None]
) -> None:
    running = asyncio.Event()
    health = Health(
        running.is_set,
        {
            "broker": lambda: parts.connection.trouble,
            "storage": lambda: parts.inbound.storage_trouble,
            "realtime": lambda: parts.notifier.trouble,
        },
    )
    async with asyncio.TaskGroup() as tasks:
        recovery = tasks.create_task(parts.recovery.run(), name="recovery")
        long = {
            name: tasks.create_task(_for_ever(name, coroutine), name=name)
            for name, coroutine in (
                ("inbound", parts.inbound.run()),
                ("outbound", parts.outbound.run()),
                ("notifier", parts.notifier.run()),
                ("housekeeping", parts.housekeeping.run()),
                ("connection", parts.connection.run()),
            )
        }
        async with AsyncExitStack() as listeners:
            public_port = await _listen(listeners, "public", settings.public.listen, parts.site.answer)
            private_port = await _listen(listeners, "private", settings.private.listen, partial(answer_health, health))
            broker = f"{settings.mqtt.url.host}:{broker_port}"
            desk = with_condition(parts, health.report, broker=broker, since_ms=_clock_ms())
            control = control_path(settings.storage.path, os.environ)
            await listeners.enter_async_context(controlled(control, desk.answer))
            listeners.callback(parts.news.end)
            running.set()
            notify("READY=1")
            log.info("bridge.started", public=public_port, private=private_port, broker=broker_port)
            started(Ports(public_port, private_port, broker_port))
            await stop.wait()
            notify("STOPPING=1")
            log.info("bridge.stopping")
            running.clear()
        await _end(recovery)
        await _stop(parts, long)


async def _listen(listeners: AsyncExitStack, section: str, address: Address, answer: Answer) -> int:
    try:
        return await listeners.enter_async_context(listening(answer, address.host, address.port))
    except OSError as error:
        raise CannotListen(f"[{section}] listen: cannot listen on {address}: {error.strerror}") from error


async def _stop(parts: Parts, tasks: dict[str, asyncio.Task[None]]) -> None:
    """Stop in the order in which data flows; HTTP has stopped already. Whatever takes too long is left undone:
    nothing that was acknowledged can be lost by it.
    """  # noqa: D205 -- one paragraph
    parts.connection.hold()
    await _within(DRAIN_S, parts.inbound.drained())
    await parts.housekeeping.write()
    await _end(tasks["connection"])
    await _within(FINISH_TELLING_S, parts.notifier.finish())
    await parts.outbound.settle()
    await parts.housekeeping.write()
    await _end(*tasks.values())


async def _end(*tasks: asyncio.Task[None]) -> None:
    """Cancel until it helps: with Python 3.11 `wait_for` swallows a cancellation that comes with its result."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=CANCEL_AGAIN_S)


async def _for_ever(name: str, coroutine: Coroutine[None, None, None]) -> None:
    await coroutine
    raise RuntimeError(f"the task {name} ended, which it never should")


async def _within(seconds: float, waiting: Coroutine[None, None, None]) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        log.warning("bridge.stopping_without_waiting", after_s=seconds)


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 -- the one clock of the daemon
