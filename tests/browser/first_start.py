"""An empty folder and a home that somebody wants at IFTTT: the program, Mosquitto, devices, and a simulated IFTTT."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from playwright.async_api import Page

from bridge.simulator.applets import Applet
from bridge.simulator.authorization import Service, Tokens
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.habits import Habits, Listen
from bridge.simulator.home import SimulatedHome
from bridge.simulator.zigbee2mqtt_speech import Zigbee2MqttSpeech
from tests.parts.connecting import PASSWORD, PRODUCTION, connect, ifttt_at
from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port
from tests.parts.waiting import until

OWNER: Final = "anna"
SERVICE_KEY: Final = "the-key-that-ifttt-shows"
_CODE: Final = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}")


class Unwritten(Daemon):
    """A daemon whose configuration somebody else writes."""

    def _write_config(self) -> None:
        """Write nothing."""


@dataclass
class FirstStart:
    """What is there. `lines`: what stands in the configuration by now, table after table."""

    daemon: Unwritten
    broker: Mosquitto
    realtime_port: int = field(default_factory=free_port)
    lines: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the private pages are."""
        return f"http://127.0.0.1:{self.daemon.private_port}"

    def write(self, **tables: str) -> None:
        """Write the configuration, some of its tables anew."""
        self.lines |= tables
        new = self.daemon.folder / "new.toml"
        new.write_text("\n".join(self.lines.values()))
        new.replace(self.daemon.folder / "bridge.toml")

    def write_first(self, service_key: str) -> None:
        """Write the least that starts."""
        self.write(
            public=f'[public]\nlisten = "127.0.0.1:{self.daemon.public_port}"',
            private=f'[private]\nlisten = "127.0.0.1:{self.daemon.private_port}"',
            mqtt=f'[mqtt]\nurl = "mqtt://127.0.0.1:{self.broker.port}"\ndiscovery = ["zigbee2mqtt"]',
            storage=f'[storage]\nurl = "sqlite://{self.daemon.database}"',
            ifttt=self._ifttt(service_key),
        )

    def write_service(self) -> None:
        """Write what IFTTT's platform has shown, and where the bridge is reached."""
        listen = f'listen = "127.0.0.1:{self.daemon.public_port}"'
        self.write(
            public=f'[public]\n{listen}\nurl = "{self.daemon.origin}"',
            ifttt=self._ifttt(SERVICE_KEY),
            oauth=PRODUCTION.table,
        )

    def _ifttt(self, service_key: str) -> str:
        realtime = f"http://127.0.0.1:{self.realtime_port}/v1/notifications"
        return f'[ifttt]\nservice_keys = ["{service_key}"]\nrealtime_url = "{realtime}"'

    async def code(self) -> str:
        """Return the set-up code, as the log has it."""
        await until(lambda: _CODE.search(self.daemon.log) is not None, what="the set-up code")
        code: str = _CODE.findall(self.daemon.log)[-1]
        return code

    async def begin(self, page: Page) -> None:
        """Become the owner on the page that is open."""
        await page.get_by_label("Set-up code").fill(await self.code())
        await page.get_by_label("Your name").fill(OWNER)
        await page.get_by_label("A password").fill(PASSWORD)
        await page.get_by_label("The same again").fill(PASSWORD)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Begin").click()

    def contact(self) -> str:
        """Return the id of the door's contact."""
        rows = map(msgspec.json.decode, self.daemon.command("device", "list", "--json").splitlines())
        return next(str(row["id"]) for row in rows if row["kind"] == "contact")

    @asynccontextmanager
    async def home(self) -> AsyncIterator[SimulatedHome]:
        """Let the devices come."""
        async with SimulatedHome("127.0.0.1", self.broker.port, speech=Zigbee2MqttSpeech()) as home:
            yield home

    async def connect(self) -> Tokens:
        """Connect as a person does at IFTTT."""
        async with ifttt_at(self.daemon) as library:
            token = await connect(self.daemon, library, OWNER)
        return Tokens(token["access_token"], token["refresh_token"])

    def ifttt(self, tokens: Tokens, door: str) -> SimulatedIfttt:
        """Return an IFTTT with one Applet about a door."""
        return SimulatedIfttt(
            Service(self.daemon.origin, SERVICE_KEY),
            access_token=tokens,
            applets=[Applet("if the door opens", "door_opened", "", {"door": door})],
            chance=random.Random(1),  # noqa: S311 -- spreads polls, guards nothing
            habits=Habits(listen=Listen(port=self.realtime_port), user=OWNER),
        )


@asynccontextmanager
async def running_first_start(folder: Path) -> AsyncIterator[FirstStart]:
    """Start the program with nothing but a broker."""
    for name in ("broker", "daemon"):
        (folder / name).mkdir()
    broker = Mosquitto(folder / "broker")
    daemon = Unwritten(folder / "daemon", broker.port)
    daemon.launcher = ("env", f"BRIDGE_PRIVATE__LISTEN=127.0.0.1:{daemon.private_port}")
    try:
        await broker.start()
        yield FirstStart(daemon, broker)
    finally:
        daemon.close()
        broker.close()
