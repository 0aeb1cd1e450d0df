"""The bridge's own parts in this process, as bridge/assembly.py builds them, on a clock that somebody else drives.

Two of its loops tick too finely for a fortnight (four times a second, and every 30 s); what they do is done now and
then, and at the end, as the daemon does too.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from bridge.assembly import Parts, build
from bridge.commands import Publication
from bridge.configured import code_life_ms_of
from bridge.current import Current, bring_into_force
from bridge.devices.last_known import LastKnown
from bridge.devices.registry import Registry
from bridge.errors import BrokerUnavailable
from bridge.ground import Ground
from bridge.kept import load
from bridge.mqtt.connection import Connection
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Marker, Message
from bridge.mqtt.session import Broker
from bridge.oauth.grants import Code
from bridge.oauth.hashing import Hasher
from bridge.oauth.tokens import digest_of, mint_token
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate
from bridge.web.server import listening
from tests.simulator.fortnight.broker import Session

if TYPE_CHECKING:
    import aiohttp

    from bridge.simulator.virtual_time import VirtualLoop

T = TypeVar("T")
Obey = Callable[[str, bytes], None]
HOUSEKEEPING_S = 4 * 3600.0
FINISH_TELLING_S = 3.0
EPOCH_MS = 1_770_000_000_000


class SeenDatabase(Database):
    """The real database, whose work on other threads keeps virtual time from running on."""

    def __init__(self, database: Database, working: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__(database._path, database._connections)
        self._working = working

    async def write(self, unit: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run a unit of work."""
        with self._working():
            return await super().write(unit, durable=durable)

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run a question."""
        with self._working():
            return await super().read(question)


class Wire(Connection):
    """A connection that leads to a stand-in for the broker."""

    def __init__(self, ground: Ground, broker: Broker, intake: Intake, *, session: Session, obey: Obey) -> None:
        super().__init__(
            broker,
            intake,
            topics=lambda: ground.current.now.catalogue.topics,
            remembered_topics=nothing_remembered,
            remember_topics=remember_nothing,
            away_before_start_s=ground.kept.away_s,
        )
        self.intake, self._session, self._obey = intake, session, obey

    @property
    def live(self) -> bool:
        """Whether the broker is there."""
        return self._session.attached

    def acknowledge(self, messages: Sequence[Message | Marker]) -> None:
        """Tell the broker what is on disk."""
        self._session.acknowledge(message for message in messages if isinstance(message, Message))

    async def check_awake(self) -> None:
        """Raise BrokerUnavailable unless the broker is there."""
        if not self._session.attached:
            raise BrokerUnavailable("not connected to the broker")

    async def publish(self, publication: Publication) -> None:
        """Send an order to its light, which obeys at once."""
        await self.check_awake()
        self._obey(publication.topic, publication.payload)


class RunningBridge:
    """Starts, stops and crashes; what is on disk stays. `realtime`: what posts notifications in place of a session."""

    def __init__(
        self, settings: Settings, session: Session, realtime: object, group: asyncio.TaskGroup, *, obey: Obey
    ) -> None:
        self.port: int | None = None
        self._settings, self._session, self._realtime, self._group = settings, session, realtime, group
        self._obey = obey
        self._loop = cast("VirtualLoop", asyncio.get_running_loop())
        self._storage, self._listener = AsyncExitStack(), AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return self.port is not None

    def clock_ms(self) -> int:
        """Return the virtual epoch."""
        return EPOCH_MS + int(self._loop.time() * 1000)

    async def start(self) -> None:
        """Start on what is on disk, and connect to the broker."""
        with self._loop.working():
            opened = await self._storage.enter_async_context(open_database(self._settings.storage.path))
            self._database = database = SeenDatabase(opened, self._loop.working)
            await migrate(database)
        self._registers = registers = Registers.of(database)
        registry = Registry()
        current = Current(await bring_into_force(self._settings, registers, registry, now_ms=self.clock_ms()))
        kept = await load(registers, now_ms=self.clock_ms(), code_life_ms=code_life_ms_of(self._settings))
        ground = Ground(current, registers, registry, kept, LastKnown(kept.loaded.states), Hasher(), self.clock_ms)
        realtime = cast("aiohttp.ClientSession", self._realtime)
        connect = partial(Wire, session=self._session, obey=self._obey)
        self._parts = parts = build(ground, realtime, port=0, observers=(), connect=connect)
        self._tasks = [
            self._group.create_task(work)
            for work in (
                parts.inbound.run(),
                parts.notifiers.run(),
                parts.alarm.run(parts.inbound.next_due_ms),
                parts.recovery.run(),
                self._keep_house(parts),
            )
        ]
        self.port = await self._listener.enter_async_context(listening(parts.site.answer, "127.0.0.1", 0))
        self.join()

    def join(self) -> None:
        """Connect to the broker."""
        self._session.attach(cast("Wire", self._parts.connection).intake)

    async def stop(self) -> None:
        """End in the order in which data flows, as bridge/app.py does."""
        parts, self.port = self._parts, None
        self._session.detach()
        await parts.inbound.drained()
        with suppress(TimeoutError):  # the next run tells
            await asyncio.wait_for(parts.notifiers.finish(), FINISH_TELLING_S)
        await self._settle(parts)
        await self._end()

    async def crash(self) -> None:
        """End in the middle of everything. Nothing is written any more but what a thread is writing already."""
        self.port = None
        self._session.detach()
        await self._end()

    async def agree(self, user: str, client: str, redirect_uri: str) -> str:
        """Let a user agree, without the pages: hashing a password takes more time than a day here. Return the code."""
        code, account = mint_token(), await self._registers.accounts.user_named(user)
        kept = Code(digest_of(code), account.id, client, redirect_uri, None)
        now, life_ms = self._parts.entrance.now(), code_life_ms_of(self._settings)
        await self._registers.grants.keep_code(kept, now=now, life_ms=life_ms)
        return code

    async def revoke(self, user: str) -> None:
        """End all grants of a user, as somebody at the command line would."""
        grants = self._parts.desk.grants
        for grant in await grants.kept.listed((await grants.accounts.user_named(user)).id):
            await grants.revocation.revoke(grant.id)

    async def add_user(self, user: str) -> None:
        """Make an account."""
        home = self._settings.homes[0].id
        await self._registers.accounts.add_user(user, home, password_hash=None, now_ms=self.clock_ms())

    async def expire(self, user: str) -> None:
        """Let all access tokens of a user be dead and the refresh tokens live on: they now are other ones than IFTTT's.

        The bridge itself ends none so soon. To IFTTT it is as if it had lost them.
        """
        account = await self._registers.accounts.user_named(user)
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE tokens SET digest = lower(hex(randomblob(32))) WHERE user = ?", (account.id,)
            )
        )
        self._parts.desk.forget_tokens()

    async def _keep_house(self, parts: Parts) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            await self._settle(parts)

    async def _settle(self, parts: Parts) -> None:
        await parts.outbound.settle()
        await parts.housekeeping.write()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._listener.aclose()
        with self._loop.working():
            await self._storage.aclose()


async def nothing_remembered() -> tuple[str, ...]:
    """Every run subscribes anew."""
    return ()


async def remember_nothing(_topics: tuple[str, ...]) -> None:
    """Every session here has all topics."""


def settings_text(folder: Path, keys: Mapping[str, str], devices: str) -> str:
    """Return the configuration. `keys`: the service key of each client; the first is production's."""
    clients = "".join(
        f'[[oauth.clients]]\nclient_id = "{client}"\nclient_secret = "{secret_of(client)}"\n'
        f'redirect_uris = ["{redirect_uri_of(client)}"]\nservice_key = "{key}"\n'
        for client, key in keys.items()
    )
    return (
        '[public]\nurl = "https://home.example.org"\n'
        f'[storage]\nurl = "sqlite://{folder}/bridge.db"\n[mqtt]\nurl = "mqtt://127.0.0.1:1"\n'
        f'[ifttt]\nservice_keys = ["{next(iter(keys.values()))}"]\n{clients}{devices}'
    )


def secret_of(client: str) -> str:
    """Return the secret of a client."""
    return f"the-secret-of-{client}"


def redirect_uri_of(client: str) -> str:
    """Return where people come back to from the pages."""
    return f"https://ifttt.com/channels/{client}/authorize"
