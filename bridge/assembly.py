"""Builds every part of the daemon by hand, from the configuration and what the database holds. Runs none of them."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog

from bridge import __version__
from bridge.commands import Command
from bridge.configured import broker_of, homes_of, policy_of
from bridge.desk.desk import Desk
from bridge.desk.news import News
from bridge.desk.requests import Condition, TopicHeard
from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import LastKnown
from bridge.errors import ConfigurationError, StorageUnavailable, TemporarilyUnavailable
from bridge.housekeeping import Housekeeping
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.identities import Identities
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.service import timeline_of
from bridge.mqtt.connection import Connection
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import Committed, Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.outbound import Order, Outbound
from bridge.oauth.access import Access
from bridge.realtime.client import RealtimeClient
from bridge.realtime.notifier import Notifier
from bridge.settings import Settings
from bridge.storage.accounts import Accounts
from bridge.storage.commands import Commands
from bridge.storage.database import Database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal, Loaded
from bridge.storage.settings import LAST_CONNECTED_MS, SUBSCRIBED_TOPICS, TOLD_UP_TO, KeptSettings
from bridge.web.actions import ActionEndpoints
from bridge.web.answers import Answers
from bridge.web.caller import Callers, TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.server import Endpoints, PublicSite
from bridge.web.setup import SetupEndpoints
from bridge.web.triggers import TriggerEndpoints, TriggerParts

INTAKE_PER_WINDOW: Final = 4
RECOVERY_RETRY_S: Final = 5.0

log = structlog.get_logger("bridge.app")


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
class Ground:
    """What everything stands on. `clock_ms` gives epoch milliseconds."""

    settings: Settings
    registers: Registers
    catalogue: Catalogue
    kept: Kept
    known: LastKnown
    clock_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a daemon, built and not yet running."""

    connection: Connection
    inbound: Inbound
    outbound: Outbound
    notifier: Notifier
    housekeeping: Housekeeping
    site: PublicSite
    recovery: "Recovery"
    desk: Desk
    news: News


@dataclass(frozen=True, slots=True)
class Recovery:
    """Finds what was owed to IFTTT before a restart."""

    notifier: Notifier
    events: Events
    told_up_to: int
    newest_seq: int
    done: asyncio.Event

    async def run(self) -> None:
        """Find it. Without a readable database there is nothing to find it in: wait for one."""
        while not self.done.is_set():
            try:
                await self.notifier.recover(self.events.after, told_up_to=self.told_up_to, newest_seq=self.newest_seq)
                self.done.set()
            except StorageUnavailable as error:
                log.warning("realtime.recovery_postponed", reason=str(error))
                await asyncio.sleep(RECOVERY_RETRY_S)


async def load(settings: Settings, registers: Registers, catalogue: Catalogue, *, now_ms: int) -> Kept:
    """Bring the database up to the configuration, and read what the last run left."""
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


def build(ground: Ground, client: RealtimeClient, *, port: int, observers: tuple[Committed, ...]) -> Parts:
    """Put the parts together. `port`: where the broker is; `observers`: who else wants to know what is committed."""
    registers, kept = ground.registers, ground.kept
    broker = broker_of(ground.settings, port=port)
    intake = Intake(INTAKE_PER_WINDOW * broker.receive_maximum)
    connection = Connection(
        broker,
        intake,
        topics=lambda: ground.catalogue.topics,
        remembered_topics=partial(_remembered_topics, registers.settings),
        remember_topics=partial(_remember_topics, registers.settings),
        away_before_start_s=kept.away_s,
    )
    outbound = Outbound(registers.commands, connection, ground.known, clock_ms=ground.clock_ms)
    notifier = Notifier(client, kept.identities)
    answers, news = Answers(), News()
    neighbours = Neighbours(
        connection.acknowledge,
        (answers.committed, notifier.committed, outbound.observe, news.committed, *observers),
        notifier.take_moves,
    )
    inbound = _inbound(ground, intake, neighbours, window=broker.receive_maximum)
    triggers = _triggers(ground, answers, inbound, notifier)
    recovery = Recovery(notifier, registers.events, kept.told_up_to, inbound.newest_seq, asyncio.Event())
    housekeeping = Housekeeping(
        registers.settings,
        registers.identities,
        connection,
        inbound,
        notifier,
        triggers,
        ground.clock_ms,
        recovery.done,
    )
    access = Access(registers.accounts, time.monotonic)
    site = _site(ground, access, triggers, outbound)
    desk = _desk(ground, access, notifier, news)
    return Parts(connection, inbound, outbound, notifier, housekeeping, site, recovery, desk, news)


