"""Builds the path by which messages come in: the connection, the alarm, the interpreter and what follows a commit."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bridge.configured import policy_of
from bridge.current import topics_of
from bridge.devices.deadlines import Deadlines
from bridge.devices.registry import Registry
from bridge.discovery import Discovery
from bridge.errors import StorageUnavailable
from bridge.ground import Ground
from bridge.kept import Kept
from bridge.metered import Meters
from bridge.mqtt.alarm import Alarm
from bridge.mqtt.clock_steps import ClockSteps
from bridge.mqtt.connection import Connection
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import Committed, Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.session import Broker
from bridge.realtime.notifiers import Notifiers
from bridge.storage.settings import DELIVERIES_LOST, SUBSCRIBED_TOPICS, KeptSettings


def build_alarm(ground: Ground, intake: Intake, connection: Connection, steps: ClockSteps | None) -> Alarm:
    """Make what looks at the clock."""

    def was_set(now_ms: int) -> bool:
        return steps is not None and steps.set_by_ms(now_ms) != 0

    alarm = Alarm(intake, live=lambda: connection.live, clock_ms=ground.clock_ms, was_set=was_set)
    ground.kept.identities.watches.on_change(alarm.ask)
    return alarm


def build_neighbours(
    connection: Connection,
    observing: tuple[Committed, ...],
    notifiers: Notifiers,
    meters: Meters,
    alarm: Alarm,
    discovery: Discovery,
    soon: Callable[[], None],
) -> Neighbours:
    """Name whom the inbound path talks to. `soon`: what is noted once all that waited has come in."""

    def listening() -> None:
        discovery.listening()
        soon()

    return Neighbours(
        connection.acknowledge,
        observing,
        notifiers.take_moves_along,
        meters.lags.committed,
        alarm.stir,
        discovery.described,
        connection.losses,
        listening,
    )


def build_connection(ground: Ground, broker: Broker, intake: Intake, registry: Callable[[], Registry]) -> Connection:
    """Make the connection to a broker on the network."""
    settings = ground.registers.settings
    return Connection(
        broker,
        intake,
        topics=lambda: topics_of(ground.current.now.catalogue, registry()),
        remembered_topics=partial(_remembered_topics, settings),
        remember_topics=partial(_remember_topics, settings),
        away_before_start_s=ground.kept.away_s,
    )


def build_inbound(
    ground: Ground, intake: Intake, neighbours: Neighbours, steps: ClockSteps | None, *, window: int
) -> Inbound:
    """Make the path by which events enter."""
    kept, now = ground.kept, ground.current.now
    deliveries = Deliveries(kept.loaded.deliveries, window=window, lost=kept.loaded.deliveries_lost)
    deadlines = Deadlines(kept.loaded.deadlines)
    policy = policy_of(now.settings)
    return Inbound(
        intake,
        Interpreter(
            now.catalogue, ground.known, deliveries, policy, deadlines, kept.identities.watches, ground.registry
        ),
        ground.registers.journal,
        neighbours=neighbours,
        next_seq=kept.loaded.next_seq,
        clock_ms=ground.clock_ms,
        steps=steps,
    )


def build_steps(kept: Kept, steady_s: Callable[[], float], now_ms: int, settled: Callable[[], None]) -> ClockSteps:
    """Compare from now on; a clock that is behind what the last run wrote down was set back meanwhile."""
    return ClockSteps(steady_s, now_ms, behind_ms=max(0, kept.loaded.latest_ms - now_ms), settled=settled)


async def know_deliveries(ground: Ground, connection: Connection) -> None:
    """After a copy was put back: once what waited at the broker has come in, each message that is taken is known."""
    if ground.kept.loaded.deliveries_lost and connection.live:
        await ground.registers.settings.keep(DELIVERIES_LOST, 0)


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
