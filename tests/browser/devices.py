"""A home with devices of many kinds, some of which wait to be accepted, and its owner who looks at them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from bridge.simulator.zigbee2mqtt_devices import listed_devices
from tests.browser.private import PrivateHome, running_private_home
from tests.parts.waiting import until

BASE: Final = "zigbee2mqtt"
ATTIC, CELLAR, GARDEN = "Attic window", "Cellar switch", "Garden lamp"
"""They announce themselves; nobody has accepted them."""

MORE: Final = """
[[devices]]
id = "back-door"
name = "Back door"
room = "Hall"
kind = "lock"
state_topic = "home/back-door/state"
command_topic = "home/back-door/set"

[[devices]]
id = "climate"
name = "Climate"
room = "Bathroom"
kind = "sensor"
unit = "°C"
state_topic = "home/climate"
availability_topic = "home/climate/available"
"""


@asynccontextmanager
async def running_devices(folder: Path) -> AsyncIterator[PrivateHome]:
    """Run it in one folder."""
    async with running_private_home(folder) as home:
        daemon = home.daemon
        daemon.stop()
        daemon.mqtt = f'discovery = ["{BASE}"]'
        (daemon.folder / "conf.d").mkdir()
        (daemon.folder / "conf.d" / "more.toml").write_text(MORE)
        await daemon.start()
        await announce(home, ATTIC, CELLAR, GARDEN)
        await until(lambda: GARDEN in discovered(home), what="the devices waiting")
        for topic, payload in (("home/front-door/state", "closed"), ("home/climate", "21.4")):
            await home.broker.publish(topic, payload)
        await until(lambda: daemon.knows("front-door") and daemon.knows("climate"), what="the first states")
        yield home


async def announce(home: PrivateHome, door: str, button: str, light: str) -> None:
    """Let a gateway list its devices."""
    listed = [each for each in listed_devices(door, button, light) if each["type"] != "Coordinator"]
    await home.broker.publish(f"{BASE}/bridge/devices", msgspec.json.encode(listed).decode(), retain=True)


async def announce_plug(home: PrivateHome, name: str) -> None:
    """Let one more device come."""
    listed = [each for each in listed_devices(ATTIC, CELLAR, GARDEN) if each["type"] != "Coordinator"]
    plug = {**listed[-1], "ieee_address": "0x842e14fffe1b9d58", "friendly_name": name}
    await home.broker.publish(f"{BASE}/bridge/devices", msgspec.json.encode([*listed, plug]).decode(), retain=True)


def discovered(home: PrivateHome) -> str:
    """Return what waits to be accepted, as the command line says it."""
    return home.daemon.command("device", "list", "--discovered")
