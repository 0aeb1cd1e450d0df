"""A home of many doors: its broker, the daemon that is measured, and the polls that IFTTT would make of it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import msgspec

from tests.parts.daemon import SERVICE_KEY, Daemon
from tests.parts.mosquitto import Mosquitto

CLIENT_ID = "bench"
TRIGGER = "door_opened"
PRESSED = "button_pressed"
POLLS_AT_ONCE = 8

_CONFIG = """
[public]
listen = "127.0.0.1:{public}"
[private]
listen = "127.0.0.1:{private}"
[mqtt]
url = "mqtt://127.0.0.1:{broker}"
client_id = "{client_id}"
{mqtt}
[storage]
url = "sqlite://{database}"
{storage}
[ifttt]
service_keys = ["{key}"]
realtime_url = "{realtime}"
"""
_DOOR = """
[[devices]]
id = "{id}"
name = "Door {number}"
room = "Hall"
kind = "contact"
state_topic = "{topic}"
"""
_BUTTON = """
[[devices]]
id = "{id}"
name = "Button {number}"
kind = "button"
state_topic = "{topic}"
"""


class Broker(Mosquitto):
    """A broker whose use of the processor can be looked up."""

    @property
    def pid(self) -> int:
        """Its process id."""
        if self._process is None:
            raise RuntimeError("the broker does not run")
        return self._process.pid


@dataclass
class DoorDaemon(Daemon):
    """The daemon, with doors and buttons and nothing else.

    `more`: further tables of the configuration; `storage`: further lines of the `[storage]` table. `environment`: what
    its environment has besides ours. `module`: what Python runs, with its first arguments.
    """

    doors: int = 1
    storage: str = ""
    more: str = ""
    buttons: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    module: tuple[str, ...] = ("bridge",)

    @property
    def pid(self) -> int:
        """Its process id."""
        if self._process is None:
            raise RuntimeError("the daemon does not run")
        return self._process.pid

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "bridge.toml"

    def write_config(self) -> None:
        """Write the configuration file."""
        self._write_config()

    def launch(self) -> None:
        """Start it, and wait for nothing."""
        self._write_config()
        with (self.folder / "daemon.log").open("ab") as log:
            command = [*self.launcher, sys.executable, "-m", *self.module, "--config", str(self.config), "run"]
            environment = {**os.environ, **self.environment}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def _write_config(self) -> None:
        text = _CONFIG.format(
            public=self.public_port,
            private=self.private_port,
            broker=self.broker_port,
            client_id=CLIENT_ID,
            database=self.database,
            key=SERVICE_KEY,
            realtime=self.realtime_url,
            mqtt=self.mqtt,
            storage=self.storage,
        )
        tables = [_DOOR.format(id=door(n), number=n, topic=topic(door(n))) for n in range(self.doors)]
        tables += [_BUTTON.format(id=button(n), number=n, topic=press_topic(button(n))) for n in range(self.buttons)]
        self.config.write_text(text + "".join(tables) + self.more)


def door(number: int) -> str:
    """Return the id of a door; its trigger identity is called the same."""
    return f"door-{number:04}"


def topic(door_id: str) -> str:
    """Return where a door speaks."""
    return f"home/{door_id}/state"


def button(number: int) -> str:
    """Return the id of a button; its trigger identity is called the same."""
    return f"button-{number:04}"


def press_topic(button_id: str) -> str:
    """Return where a button speaks."""
    return f"home/{button_id}/action"


def poll_body(device: str) -> bytes:
    """Return a poll as IFTTT sends it: for a door that is opened, or a button that is pressed in any way."""
    fields = {"door": device} if device.startswith("door") else {"button": device, "press": "any"}
    return msgspec.json.encode(
        {
            "trigger_identity": device,
            "triggerFields": fields,
            "limit": 50,
            "user": {"timezone": "Europe/Paris"},
            "ifttt_source": {"id": "2", "url": "https://ifttt.com/myrecipes/personal/2"},
        }
    )


def poll_headers(token: str) -> dict[str, str]:
    """Return the headers of a poll, but for the compression that is welcome."""
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Accept-Charset": "utf-8",
        "Content-Type": "application/json",
        "X-Request-ID": "7f99e73914cc46f6b9b2c79a2c9a9ff0",
    }


async def register(daemon: DoorDaemon, token: str, devices: Sequence[str], *, trigger: str = TRIGGER) -> None:
    """Poll for each device once, as IFTTT does when Applets are made: from then on it waits for them."""
    url, headers = f"{daemon.url}/triggers/{trigger}", poll_headers(token)
    places = asyncio.Semaphore(POLLS_AT_ONCE)

    async def poll(session: aiohttp.ClientSession, device: str) -> None:
        async with places, session.post(url, data=poll_body(device), headers=headers) as response:
            response.raise_for_status()

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as polls:
        for each in devices:
            polls.create_task(poll(session, each))
