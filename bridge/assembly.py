"""Builds every part of the daemon by hand, from the configuration and what the database holds. Runs none of them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import aiohttp

from bridge.attended import Forget, attended_desk
from bridge.configured import accounts_of, broker_of
from bridge.connections import Connections, build_connections
from bridge.current import Configuration, Current
from bridge.dashboard.measures import Lags, RequestCounts
from bridge.desk.desk import Desk
from bridge.desk.news import News
from bridge.desk.permit import Permit
from bridge.devices.registry import Registry
from bridge.discovery import Discovery
from bridge.entrance import Entrance, build_entrance
from bridge.ground import Ground
from bridge.housekeeping import Housekeeping
from bridge.ifttt.cursors import Cursors
from bridge.ifttt.identities import IdentityKey
from bridge.inbound_path import (
    build_alarm,
    build_connection,
    build_inbound,
    build_neighbours,
    build_steps,
    know_deliveries,
)
from bridge.journeys import JourneyNotes, journeys_of
from bridge.lookups import CarryOut, Lookups
from bridge.metered import Metered, Meters
from bridge.mqtt.alarm import Alarm
from bridge.mqtt.connection import Connection
from bridge.mqtt.inbound import Committed, Inbound
from bridge.mqtt.intake import Intake
from bridge.mqtt.outbound import Outbound
from bridge.mqtt.session import Broker
from bridge.oauth.noted import Owner
from bridge.realtime.account import Account
from bridge.realtime.client import RealtimeClient
from bridge.realtime.notifier import Notifier
from bridge.realtime.notifiers import Notifiers
from bridge.reception import Reception, build_reception
from bridge.recovery import Recovery, tell_restored
from bridge.retention import Retention
from bridge.timeline.retention import Limits
from bridge.web.actions import ActionEndpoints
from bridge.web.answers import Answers
from bridge.web.crowd import Crowd
from bridge.web.descriptors import most_connections
from bridge.web.echo import Echo
from bridge.web.queries import QueryEndpoints
from bridge.web.server import Endpoints, PublicSite
from bridge.web.setup import SetupEndpoints
from bridge.web.triggers import TriggerEndpoints, TriggerParts
from bridge.web.validation import ValidationEndpoints

if TYPE_CHECKING:
    from bridge.desk.standing import Lately

INTAKE_PER_WINDOW: Final = 4


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a daemon, built and not yet running."""

    connection: Connection
    inbound: Inbound
    alarm: Alarm
    outbound: Outbound
    notifiers: Notifiers
    housekeeping: Housekeeping
    site: PublicSite
    crowd: Crowd
    recovery: Recovery
    metered: Metered
    entrance: Entrance
    reception: Reception
    desk: Desk
    news: News
    permit: Permit
    discovery: Discovery
    retention: Retention
    echo: Echo

    def take_over(self, current: Current, after: Configuration) -> None:
        """Let another configuration be in force. What only asks `current` needs no word; these hold something of it."""
        current.now = after
        public = after.settings.public
        self.entrance.take_over(after.settings)
        self.reception.take_over(after.settings)
        self.notifiers.use(accounts_of(after.settings))
        self.site.serve_at(public.url)


Connect = Callable[[Ground, Broker, Intake], Connection]


def build(
    ground: Ground,
    session: aiohttp.ClientSession,
    *,
    port: int,
    observers: tuple[Committed, ...],
    connect: Connect | None = None,
) -> Parts:
    """Put the parts together. `port`: where the broker is; `observers`: who else wants to know what is committed;
    `connect` makes another connection than that to a broker on the network.
    """  # noqa: D205 -- one sentence
    kept, current = ground.kept, ground.current
    flow = _flow(ground, session, port, observers, connect)
    connection, inbound, notifiers, meters = flow.connection, flow.inbound, flow.notifiers, flow.meters
    triggers = _triggers(ground, flow)
    recovery = _recovery(ground, notifiers, inbound)
    entrance = build_entrance(ground.registers, current.now.settings, run_ms=kept.run_ms, clock_ms=ground.clock_ms)
    connections = _connections(ground, entrance, partial(_forget, notifiers, meters))
    reception = _reception(ground, entrance, connections)
    site = _site(ground, entrance, reception, triggers, connections, flow)
    crowd = _crowd(current, entrance)
    watch = connections.watch
    return Parts(
        connection,
        inbound,
        flow.alarm,
        flow.outbound,
        notifiers,
        _housekeeping(ground, entrance, flow, triggers, connections, recovery),
        site,
        crowd,
        recovery,
        metered=Metered(
            connection, inbound, flow.outbound, notifiers, kept.identities, meters, watch, crowd, site.turns
        ),
        entrance=entrance,
        reception=reception,
        desk=_desk(ground, entrance, reception, connections, flow),
        news=flow.news,
        permit=flow.permit,
        discovery=flow.discovery,
        retention=_retention(ground, entrance, inbound),
        echo=flow.echo,
    )


