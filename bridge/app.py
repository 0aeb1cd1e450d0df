"""The composition root: builds every part by hand, runs the long tasks, stops them in the order in which data flows.

The only file that knows every part. Decides nothing.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from bridge.commands import Command
from bridge.configured import broker_of, entities_of, homes_of, policy_of
from bridge.dashboard.health import Health, answer_health
from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import LastKnown
from bridge.errors import CannotListen, ConfigurationError, StorageUnavailable, TemporarilyUnavailable
from bridge.housekeeping import Housekeeping
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.identities import Identities
from bridge.ifttt.service import timeline_of
from bridge.mqtt.connection import Connection
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import Committed, Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.outbound import Order, Outbound
from bridge.oauth.access import Access
from bridge.realtime.client import RealtimeClient, open_session
from bridge.realtime.notifier import Notifier
from bridge.settings import Address, Settings
from bridge.storage.accounts import Accounts
from bridge.storage.commands import Commands
from bridge.storage.database import Database, open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal, Loaded
from bridge.storage.lock import hold_lock
from bridge.storage.migrate import migrate
from bridge.storage.settings import LAST_CONNECTED_MS, SUBSCRIBED_TOPICS, TOLD_UP_TO, KeptSettings
from bridge.systemd import notify
from bridge.web.actions import ActionEndpoints
from bridge.web.answers import Answers
from bridge.web.caller import Callers, TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.server import Endpoints, PublicSite, listening
from bridge.web.setup import SetupEndpoints
from bridge.web.triggers import TriggerEndpoints, TriggerParts

SWITCH_INTERVAL_S: Final = 0.0005
"""A saturated loop starves the database's thread with the interpreter's default of 5 ms."""

INTAKE_PER_WINDOW: Final = 4
DRAIN_S: Final = 5.0
FINISH_TELLING_S: Final = 3.0
RECOVERY_RETRY_S: Final = 5.0

Answer = Callable[[web.BaseRequest], Coroutine[None, None, web.StreamResponse]]

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running daemon listens."""

    public: int
    private: int
    broker: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database had to say at the start."""

    loaded: Loaded
    once_known: Mapping[str, frozenset[str]]
    identities: Identities
    away_s: float
    told_up_to: int


@dataclass(frozen=True, slots=True)
class Registers:
    """The database, by what is kept."""

    journal: Journal
    events: Events
    accounts: Accounts
    entities: Entities
    identities: TriggerIdentities
    commands: Commands
    settings: KeptSettings

    @classmethod
    def of(cls, database: Database) -> "Registers":
        """Return all of them on one database."""
        return cls(
            Journal(database),
            Events(database),
            Accounts(database),
            Entities(database),
            TriggerIdentities(database, timeline_of),
            Commands(database),
            KeptSettings(database),
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a daemon, built and not yet running."""

    connection: Connection
    inbound: Inbound
    outbound: Outbound
    notifier: Notifier
    housekeeping: Housekeeping
    site: PublicSite
    recover: Callable[[], Coroutine[None, None, None]]


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
        stack.enter_context(hold_lock(settings.storage.path))
        broker_port = await stack.enter_async_context(_broker(settings))
        database = await stack.enter_async_context(open_database(settings.storage.path))
        session = await stack.enter_async_context(open_session())
        await migrate(database)
        registers = Registers.of(database)
        catalogue = Catalogue(entities_of(settings))
        kept = await _load(settings, registers, catalogue)
        service_key = settings.ifttt.service_keys[0].get_secret_value()
        client = RealtimeClient(session, settings.ifttt.realtime_url, service_key)
        parts = _build(settings, registers, catalogue, kept, client=client, port=broker_port, observers=observers)
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


async def _load(settings: Settings, registers: Registers, catalogue: Catalogue) -> Kept:
    """Bring the database up to the configuration, and read what the last run left."""
    now_ms = _clock_ms()
    homes = homes_of(settings)
    await registers.accounts.keep_homes(homes)
    foreign = await registers.entities.keep(catalogue, now_ms=now_ms)
    if foreign:
        raise ConfigurationError(
            [f"devices.{entity}: this id belonged to another home before; choose a new one" for entity in foreign]
        )
    interrupted = await registers.commands.settle_interrupted()
    if interrupted:
        log.warning("commands.interrupted", count=interrupted)
    last_connected_ms = await registers.settings.number(LAST_CONNECTED_MS)
    return Kept(
        loaded=await registers.journal.load(),
        once_known={home.id: await registers.entities.once_known(home.id) for home in homes},
        identities=Identities(await registers.identities.load()),
        away_s=_away_s(last_connected_ms, now_ms),
        told_up_to=await registers.settings.number(TOLD_UP_TO) or 0,
    )


