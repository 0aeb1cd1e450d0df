"""The daemon itself, as a program of its own, with a home of a door, a button, a light and a switch."""

import asyncio
import contextlib
import resource
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.parts.commands import in_this_process
from tests.parts.ports import free_port
from tests.parts.waiting import until

SERVICE_KEY = "a-service-key-for-tests"
DOOR_TOPIC = "home/front-door/state"
BUTTON_TOPIC = "home/bedside-button/action"
LIGHT_TOPIC = "home/hall-light/state"
LIGHT_COMMAND_TOPIC = "home/hall-light/set"

RELOAD_ENDS = ("config.reloaded", "config.kept", "config.not_reloaded")

_CONFIG = """
[public]
listen = "127.0.0.1:{public}"
[private]
listen = "127.0.0.1:{private}"
[mqtt]
url = "mqtt://127.0.0.1:{broker}"
{mqtt}
[storage]
url = "sqlite://{database}"
[ifttt]
service_keys = ["{key}"]
realtime_url = "{realtime}"

[[devices]]
id = "front-door"
name = "Front door"
room = "Hall"
kind = "contact"
state_topic = "home/front-door/state"

[[devices]]
id = "bedside-button"
name = "Bedside button"
kind = "button"
state_topic = "home/bedside-button/action"

[[devices]]
id = "hall-light"
name = "Hall light"
kind = "light"
schema = "json"
state_topic = "home/hall-light/state"
command_topic = "home/hall-light/set"

[[devices]]
id = "kettle"
name = "Kettle"
kind = "switch"
state_topic = "home/kettle/state"
command_topic = "home/kettle/set"
"""


