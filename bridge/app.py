"""The daemon as a whole: opens what it stands on, lets assembly.py build the parts, runs the long tasks, and stops them
in the order in which data flows. Decides nothing.
"""  # noqa: D205 -- one sentence

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from bridge import __version__
from bridge.assembly import Parts, build
from bridge.attended import with_condition
from bridge.checkup import Checkup, build_checkup
from bridge.configured import code_life_ms_of
from bridge.copies import Copies, CopyPlan
from bridge.current import Current, bring_into_force, registry_of
from bridge.dashboard.control import controlled
from bridge.dashboard.exposition import Family
from bridge.dashboard.health import Health
from bridge.dashboard.process import copies_families
from bridge.dashboard.retained import RetainedHealth
from bridge.dashboard.setup_code import SetupCode
from bridge.dashboard.written import Written
from bridge.desk.desk import Desk
from bridge.desk.place import control_path
from bridge.devices.entity import EntityKind
from bridge.devices.last_known import LastKnown
from bridge.errors import DatabaseDamaged
from bridge.ground import Ground
from bridge.heap import give_back, share_one_arena
from bridge.inside import FirstOwner, build_private_site
from bridge.kept import load
from bridge.metered import Process, families_of
from bridge.mqtt.awake import uptime_s
from bridge.mqtt.inbound import Committed
from bridge.oauth.hashing import Hasher
from bridge.opening import make_ready
from bridge.outside import broker_at, listen
from bridge.realtime.client import open_session
from bridge.registers import Registers
from bridge.reload import Reload, Rereading
from bridge.restores import Restores
from bridge.settings import Address, Settings
from bridge.sources import Sources
from bridge.storage.checkpoints import Checkpoints
from bridge.storage.database import Database, open_database
from bridge.storage.lock import hold_lock
from bridge.storage.migrate import migrate
from bridge.storage.settings import RESTORED_NOTE
from bridge.systemd import notify, watchdog_s
from bridge.takeover import Takeover
from bridge.tasks import end, first_of, first_set, for_ever, within
from bridge.watchdog import LOOPBACK, Watchdog, Watched, http_answers

SWITCH_INTERVAL_S: Final = 0.0005
"""A saturated loop starves the database's thread with the interpreter's default of 5 ms."""

LOCK_WAIT_S: Final = 2.0
"""A command without a daemon holds the lock for a moment: that must not keep a daemon from starting."""

MOST_MENDED: Final = 3
"""A database that turns out to be damaged again and again has a disk that is: then the process ends."""

DRAIN_S: Final = 5.0
FINISH_TELLING_S: Final = 3.0
TELL_HEALTH_S: Final = 1.0

Answer = Callable[[web.BaseRequest], Coroutine[None, None, web.StreamResponse]]

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running daemon listens."""

    public: int
    private: int
    broker: int


@dataclass(frozen=True, slots=True)
class _Outside:
    """What outlives the parts where they begin again: who asked for what from outside, and where the broker is."""

    stop: asyncio.Event
    started: Callable[[Ports], None]
    observers: tuple[Committed, ...]
    rereading: Rereading | None
    restores: Restores
    broker_port: int


@dataclass(frozen=True, slots=True)
class _Daemon:
    """What runs. `settings`: those it started with."""

    settings: Settings
    ground: Ground
    parts: Parts
    takeover: Takeover
    database: Database
    copies: Copies
    restores: Restores
    broker_port: int
    reload: Reload | None


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    started: Callable[[Ports], None] = lambda _ports: None,
    observers: tuple[Committed, ...] = (),
    rereading: Rereading | None = None,
) -> None:
    """Run the daemon until `stop` is set, then stop it in order. A part that fails ends it with its error.

    `rereading`: how to read the configuration again, and when.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    share_one_arena()
    restores = Restores(settings.storage.path, clock_ms=_clock_ms)
    mended = 0
    async with AsyncExitStack() as stack:
        control = control_path(settings.storage.path, os.environ)
        stack.enter_context(hold_lock(settings.storage.path, wait_s=LOCK_WAIT_S, spoken_to_at=control))
        broker_port = await stack.enter_async_context(broker_at(settings))
        outside = _Outside(stop, started, observers, rereading, restores, broker_port)
        while True:
            await make_ready(settings.storage, restores, clock_ms=_clock_ms)
            try:
                settings = await _run_once(settings, outside)
            except* DatabaseDamaged as damage:
                mended += 1
                if mended > MOST_MENDED:
                    raise
                reason = first_of(damage)
                log.error("storage.damaged_while_running", reason=reason, note="it is put right now")  # noqa: TRY400 -- the file is at fault, no trace helps
            gc.unfreeze()  # what ended with the parts may go
            outside = replace(outside, started=lambda _ports: None)
            if stop.is_set() and not restores.ready.is_set():
                break
    log.info("bridge.stopped")


