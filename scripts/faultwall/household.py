"""A home at work before a daemon: presses, a door, a lamp that is told, tokens that are renewed. Judges nothing."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from authlib.integrations.httpx_client import AsyncOAuth2Client

from tests.parts.connecting import PRODUCTION, Token, add_person, connect, ifttt_at, refresh, register
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import SteadyPublisher, steady_publisher
from tests.parts.realtime import RealtimeApi, realtime_api
from tests.parts.waiting import until

OPENED: Final = "identity-of-an-applet-that-waits-for-the-door"
PRESSED: Final = "identity-of-an-applet-that-waits-for-the-button"
DOOR_EVERY_S: Final = 0.05
WISH_EVERY_S: Final = 0.2


@dataclass
class Household:
    """A broker, a daemon and what IFTTT is here. `token`: what IFTTT holds of the one user, once somebody moved in."""

    broker: Mosquitto
    daemon: Daemon
    realtime: RealtimeApi
    ifttt: AsyncOAuth2Client
    token: Token = field(default_factory=dict)
    opened: int = 0
    boiled: int = 0
    _door: str = "closed"

    async def move_in(self) -> None:
        """Connect a user of a daemon that runs, and let two Applets wait: for the door, and for the button."""
        add_person(self.daemon, "anna")
        self.token = await connect(self.daemon, self.ifttt, "anna")
        await self.broker.publish(DOOR_TOPIC, "closed")
        await self.poll()

    async def poll(self) -> None:
        """Ask for both timelines, as IFTTT does."""
        access = self.token["access_token"]
        await self.daemon.poll(access, "door_opened", {"door": "front-door"}, trigger_identity=OPENED)
        await self.daemon.poll(
            access, "button_pressed", {"button": "bedside-button", "press": "any"}, trigger_identity=PRESSED
        )

    async def move_door(self) -> None:
        """Open the door, or close it."""
        door = "open" if self._door == "closed" else "closed"
        await self.broker.publish(DOOR_TOPIC, door)
        self._door = door
        self.opened += self._door == "open"

    async def flood(self, times: int) -> None:
        """Turn the kettle on and off so often, as fast as the broker takes it; the first time it is on already."""
        words = ["ON", "OFF"] * times
        await self.broker.publish_many("home/kettle/state", words)
        self.boiled += len(words) - (self.boiled == 0)

    async def wish_for_light(self) -> int:
        """Let IFTTT turn the light on; return the status."""
        fields = {"light": "hall-light", "brightness": "50"}
        status, _ = await self.daemon.post(
            "actions/turn_on_light", self.token["access_token"], {"actionFields": fields}
        )
        return status

    async def renew(self) -> None:
        """Let IFTTT refresh its tokens."""
        self.token = await refresh(self.ifttt)

    @contextlib.asynccontextmanager
    async def at_work(self, *, presses_per_second: int) -> AsyncIterator[SteadyPublisher]:
        """Let everything go on at once, while the context lasts; what a daemon in trouble refuses is let be."""
        publishing = steady_publisher(self.broker.port, BUTTON_TOPIC, per_second=presses_per_second)
        async with publishing as publisher, asyncio.TaskGroup() as tasks:
            over = asyncio.Event()
            for act, every_s in (
                (self.move_door, DOOR_EVERY_S),
                (self.wish_for_light, WISH_EVERY_S),
                (self.renew, WISH_EVERY_S),
            ):
                tasks.create_task(_again_and_again(act, every_s, over))
            try:
                yield publisher
            finally:
                over.set()  # not in the midst of something, of which nobody would know whether it happened

    def events(self, publisher: SteadyPublisher | None) -> int:
        """Return how many events all that was done comes to."""
        doors = 2 * self.opened - (self._door == "open")
        return doors + self.boiled + (0 if publisher is None else len(publisher.sent))


@contextlib.asynccontextmanager
async def household(folder: Path) -> AsyncIterator[Household]:
    """Set one up in a folder that is there; the broker runs, the daemon does not yet."""
    for name in ("broker", "daemon"):
        (folder / name).mkdir()
    broker = Mosquitto(folder / "broker")
    async with realtime_api() as realtime:
        daemon = Daemon(folder / "daemon", broker.port, realtime.url)
        register(daemon, PRODUCTION)
        try:
            await broker.start()
            async with ifttt_at(daemon) as ifttt:
                yield Household(broker, daemon, realtime, ifttt)
        finally:
            daemon.close()
            broker.close()


async def told(home: Household, identity: str, times: int) -> None:
    """Wait until IFTTT was told so often of an identity."""
    await until(lambda: home.realtime.told.count(identity) >= times, what="IFTTT being told")


def on_disk(database: Path) -> int:
    """Count the events on disk, without being able to write: whoever closes a database last may write to it. -1 where
    it cannot be read just now.
    """  # noqa: D205 -- one paragraph
    try:
        return len(kinds(database, "%"))
    except sqlite3.OperationalError:
        return -1


def kinds(database: Path, family: str) -> list[str]:
    """Return the events of a family that are on disk, in order."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT kind FROM events WHERE kind LIKE ? ORDER BY seq", (f"{family}.%",))
        return [kind for (kind,) in rows]


async def _again_and_again(act: Callable[[], Awaitable[object]], every_s: float, over: asyncio.Event) -> None:
    while not over.is_set():
        with contextlib.suppress(Exception):  # a daemon that was killed, or answers 503: the next time
            await act()
        await asyncio.sleep(every_s)