@dataclass
class Daemon:
    """One daemon on loopback; `folder` keeps its files between starts. `mqtt`: further lines of the `[mqtt]` table."""

    folder: Path
    broker_port: int
    realtime_url: str = "http://127.0.0.1:9/v1/notifications"
    mqtt: str = ""
    launcher: tuple[str, ...] = ()
    stdin: int | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    public_port: int = field(default_factory=free_port)
    private_port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "data" / "bridge.db"

    @property
    def log(self) -> str:
        """Everything logged so far."""
        path = self.folder / "daemon.log"
        return path.read_text() if path.exists() else ""

    @property
    def origin(self) -> str:
        """Where the public listener is."""
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def url(self) -> str:
        """Where IFTTT would reach it."""
        return f"{self.origin}/ifttt/v1"

    async def start(self, *, ready: bool = True) -> None:
        """Start, and wait until it says that it is ready (or only that it is alive)."""
        self.launch()
        await until(self.is_ready if ready else self.is_alive, what="the daemon being up")

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    async def is_ready(self) -> bool:
        """Ask whether every part works."""
        return await self._private("readyz")

    async def is_alive(self) -> bool:
        """Ask whether it answers at all."""
        return await self._private("livez")

    def edit(self, old: str, new: str) -> None:
        """Change the text of the configuration file, now and for each start."""
        self.renamed[old] = new
        self._write_config()

    async def reload(self) -> None:
        """Let it read its configuration again, and wait until it has, whatever came of it."""
        before = self._reloads()
        self.hang_up()
        await until(lambda: self._reloads() > before, what="the configuration being read again")

    def hang_up(self) -> None:
        """Ask it to read its configuration again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    async def ended_within(self, seconds: float) -> int:
        """Wait until it ends by itself, and return its exit status; -9 if it was killed. Fails if it does not."""
        process = self._process
        assert process is not None
        await until(lambda: process.poll() is not None, within_s=seconds, what="the daemon's end")
        self._process = None
        return process.wait()

    def ask_to_stop(self) -> None:
        """Send what systemd sends, and do not wait."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def launch(self) -> None:
        """Start, and wait for nothing."""
        self._write_config()
        with (self.folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.launcher, sys.executable, "-m", "bridge", *self._config_arguments(), "run"],
                stdin=self.stdin,
                stdout=log,
                stderr=log,
            )

    def catches(self, number: signal.Signals) -> bool:
        """Tell whether it handles a signal by now."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (number - 1) & 1)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it stand still, so that messages gather at the broker."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """End it as systemd would, and return its exit status."""
        return self._end(signal.SIGTERM)

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself; `ended` tells how."""
        assert self._process is not None
        return self._process.poll() is not None

    def ended(self) -> int:
        """Wait until it ends by itself, and return its exit status."""
        assert self._process is not None
        status = self._process.wait(30)
        self._process = None
        return status

    def close(self) -> None:
        """Clean up, whatever state it is in."""
        if self._process is not None:
            self.kill()

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of the command line and return what it printed.

        It runs in this process, since a program of its own takes a second to start, each time; programs are in
        test_command_line.py.
        """
        done = in_this_process(*self._config_arguments(), *arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add_user(self, name: str) -> str:
        """Make an account and return an access token."""
        self._write_config()
        self.command("user", "add", name)
        return self.command("token", "mint", name).split()[-1]

    def events(self) -> list[dict[str, Any]]:
        """Return the timeline, as the command lists it."""
        return [msgspec.json.decode(line) for line in self.command("events", "--json").splitlines()]

    def count_events(self) -> int:
        """Count the timeline quickly."""
        with self.reader() as connection:
            count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
            return count

    def reader(self) -> contextlib.closing[sqlite3.Connection]:
        """Only look: whoever can write, and closes it as the last one, brings the log in and so changes it."""
        return contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30))

    def knows(self, entity: str) -> bool:
        """Tell whether a state of an entity is on disk."""
        with self.reader() as connection:
            return connection.execute("SELECT 1 FROM entity_states WHERE entity = ?", (entity,)).fetchone() is not None

    def kept(self, setting: str) -> str | None:
        """Return one of the small facts on disk, None where it is not there."""
        with self.reader() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (setting,)).fetchone()
            return None if row is None else str(row[0])

    def limit_file_size(self, size: int) -> None:
        """Let no file of the running daemon grow beyond a size, as a full disk would."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def rename_topic(self, old: str, new: str) -> None:
        """Let the configuration name another topic from the next start on."""
        self.renamed[old] = new

    async def poll(self, token: str, trigger: str, fields: dict[str, str], **more: object) -> list[dict[str, Any]]:
        """Poll a trigger as IFTTT does, and return the items."""
        status, body = await self.post(f"triggers/{trigger}", token, {"triggerFields": fields, **more})
        assert status == 200, body
        items: list[dict[str, Any]] = body["data"]
        return items

    async def post(
        self, path: str, token: str, body: object, *, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Post to the public listener as IFTTT does."""
        all_headers = {"Authorization": f"Bearer {token}"} | (headers or {})
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/{path}", json=body, headers=all_headers) as response,
        ):
            return response.status, await response.json()

    async def get(self, path: str, token: str) -> dict[str, Any]:
        """Get from the public listener what is for a user."""
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/{path}", headers=headers) as response:
            assert response.status == 200
            data: dict[str, Any] = (await response.json())["data"]
            return data

    async def _private(self, path: str) -> bool:
        assert self._process is None or self._process.poll() is None, self.log
        with contextlib.suppress(ConnectionError):  # asked again and again while it starts: by as little as it takes
            reader, writer = await asyncio.open_connection("127.0.0.1", self.private_port)
            with contextlib.closing(writer):
                writer.write(f"GET /{path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
        return False

    def _reloads(self) -> int:
        return sum(self.log.count(f"event={event}\n") + self.log.count(f"event={event} ") for event in RELOAD_ENDS)

    def _config_arguments(self) -> tuple[str, str]:
        return ("--config", str(self.folder / "bridge.toml"))

    def _write_config(self) -> None:
        text = _CONFIG
        for old, new in self.renamed.items():
            text = text.replace(old, new)
        (self.folder / "bridge.toml").write_text(
            text.format(
                public=self.public_port,
                private=self.private_port,
                broker=self.broker_port,
                database=self.database,
                key=SERVICE_KEY,
                realtime=self.realtime_url,
                mqtt=self.mqtt,
            )
        )

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        status = self._process.wait(30)
        self._process = None
        return status