@dataclass(frozen=True, slots=True)
class _Flow:
    """What events and commands pass through. `soon`: set when something small is to be written down at once."""

    connection: Connection
    discovery: Discovery
    alarm: Alarm
    meters: Meters
    outbound: Outbound
    notifiers: Notifiers
    answers: Answers
    news: News
    permit: Permit
    inbound: Inbound
    notes: JourneyNotes
    soon: asyncio.Event
    echo: Echo


def _flow(
    ground: Ground,
    session: aiohttp.ClientSession,
    port: int,
    observers: tuple[Committed, ...],
    connect: Connect | None,
) -> _Flow:
    broker = broker_of(ground.current.now.settings, port=port)
    intake = Intake(INTAKE_PER_WINDOW * broker.receive_maximum)

    def registry() -> Registry:
        return inbound.registry  # made further down, asked only later

    connection = connect(ground, broker, intake) if connect else build_connection(ground, broker, intake, registry)
    discovery = Discovery(connection, lambda: registry().questions)
    soon, steady_s = asyncio.Event(), ground.steady_s
    steps = None if steady_s is None else build_steps(ground.kept, steady_s, ground.clock_ms(), soon.set)
    alarm = build_alarm(ground, intake, connection, steps)
    meters = Meters(Lags(time.monotonic), RequestCounts())
    outbound = Outbound(ground.registers.commands, connection, ground.known, clock_ms=ground.clock_ms)
    notes = JourneyNotes(ground.registers.watermarks, ground.kept.identities, ground.clock_ms)
    notifiers, answers, news = _notifiers(ground, session, meters, notes), Answers(), News()
    permit = Permit(time.monotonic, news.wake)
    observing = (answers.committed, notifiers.committed, outbound.observe, news.committed, *observers)
    neighbours = build_neighbours(connection, observing, notifiers, meters, alarm, discovery, soon.set)
    inbound = build_inbound(ground, intake, neighbours, steps, window=broker.receive_maximum)
    echo = Echo(time.monotonic)
    return _Flow(
        connection, discovery, alarm, meters, outbound, notifiers, answers, news, permit, inbound, notes, soon, echo
    )


def _crowd(current: Current, entrance: Entrance) -> Crowd:
    most = most_connections()
    return Crowd(
        lambda: min(most, current.now.settings.public.max_connections), time.monotonic, entrance.strangers.is_ours
    )


def _desk(ground: Ground, entrance: Entrance, reception: Reception, connections: Connections, flow: _Flow) -> Desk:
    forget = Forget(
        connections.waiting.removed, entrance.access.forget, reception.sessions.end_user, flow.answers.clear
    )
    current, clock_ms = ground.current, ground.clock_ms
    journeys = partial(
        journeys_of,
        ground.registers,
        lambda: current.now.catalogue,
        lambda: current.now.sights,
        clock_ms,
        flow.notes,
    )
    return attended_desk(
        ground.registers,
        current,
        lambda: flow.inbound.registry,
        connections.desk,
        journeys,
        forget,
        news=flow.news,
        permit=flow.permit,
        lately=partial(_lately, ground, flow.inbound),
        now=entrance.now,
    )


def _lately(ground: Ground, inbound: Inbound) -> "Lately":
    from bridge.desk.standing import Lately  # noqa: PLC0415 -- most of the time nobody looks

    return Lately(ground.known.of, inbound.heard.spoken_ms)


def _recovery(ground: Ground, notifiers: Notifiers, inbound: Inbound) -> Recovery:
    registers = ground.registers
    return Recovery(
        notifiers,
        registers.events,
        partial(tell_restored, registers, notifiers),
        ground.kept.told_up_to,
        inbound.newest_seq,
        ground.clock_ms,
        asyncio.Event(),
    )