async def _run_once(settings: Settings, outside: _Outside) -> Settings:
    """Build the parts on the database and run them until the end, or until a copy is to take its place.

    Return the settings in force then.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.storage.path))
        session = await stack.enter_async_context(open_session())
        await migrate(database)
        hasher = await stack.enter_async_context(Hasher())
        registers = Registers.of(database)
        registry = await registry_of(settings, registers)
        current = Current(await bring_into_force(settings, registers, registry, now_ms=_clock_ms()))
        kept = await load(registers, now_ms=_clock_ms(), code_life_ms=code_life_ms_of(settings))
        ground = Ground(current, registers, registry, kept, LastKnown(kept.loaded.states), hasher, _clock_ms, uptime_s)
        parts = build(ground, session, port=outside.broker_port, observers=outside.observers)
        takeover = Takeover(ground, parts)
        reload = None if outside.rereading is None else Reload(outside.rereading, ground.current, takeover)
        copies = await _copies(settings, registers, parts)
        port, restores = outside.broker_port, outside.restores
        daemon = _Daemon(settings, ground, parts, takeover, database, copies, restores, port, reload)
        await _run_parts(daemon, stop=outside.stop, started=outside.started)
        return current.now.settings


async def _copies(settings: Settings, registers: Registers, parts: Parts) -> Copies:
    storage = settings.storage
    return Copies(
        CopyPlan(storage.path, storage.folder_of_copies, storage.copies, storage.copy_every_s),
        run_ms=lambda: parts.entrance.now().run_ms,
        clock_ms=_clock_ms,
        note=await registers.settings.text(RESTORED_NOTE),
    )


async def _run_parts(daemon: _Daemon, *, stop: asyncio.Event, started: Callable[[Ports], None]) -> None:
    parts, settings = daemon.parts, daemon.settings
    running = asyncio.Event()
    sources = Sources(lambda: daemon.ground.current.now.settings.sources)
    health = _health(daemon, sources, running)
    families = (*families_of(parts.metered, health, _process(settings)), *_families_of_copies(daemon.copies))
    retained = _retained(health, parts)
    async with asyncio.TaskGroup() as tasks:
        recovery = tasks.create_task(parts.recovery.run(), name="recovery")
        long = {
            name: tasks.create_task(for_ever(name, coroutine), name=name)
            for name, coroutine in _long_tasks(daemon, retained, sources).items()
        }
        async with AsyncExitStack() as listeners:
            public_port = await listen(
                listeners, "public", settings.public.listen, parts.site.answer, parts.site.broken, parts.crowd
            )
            first = FirstOwner(daemon.ground, SetupCode(time.monotonic), lambda: address)
            desk = _desk(daemon, health, first)
            checkup = _checkup(daemon, desk, health, families, public_port)
            site = build_private_site(daemon.ground, parts, desk, checkup, families, first, _written(daemon.reload))
            private_port = await listen(listeners, "private", settings.private.listen, site.answer)
            address = f"http://{settings.private.listen.host}:{private_port}/"
            await listeners.enter_async_context(
                controlled(control_path(settings.storage.path, os.environ), desk.answer)
            )
            listeners.callback(parts.news.end)
            give_back()
            gc.freeze()  # what is here stays: looking through it for garbage held the loop up for 50 ms now and then
            running.set()
            ports = Ports(public_port, private_port, daemon.broker_port)
            status = partial(_status, daemon, health)
            notify("READY=1", status=status())
            log.info("bridge.started", public=public_port, private=private_port, broker=daemon.broker_port)
            await first.tell()
            started(ports)
            attending = [
                tasks.create_task(for_ever(name, coroutine), name=name)
                for name, coroutine in (_attendance(daemon, ports, status) | checkup.tasks()).items()
            ]
            await first_set(stop, daemon.restores.ready)
            await end(*attending)  # first: nothing may tell systemd now that we are ready
            if stop.is_set():
                notify("STOPPING=1", status="Finishing what is under way")
            log.info("bridge.stopping" if stop.is_set() else "bridge.restoring")
            running.clear()
        await within(TELL_HEALTH_S, retained.look())
        await end(recovery)
        await _stop(parts, long)


def _long_tasks(daemon: _Daemon, retained: RetainedHealth, sources: Sources) -> dict[str, Coroutine[None, None, None]]:
    """Return what goes on from the start to the end."""
    parts = daemon.parts
    return {
        "inbound": parts.inbound.run(),
        "alarm": parts.alarm.run(parts.inbound.next_due_ms),
        "outbound": parts.outbound.run(),
        "notifiers": parts.notifiers.run(),
        "housekeeping": parts.housekeeping.run(),
        "retention": parts.retention.run(),
        "checkpoints": Checkpoints(daemon.database).run(),
        "connection": parts.connection.run(),
        "retained health": retained.run(),
        "sources": sources.run(),
        "discovery": parts.discovery.run(daemon.takeover.descriptions),
        "copies": daemon.copies.run(),
        "restores": daemon.restores.run(),
        "damage": _end_when_damaged(daemon.database),
    }


async def _end_when_damaged(database: Database) -> None:
    """End the parts when anybody has met damage, even if whoever did goes on without: what is read may be wrong."""
    await database.damaged.wait()
    raise DatabaseDamaged("the database file is damaged")


def _families_of_copies(copies: Copies) -> Iterator[Family]:
    return copies_families(
        age_s=lambda: copies.age_s,
        newest_bytes=lambda: copies.newest_bytes,
        made=lambda: copies.made,
        failed=lambda: copies.failed,
    )


def _health(daemon: _Daemon, sources: Sources, running: asyncio.Event) -> Health:
    parts = daemon.parts
    return Health(
        running.is_set,
        {
            "broker": lambda: parts.connection.trouble,
            "storage": lambda: parts.inbound.storage_trouble,
            "realtime": lambda: parts.notifiers.trouble,
            "configuration": lambda: sources.trouble,
            "copies": lambda: daemon.copies.trouble,
        },
        minor=frozenset({"copies"}),
        notes=lambda: parts.connection.losses.texts,
    )


def _checkup(daemon: _Daemon, desk: Desk, health: Health, families: Sequence[Family], public_port: int) -> Checkup:
    host = daemon.settings.public.listen.host
    here = f"http://{Address(LOOPBACK.get(host, host), public_port)}"
    return build_checkup(daemon.ground, daemon.parts, desk, health, families, broker=_broker_address(daemon), here=here)


def _broker_address(daemon: _Daemon) -> str:
    return str(Address(daemon.settings.mqtt.url.host, daemon.broker_port))


def _written(reload: Reload | None) -> Written:
    """Return how the configuration is written; where nobody reads it again, as in the demo, there is none."""
    if reload is None:
        return Written("the configuration", lambda: "", lambda: None)
    return Written(reload.file, lambda: reload.outcome, reload.ask)


def _desk(daemon: _Daemon, health: Health, first: FirstOwner) -> Desk:
    parts = daemon.parts
    return with_condition(
        parts.desk,
        parts.connection,
        parts.inbound,
        health.report,
        decided=daemon.takeover.decisions,
        restores=daemon.restores,
        broker=_broker_address(daemon),
        since_ms=_clock_ms(),
        setup_code=first.row,
    )


def _attendance(daemon: _Daemon, ports: Ports, status: Callable[[], str]) -> dict[str, Coroutine[None, None, None]]:
    """Return what goes on besides the parts while the daemon is ready."""
    found = {}
    if daemon.reload is not None:
        found["reload"] = daemon.reload.run(ready=lambda: notify("READY=1", status=status()))
    limit_s = watchdog_s()
    if limit_s is not None:
        watched = _watched(daemon, ports, within_s=limit_s / 2)
        feed = partial(_feed, status)
        found["watchdog"] = Watchdog(watched, limit_s=limit_s, feed=feed).run()
    return found


def _watched(daemon: _Daemon, ports: Ports, *, within_s: float) -> tuple[Watched, ...]:
    public, private, database = daemon.settings.public.listen, daemon.settings.private.listen, daemon.database
    return (
        Watched("broker loop", moved_s=lambda: daemon.parts.connection.progress_s),
        Watched("writer", probe=database.writer_answers, moved_s=lambda: database.written_s),
        Watched("public listener", probe=partial(http_answers, public.host, ports.public, "/", within_s=within_s)),
        Watched(
            "private listener", probe=partial(http_answers, private.host, ports.private, "/livez", within_s=within_s)
        ),
    )


def _feed(status: Callable[[], str]) -> None:
    notify("WATCHDOG=1", status=status())


def _status(daemon: _Daemon, health: Health) -> str:
    """Say in one line how things are: what there is, what the configuration waits for, what does not work."""
    abilities = (entity for entity in daemon.ground.current.now.catalogue if entity.kind is not EntityKind.CUSTOM)
    count = len({entity.device.id for entity in abilities})
    troubles = [f"{name}: {trouble}" for name, trouble in health.report().items() if trouble]
    outcome = "" if daemon.reload is None else daemon.reload.outcome
    return "; ".join(part for part in (f"{count} device{'' if count == 1 else 's'}", outcome, *troubles) if part)


def _process(settings: Settings) -> Process:
    began_s = time.monotonic()
    return Process(__version__, _clock_ms() / 1000, lambda: time.monotonic() - began_s, settings.storage.path)


def _retained(health: Health, parts: Parts) -> RetainedHealth:
    return RetainedHealth(
        health.summary,
        version=__version__,
        connected=lambda: parts.connection.connected,
        publish=parts.connection.publish_status,
        now_s=time.monotonic,
    )


async def _stop(parts: Parts, tasks: dict[str, asyncio.Task[None]]) -> None:
    """Stop in the order in which data flows; HTTP has stopped already. Whatever takes too long is left undone:
    nothing that was acknowledged can be lost by it.
    """  # noqa: D205 -- one paragraph
    parts.connection.hold()
    await within(DRAIN_S, parts.inbound.drained())
    await parts.housekeeping.write()
    await end(tasks["connection"])
    await within(FINISH_TELLING_S, parts.notifiers.finish())
    await parts.outbound.settle()
    await parts.housekeeping.write()
    await end(*tasks.values())


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 -- the one clock of the daemon
