"""The bridge's own parts, as bridge/assembly.py builds them, on a clock that somebody else drives, and mortal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import aiohttp
import msgspec

from bridge.assembly import Parts, build
from bridge.attended import with_condition
from bridge.commands import Publication
from bridge.configured import code_life_ms_of
from bridge.current import Current, bring_into_force
from bridge.desk.desk import Desk
from bridge.devices.last_known import LastKnown
from bridge.devices.registry import Registry
from bridge.errors import BrokerUnavailable
from bridge.ground import Ground
from bridge.kept import load
from bridge.mqtt.connection import Connection
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import BacklogEnded, Connected, Marker, Message
from bridge.mqtt.session import Broker as BrokerSettings
from bridge.oauth.hashing import Hasher
from bridge.registers import Registers
from bridge.restores import Restores
from bridge.settings import Settings
from bridge.storage.database import open_database
from bridge.storage.migrate import migrate
from bridge.takeover import Takeover
from bridge.web.server import listening
from tests.model.broker import MARKER, Broker, Copy
from tests.model.mortal import Fate, MortalDatabase, Step
from tests.simulator.fortnight.roads import Body, Said
from tests.simulator.fortnight.running_bridge import nothing_remembered, remember_nothing

if TYPE_CHECKING:
    from bridge.simulator.virtual_time import VirtualLoop

Clock = Callable[[], int]


class Sent(Protocol):
    """Hears of a copy on its way."""

    def __call__(self, copy: Copy, *, backlog: bool) -> None:
        """Take note."""
        ...


Obey = Callable[[bytes], None]
FINISH_TELLING_S: Final = 3.0
SETTLE_S: Final = 30.0


class Realtime:
    """Stands in for the session of the Realtime client. `status` None: nobody answers. `told` hears what was taken."""

    def __init__(self, told: Callable[[Sequence[Mapping[str, str]]], None]) -> None:
        self.status: int | None = 200
        self._told = told

    @asynccontextmanager
    async def post(self, fate: Fate, data: bytes) -> AsyncIterator[Said]:
        """Take a notification."""
        if fate.dead:
            await fate.end()
        if self.status is None:
            raise aiohttp.ClientConnectionError("nobody listens")
        if self.status == 200:
            self._told(msgspec.json.decode(data)["data"])
        await fate.pass_by(Step.AFTER_TELLING)
        content = Body()
        content.feed_eof()
        yield Said(self.status, {}, content)


class _Session:
    def __init__(self, realtime: Realtime, fate: Fate) -> None:
        self._realtime, self._fate = realtime, fate

    def post(self, _url: str, *, data: bytes, **_more: object) -> object:
        return self._realtime.post(self._fate, data)


class Wire(Connection):
    """A connection that leads to the stand-in for the broker. `obey`: what carries out a command."""

    def __init__(
        self, ground: Ground, settings: BrokerSettings, intake: Intake, *, broker: Broker, fate: Fate, obey: Obey
    ) -> None:
        super().__init__(
            settings,
            intake,
            topics=lambda: ground.current.now.catalogue.topics,
            remembered_topics=nothing_remembered,
            remember_topics=remember_nothing,
            away_before_start_s=ground.kept.away_s,
        )
        self._to, self._broker_now, self._fate, self._obey = intake, broker, fate, obey
        self._loop = asyncio.get_running_loop()
        self._gone_at_s = self._loop.time() - ground.kept.away_s
        self._over = False

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._broker_now.attached and not self._fate.dead

    @property
    def live(self) -> bool:
        """Whether all that waited has come in."""
        return self.connected and self._over

    def join(self, sent: Sent) -> None:
        """Connect. `sent` hears of each copy, and whether it is of the backlog."""
        broker, self._over = self._broker_now, False
        broker.connection += 1
        number, resumed = broker.connection, broker.present()
        self._to.put(Connected(number, resumed=resumed, away_s=self._loop.time() - self._gone_at_s))

        def put(arrival: Message | Marker, copy: Copy) -> None:
            sent(copy, backlog=resumed and not self._over)
            self._to.put(arrival)
            if copy.topic == MARKER and not self._over:
                self._over = True
                self._to.put(BacklogEnded(number))

        broker.attach(put)

    def leave(self) -> None:
        """Lose the connection."""
        self._gone_at_s = self._loop.time()

    def acknowledge(self, messages: Sequence[Message | Marker]) -> None:
        """Tell the broker what is on disk."""
        for message in messages:
            if self.connected and message.connection == self._broker_now.connection:
                self._broker_now.acknowledge(message.packet_id)

    async def check_awake(self) -> None:
        """Raise BrokerUnavailable unless the broker is there."""
        if not self.connected:
            raise BrokerUnavailable("not connected to the broker")

    async def publish(self, publication: Publication) -> None:
        """Send an order to its light."""
        await self.check_awake()
        self._obey(publication.payload)
        await self._fate.pass_by(Step.AFTER_PUBLISHING)


class Bridge:
    """One life of the bridge."""

    def __init__(self, settings: Settings, broker: Broker, realtime: Realtime, *, clock_ms: Clock, obey: Obey) -> None:
        self.fate = Fate()
        self.port = 0
        self._settings, self._broker, self._realtime = settings, broker, realtime
        self._clock_ms, self._obey = clock_ms, obey
        self._loop = cast("VirtualLoop", asyncio.get_running_loop())
        self._storage, self._listener = AsyncExitStack(), AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._restores = Restores(settings.storage.path, clock_ms=clock_ms)

    async def start(self) -> None:
        """Start on what is on disk; not yet connected."""
        settings, clock_ms = self._settings, self._clock_ms
        with self._loop.working():
            opened = await self._storage.enter_async_context(open_database(settings.storage.path))
            database = MortalDatabase(opened, self._loop.working)
            database.fate = self.fate
            await migrate(database)
        self.registers = registers = Registers.of(database)
        registry = Registry()
        current = Current(await bring_into_force(settings, registers, registry, now_ms=clock_ms()))
        kept = await load(registers, now_ms=clock_ms(), code_life_ms=code_life_ms_of(settings))
        ground = Ground(current, registers, registry, kept, LastKnown(kept.loaded.states), Hasher(), clock_ms)
        session = cast("aiohttp.ClientSession", _Session(self._realtime, self.fate))
        connect = partial(Wire, broker=self._broker, fate=self.fate, obey=self._obey)
        self.parts = parts = build(ground, session, port=0, observers=(), connect=connect)
        self.takeover = Takeover(ground, parts)
        self._run(
            parts.inbound.run(),
            parts.notifiers.run(),
            parts.alarm.run(parts.inbound.next_due_ms),
            parts.recovery.run(),
            parts.housekeeping.run(),
            self._settle(parts),
        )
        self.port = await self._listener.enter_async_context(listening(parts.site.answer, "127.0.0.1", 0))

    @property
    def wire(self) -> Wire:
        """The connection."""
        return cast("Wire", self.parts.connection)

    @property
    def desk(self) -> Desk:
        """Where people decide."""
        parts = self.parts
        return with_condition(
            parts.desk,
            parts.connection,
            parts.inbound,
            dict,
            decided=self.takeover.decisions,
            restores=self._restores,
            broker="",
            since_ms=0,
        )

    def check(self) -> None:
        """No part may have failed: only the absence of others is survived in place."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def stop(self) -> None:
        """End in the order in which data flows, as bridge/app.py does."""
        parts = self.parts
        with suppress(TimeoutError):
            await asyncio.wait_for(parts.inbound.drained(), FINISH_TELLING_S)
        await parts.housekeeping.write()
        self._broker.detach()
        with suppress(TimeoutError):  # the next run tells
            await asyncio.wait_for(parts.notifiers.finish(), FINISH_TELLING_S)
        await parts.outbound.settle()
        await parts.housekeeping.write()
        await self._clear_away()

    async def kill(self) -> None:
        """End at once: it does nothing more to the world, and its objects are cleared away."""
        self.fate.dead = True
        self._broker.detach()
        await self._clear_away()

    async def _settle(self, parts: Parts) -> None:
        """Do what the outbound path does, but not four times a second: it would take most of the time."""
        while True:
            await parts.outbound.settle()
            await asyncio.sleep(SETTLE_S)

    def _run(self, *parts: Coroutine[Any, Any, None]) -> None:
        self._tasks = [self._loop.create_task(part) for part in parts]

    async def _clear_away(self) -> None:
        waiting = set(self._tasks)
        while waiting:  # a cancellation may come with a result that swallows it
            for task in waiting:
                task.cancel()
            _, waiting = await asyncio.wait(waiting, timeout=0.1)
        await self._listener.aclose()
        with self._loop.working():
            await self._storage.aclose()