def _housekeeping(
    ground: Ground,
    entrance: Entrance,
    flow: _Flow,
    triggers: TriggerEndpoints,
    connections: Connections,
    recovery: Recovery,
) -> Housekeeping:
    return Housekeeping(
        ground.registers.settings,
        ground.registers.identities,
        ground.registers.grants,
        ground.kept.identities,
        flow.connection,
        flow.inbound,
        flow.notifiers,
        triggers,
        entrance.access,
        entrance.now,
        recovery.done,
        also=(connections.look, partial(know_deliveries, ground, flow.connection), flow.notes.write),
        soon=flow.soon,
    )


def _retention(ground: Ground, entrance: Entrance, inbound: Inbound) -> Retention:
    def limits() -> Limits:
        storage = ground.current.now.settings.storage
        return Limits(round(storage.keep_events_s * 1000), storage.max_size.bytes)

    erasures = ground.registers.erasures
    return Retention(
        erasures,
        limits,
        lambda: entrance.now().run_ms,
        lambda: inbound.newest_seq,
        busy=lambda: inbound.waiting > 0 or erasures.waits,
    )


def _notifiers(ground: Ground, session: aiohttp.ClientSession, meters: Meters, notes: JourneyNotes) -> Notifiers:
    lookups = Lookups(ground.current, ground.known)

    def client_for(account: Account) -> RealtimeClient:
        return RealtimeClient(session, account.url, account.service_key)

    return Notifiers(
        ground.kept.identities,
        accounts_of(ground.current.now.settings),
        sees=lookups.sees,
        client_for=client_for,
        notifier_for=partial(
            Notifier, always_by_user=lookups.by_user, on_told=meters.lags.told, on_reply=notes.replied
        ),
    )


def _triggers(ground: Ground, flow: _Flow) -> TriggerEndpoints:
    lookups, lags = Lookups(ground.current, ground.known), flow.meters.lags
    return TriggerEndpoints(
        TriggerParts(
            timelines=ground.registers.events,
            identities=ground.kept.identities,
            register=ground.registers.identities,
            answers=flow.answers,
            household_of=lookups.household,
            sight_of=lookups.sight,
            newest_seq=lambda: flow.inbound.newest_seq,
            clock_ms=ground.clock_ms,
            forgotten=partial(_forget, flow.notifiers, flow.meters),
            polled=lags.polled,
            shown=flow.notes.shown,
            everything=lookups.everything,
        )
    )


def _site(
    ground: Ground,
    entrance: Entrance,
    reception: Reception,
    triggers: TriggerEndpoints,
    connections: Connections,
    flow: _Flow,
) -> PublicSite:
    household_of = Lookups(ground.current, ground.known).household
    endpoints = Endpoints(
        entrance.callers,
        SetupEndpoints(
            entrance.service_keys,
            entrance.test_tokens,
            clock_ms=ground.clock_ms,
            passed=connections.watch.passed,
            account_url=reception.account_url,
            echo=flow.echo,
        ),
        triggers,
        ActionEndpoints(CarryOut(flow.outbound, ground.current), household_of),
        QueryEndpoints(ground.registers.events, household_of, Cursors(ground.kept.cursor_key), ground.clock_ms),
        ValidationEndpoints(household_of),
        reception.site,
    )
    return PublicSite(
        endpoints,
        entrance.strangers,
        public_url=ground.current.now.settings.public.url,
        served=flow.meters.requests.served,
        check_failed=connections.watch.failed,
        at_rest=lambda: flow.inbound.at_rest and not flow.notifiers.owing,
    )


def _forget(notifiers: Notifiers, meters: Meters, key: IdentityKey) -> None:
    notifiers.forget(key)
    meters.lags.forget(key)


def _connections(ground: Ground, entrance: Entrance, forget: Callable[[IdentityKey], None]) -> Connections:
    registers = ground.registers

    async def whose(digest: str) -> Owner | None:
        return await registers.grants.whose(digest, entrance.now().run_ms)

    return build_connections(
        registers,
        ground.kept.identities,
        whose,
        clock_ms=ground.clock_ms,
        forget_tokens=entrance.access.forget,
        forget=forget,
    )


def _reception(ground: Ground, entrance: Entrance, connections: Connections) -> Reception:
    return build_reception(
        ground.current,
        Lookups(ground.current, ground.known),
        ground.registers,
        entrance,
        connections,
        ground.hasher,
        browsers_key=ground.kept.browsers_key,
    )
