"""Programs that link a broker with an HTTP address: mqttwarn, Node-RED, and the bridge, each set up for the same work.

Each takes what doors say with QoS 1, in a session that the broker keeps, and posts once for each message (the bridge:
at least once for each door that it concerns).
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from scripts.benchmarks.home import DoorDaemon, door, register
from scripts.benchmarks.peers.installed import Installed
from scripts.benchmarks.programs import resident_mb
from scripts.benchmarks.wire import until
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port

STARTING_S: Final = 60.0
DOORS_PER_USER: Final = 1000
_MQTTWARN = """
[defaults]
hostname = '127.0.0.1'
port = {broker}
clientid = 'mqttwarn'
cleansession = False
protocol = 4
loglevel = 'ERROR'
launch = http

[config:http]
module = 'http_urllib'
targets = {{
    'post': ['POST', '{url}/{{topic}}', {{'payload': '@payload'}}, None, None],
    }}

[home/+/state]
targets = http:post
qos = 1
"""


class Link(Protocol):
    """A program between a broker and an HTTP address. `closes`: a door must be closed before it counts as opened."""

    name: str
    closes: bool

    async def start(self) -> None:
        """Start, and wait until it listens to the broker."""
        ...

    def kill(self) -> None:
        """End it as a crash would."""
        ...

    def launch(self) -> None:
        """Start, and wait for nothing."""
        ...

    @property
    def resident_mb(self) -> float:
        """Its resident memory."""
        ...


class Other:
    """One of the others: a command, and how the broker names it when it connects."""

    closes = False

    def __init__(self, name: str, command: list[str], broker: Mosquitto, folder: Path) -> None:
        self.name = name
        self._command = command
        self._broker = broker
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start, and wait until it has connected."""
        before = self._connections()
        self.launch()
        await until(lambda: self._connections() > before, within_s=STARTING_S, what=f"{self.name} being connected")

    def launch(self) -> None:
        """Start, and wait for nothing."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=self._folder)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def resident_mb(self) -> float:
        """Its resident memory."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return resident_mb(self._process.pid)

    def _connections(self) -> int:
        return self._broker.log.count(f" as {self.name} (")


def mqttwarn(installed: Installed, broker: Mosquitto, folder: Path, url: str) -> Other:
    """Set mqttwarn up."""
    file = folder / "mqttwarn.ini"
    file.write_text(_MQTTWARN.format(broker=broker.port, url=url))
    return Other("mqttwarn", [str(installed.programs / "mqttwarn"), "--config-file", str(file)], broker, folder)


def node_red(installed: Installed, broker: Mosquitto, folder: Path, url: str) -> Other:
    """Set Node-RED up: one flow of two nodes."""
    session = {"type": "mqtt-broker", "clientid": "node-red", "protocolVersion": "4", "cleansession": False}
    flow = [
        {"id": "broker", "broker": "127.0.0.1", "port": str(broker.port), "autoConnect": True, "keepalive": "60"}
        | session,
        {"id": "home", "type": "tab", "label": "home"},
        {"id": "doors", "type": "mqtt in", "z": "home", "topic": "home/+/state", "qos": "1", "datatype": "utf8"}
        | {"broker": "broker", "wires": [["told"]]},
        {"id": "told", "type": "http request", "z": "home", "method": "POST", "ret": "txt", "paytoqs": "ignore"}
        | {"url": url + "/{{{topic}}}", "persist": True, "wires": [[]]},
    ]
    (folder / "flows.json").write_text(json.dumps(flow))
    program = installed.modules / "node-red" / "red.js"
    command = ["node", str(program), "-u", str(folder), "-p", str(free_port()), "flows.json"]
    return Other("node-red", command, broker, folder)


class Bridge:
    """The bridge, with a door and an identity for each."""

    name = "ifttt-bridge"
    closes = True

    def __init__(self, broker: Mosquitto, folder: Path, url: str, *, doors: int) -> None:
        self._daemon = DoorDaemon(folder, broker.port, realtime_url=url, doors=doors)
        self._doors = doors
        self._registered = False

    async def start(self) -> None:
        """Start; the first time, poll for each door as IFTTT does when Applets are made."""
        if self._registered:
            await self._daemon.start()
            return
        doors = [door(number) for number in range(self._doors)]
        tokens = [self._daemon.add_user(f"bench-{start}") for start in range(0, self._doors, DOORS_PER_USER)]
        await self._daemon.start()
        for number, token in enumerate(tokens):
            await register(self._daemon, token, doors[number * DOORS_PER_USER :][:DOORS_PER_USER])
        self._registered = True

    def launch(self) -> None:
        """Start, and wait for nothing."""
        self._daemon.launch()

    def kill(self) -> None:
        """End it as a crash would."""
        self._daemon.close()

    @property
    def resident_mb(self) -> float:
        """Its resident memory."""
        return resident_mb(self._daemon.pid)


Maker = Callable[[Mosquitto, Path, str], Link]