def _build(
    settings: Settings,
    registers: Registers,
    catalogue: Catalogue,
    kept: Kept,
    *,
    client: RealtimeClient,
    port: int,
    observers: tuple[Committed, ...],
) -> Parts:
    broker = broker_of(settings, port=port)
    intake = Intake(INTAKE_PER_WINDOW * broker.receive_maximum)
    connection = Connection(
        broker,
        intake,
        topics=lambda: catalogue.topics,
        remembered_topics=partial(_remembered_topics, registers.settings),
        remember_topics=partial(_remember_topics, registers.settings),
        away_before_start_s=kept.away_s,
    )
    known = LastKnown(kept.loaded.states)
    deliveries = Deliveries(kept.loaded.deliveries, window=broker.receive_maximum)
    outbound = Outbound(registers.commands, connection, known, clock_ms=_clock_ms)
    notifier = Notifier(client, kept.identities)
    answers = Answers()
    inbound = Inbound(
        intake,
        Interpreter(catalogue, known, deliveries, policy_of(settings)),
        registers.journal,
        neighbours=Neighbours(
            connection.acknowledge,
            (answers.committed, notifier.committed, outbound.observe, *observers),
            notifier.take_moves,
        ),
        next_seq=kept.loaded.next_seq,
        clock_ms=_clock_ms,
    )
    household_of = partial(_household, catalogue, known, kept.once_known)
    triggers = TriggerEndpoints(
        TriggerParts(
            timelines=registers.events,
            identities=kept.identities,
            register=registers.identities,
            answers=answers,
            household_of=household_of,
            newest_seq=lambda: inbound.newest_seq,
            clock_ms=_clock_ms,
            forgotten=notifier.forget,
            everything=settings.ifttt.timeline_start == "everything",
        )
    )
    service_keys = ServiceKeys(key.get_secret_value() for key in settings.ifttt.service_keys)
    test_tokens = TestTokens(time.monotonic)
    endpoints = Endpoints(
        Callers(Access(registers.accounts, time.monotonic), test_tokens),
        SetupEndpoints(service_keys, test_tokens, clock_ms=_clock_ms),
        triggers,
        ActionEndpoints(partial(_carry_out, outbound, catalogue), household_of),
    )
    recovered = asyncio.Event()
    housekeeping = Housekeeping(
        registers.settings, registers.identities, connection, inbound, notifier, triggers, _clock_ms, recovered
    )

    async def recover() -> None:
        """Find what is owed from before. Without a readable database there is nothing to find it in: wait for it."""
        while not recovered.is_set():
            try:
                await notifier.recover(
                    registers.events.after, told_up_to=kept.told_up_to, newest_seq=kept.loaded.next_seq - 1
                )
                recovered.set()
            except StorageUnavailable as error:
                log.warning("realtime.recovery_postponed", reason=str(error))
                await asyncio.sleep(RECOVERY_RETRY_S)

    site = PublicSite(endpoints, public_url=settings.public.url)
    return Parts(connection, inbound, outbound, notifier, housekeeping, site, recover)


async def _run_parts(
    settings: Settings, parts: Parts, broker_port: int, *, stop: asyncio.Event, started: Callable[[Ports], None]
) -> None:
    running = asyncio.Event()
    health = Health(
        running.is_set,
        {
            "broker": lambda: parts.connection.live,
            "storage": lambda: parts.inbound.storage_ok,
            "realtime": lambda: not parts.notifier.trouble,
        },
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(parts.recover(), name="recovery")
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
            running.set()
            notify("READY=1")
            log.info("bridge.started", public=public_port, private=private_port, broker=broker_port)
            started(Ports(public_port, private_port, broker_port))
            await stop.wait()
            notify("STOPPING=1")
            log.info("bridge.stopping")
            running.clear()
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
    tasks["connection"].cancel()
    await asyncio.wait([tasks["connection"]])
    await _within(FINISH_TELLING_S, parts.notifier.finish())
    await parts.outbound.settle()
    await parts.housekeeping.write()
    for task in tasks.values():
        task.cancel()


async def _for_ever(name: str, coroutine: Coroutine[None, None, None]) -> None:
    await coroutine
    raise RuntimeError(f"the task {name} ended, which it never should")


async def _within(seconds: float, waiting: Coroutine[None, None, None]) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        log.warning("bridge.stopping_without_waiting", after_s=seconds)


async def _remembered_topics(settings: KeptSettings) -> tuple[str, ...]:
    try:
        text = await settings.text(SUBSCRIBED_TOPICS)
    except StorageUnavailable:
        return ()
    return tuple(text.split("\n")) if text else ()


async def _remember_topics(settings: KeptSettings, topics: tuple[str, ...]) -> None:
    """Note what is subscribed. A full disk must not keep the bridge from its broker: stale topics are only ignored."""
    with suppress(StorageUnavailable):
        await settings.keep(SUBSCRIBED_TOPICS, "\n".join(topics))


def _household(
    catalogue: Catalogue, known: LastKnown, once_known: Mapping[str, frozenset[str]], home: str
) -> RealHousehold:
    return RealHousehold(home, catalogue, known, once_known.get(home, frozenset()))


async def _carry_out(
    outbound: Outbound, catalogue: Catalogue, command: Command, *, user: str, request_id: str | None
) -> str:
    entity = catalogue.find(command.home, command.entity)
    if entity is None:
        raise TemporarilyUnavailable("The device has just been removed.")
    return await outbound.carry_out(Order(command, entity, user, request_id))


def _away_s(last_connected_ms: int | None, now_ms: int) -> float:
    """Return how long nobody listened. A clock that is behind what it said before has lost count: for very long."""
    if last_connected_ms is None or now_ms < last_connected_ms:
        return float("inf")
    return (now_ms - last_connected_ms) / 1000


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 -- the one clock of the daemon
