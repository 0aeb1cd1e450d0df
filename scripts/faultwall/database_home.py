"""A small home whose database is to be damaged: broker, bridge, a stand-in for IFTTT, a person with an Applet, a door
that says now and then how it is. Lives, dies and begins again; looks from outside.
"""  # noqa: D205 -- one sentence

import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bridge.storage.copies import copies_in, place_of_next
from bridge.storage.copying import copy_database
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import realtime_api
from tests.parts.waiting import until

PRESS = {"button": "bedside-button", "press": "any"}
PATIENCE_S = 120.0
"""On a machine that has much else to do, everything takes its time."""

LAST_WORD = "triple"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found after a start. `events`: ids by number; `new`: presses that nobody knew before.

    `late`: how many of them are offered to nobody. `unread`: what could not be read of the damaged file.

    `said`: log and readyz tell that a copy was put in place. `fired`: offered events of the door, which only said again
    how it is. `hidden`: new presses that the Applet from before is not shown. `trouble`: why nobody could look.
    """

    events: Mapping[int, str] = field(default_factory=dict)
    new: int = 0
    late: int = 0
    unread: str = ""
    mended: bool = False
    said: bool = False
    quarantined: bool = False
    token_works: bool = False
    fired: int = 0
    hidden: int = 0
    trouble: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all events."""
        return frozenset(self.events.values())


class Home:
    """One home on loopback."""

    def __init__(self, daemon: Daemon, broker: Mosquitto) -> None:
        self._daemon = daemon
        self._broker = broker
        self._token = ""
        self._known: dict[int, str] = {}
        self._runs = False
        self._copied = 0

    @property
    def database(self) -> Path:
        """The database file."""
        return self._daemon.database

    async def move_in(self) -> None:
        """Let there be a person with an Applet."""
        await self._start()
        self._token = self._daemon.add_user("ann")
        await self._daemon.poll(self._token, "button_pressed", PRESS, trigger_identity="presses")
        await self._broker.publish(DOOR_TOPIC, "closed")

    async def live(self, presses: int, *, copy: bool) -> dict[int, str]:
        """Let the button be pressed and the door move, and return the events of it. `copy`: make one at the end."""
        if not self._runs:
            await self._start()
        self._known = before = self._events()
        await self._broker.publish_many(BUTTON_TOPIC, ["single"] * presses)
        await self._broker.publish(DOOR_TOPIC, "closed" if copy else "open")
        await self._press_last(set(before.values()))
        self._known = after = self._events()
        if copy:
            self._copied += 1
            copy_database(self.database, place_of_next(self._folder, self.database, now_ms=self._copied * 1000))
        return {seq: each for seq, each in after.items() if seq not in before}

    def die(self) -> None:
        """End as by a power cut: the log stays."""
        self._daemon.kill()
        self._runs = False

    def stop(self) -> None:
        """End in order: everything is in the database itself."""
        self._daemon.stop()
        self._runs = False

    async def wait_at_broker(self, presses: int) -> None:
        """Press while nobody listens."""
        await self._broker.publish_many(BUTTON_TOPIC, ["single"] * presses)

    async def begin_again(self) -> Look:
        """Start, let the door say again how it is, and look."""
        told, asides, known = len(self._daemon.log), self._asides(), set(self._known.values())
        try:
            await self._start()
            await self._broker.publish(DOOR_TOPIC, "open")
            await self._press_last(known)
        except AssertionError as error:
            self._daemon.close()
            self._runs = False
            return Look(trouble=f"the bridge does not come back: {str(error)[-300:]}")
        log = self._daemon.log[told:]
        offered = self._new_offered(known)
        presses = {each for each, kind in offered.items() if kind == "button.single"}
        late = self._ask("SELECT id FROM events WHERE kind = 'button.single' AND reason = 'late'")
        late_now = {each for (each,) in late if each not in known}
        shown = await self._shown()
        mended = "storage.restored" in log
        return Look(
            self._events(),
            len(presses) + len(late_now),
            len(late_now),
            found.group(1) if (found := re.search("unread='?([^'\\n]*)", log)) else "",
            mended=mended,
            said=mended and "was put in its place" in await self._readyz(),
            quarantined=self._asides() != asides or "the file is gone" in log,
            token_works=shown is not None,
            fired=sum(kind.startswith("contact.") for kind in offered.values()),
            hidden=len(presses - (shown or set())),
        )

    def start_and_end(self) -> tuple[int, str]:
        """Start what is to be refused; return the status and what was said."""
        told = len(self._daemon.log)
        self._daemon.launch()
        return self._daemon.ended(), self._daemon.log[told:]

    def copies(self) -> list[Path]:
        """Return the automatic copies."""
        return [each.path for each in copies_in(self._folder, self.database)]

    def forget_copies(self) -> None:
        """Remove them all."""
        for path in self.copies():
            path.unlink()

    def change(self, *statements: str) -> bytes:
        """Change the closed database, and return what is in the file then."""
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
        return self.database.read_bytes()

    @property
    def _folder(self) -> Path:
        return self.database.with_name("copies")

    async def _start(self) -> None:
        self._runs = True
        self._daemon.launch()
        await until(self._daemon.is_ready, within_s=PATIENCE_S, what="the daemon being ready")

    async def _press_last(self, known: set[str]) -> None:
        """Press once more, and wait until that is on disk: then so is all before it."""
        before = sum(each in known for each in self._presses(LAST_WORD))
        await self._broker.publish(BUTTON_TOPIC, LAST_WORD)
        await until(lambda: len(self._presses(LAST_WORD)) > before, within_s=PATIENCE_S, what="the last press on disk")

    def _presses(self, word: str) -> list[str]:
        return [row[0] for row in self._ask("SELECT id FROM events WHERE kind = ?", f"button.{word}")]

    def _events(self) -> dict[int, str]:
        return dict(self._ask("SELECT seq, id FROM events"))

    def _new_offered(self, known: set[str]) -> dict[str, str]:
        rows = self._ask("SELECT id, kind FROM events WHERE offered = 1 AND seq > ?", 0)
        return {each: kind for each, kind in rows if each not in known}

    def _ask(self, question: str, *values: object) -> list[Any]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(question, values).fetchall()

    async def _shown(self) -> set[str] | None:
        """Return the ids that the Applet is shown, None where the token opens nothing."""
        try:
            items = await self._daemon.poll(
                self._token, "button_pressed", PRESS, trigger_identity="presses", limit=100_000
            )
        except (AssertionError, aiohttp.ClientError):
            return None
        return {item["meta"]["id"] for item in items}

    async def _readyz(self) -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self._daemon.private_port}/readyz") as response,
        ):
            return await response.text()

    def _asides(self) -> set[str]:
        return {path.name for path in self.database.parent.glob("bridge.db.damaged-*")}


@contextlib.asynccontextmanager
async def home(folder: Path) -> AsyncIterator[Home]:
    """Build one, with somebody living in it."""
    for name in ("broker", "daemon"):
        (folder / name).mkdir()
    broker = Mosquitto(folder / "broker")
    async with realtime_api() as realtime:
        daemon = Daemon(folder / "daemon", broker.port, realtime.url)
        try:
            await broker.start()
            place = Home(daemon, broker)
            await place.move_in()
            yield place
        finally:
            daemon.close()
            broker.close()