def _inbound(ground: Ground, intake: Intake, neighbours: Neighbours, *, window: int) -> Inbound:
    deliveries = Deliveries(ground.kept.loaded.deliveries, window=window)
    return Inbound(
        intake,
        Interpreter(ground.catalogue, ground.known, deliveries, policy_of(ground.settings)),
        ground.registers.journal,
        neighbours=neighbours,
        next_seq=ground.kept.loaded.next_seq,
        clock_ms=ground.clock_ms,
    )


def _triggers(ground: Ground, answers: Answers, inbound: Inbound, notifier: Notifier) -> TriggerEndpoints:
    return TriggerEndpoints(
        TriggerParts(
            timelines=ground.registers.events,
            identities=ground.kept.identities,
            register=ground.registers.identities,
            answers=answers,
            household_of=partial(_household, ground),
            newest_seq=lambda: inbound.newest_seq,
            clock_ms=ground.clock_ms,
            forgotten=notifier.forget,
            everything=ground.settings.ifttt.timeline_start == "everything",
        )
    )


def _site(ground: Ground, access: Access, triggers: TriggerEndpoints, outbound: Outbound) -> PublicSite:
    service_keys = ServiceKeys(key.get_secret_value() for key in ground.settings.ifttt.service_keys)
    test_tokens = TestTokens(time.monotonic)
    endpoints = Endpoints(
        Callers(access, test_tokens),
        SetupEndpoints(service_keys, test_tokens, clock_ms=ground.clock_ms),
        triggers,
        ActionEndpoints(partial(_carry_out, outbound, ground.catalogue), partial(_household, ground)),
    )
    return PublicSite(endpoints, public_url=ground.settings.public.url)


def _desk(ground: Ground, access: Access, notifier: Notifier, news: News) -> Desk:
    registers = ground.registers

    def forget_user(user: str) -> None:
        for key in ground.kept.identities.of_user(user):
            ground.kept.identities.remove(key)
            notifier.forget(key)

    return Desk(
        registers.accounts,
        registers.events,
        registers.entities,
        homes=lambda: tuple(homes_of(ground.settings)),
        catalogue=lambda: ground.catalogue,
        clock_ms=ground.clock_ms,
        forget_user=forget_user,
        forget_tokens=access.forget,
        news=news,
    )


def with_condition(parts: Parts, report: Callable[[], dict[str, str]], *, broker: str, since_ms: int) -> Desk:
    """Return the desk of a daemon that runs since then, able to say how it is. `report`: each part and its trouble."""

    def condition() -> Condition:
        return Condition(
            version=__version__,
            pid=os.getpid(),
            since=iso_time(since_ms),
            broker=broker,
            parts=report(),
            limits=tuple(getattr(parts.connection, "limits", ())),
            heard={
                topic: TopicHeard(iso_time(at), trouble) for topic, (at, trouble) in parts.inbound.heard.all().items()
            },
        )

    return replace(parts.desk, condition=condition)


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


def _household(ground: Ground, home: str) -> RealHousehold:
    return RealHousehold(home, ground.catalogue, ground.known, ground.kept.once_known.get(home, frozenset()))


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
