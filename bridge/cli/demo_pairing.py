"""How the demo's home is paired: as a person would do it, through the daemon's control socket."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.cli.asking import Desk
from bridge.cli.demo_story import Story
from bridge.desk.requests import AcceptDevices, ListAnnounced
from bridge.desk.rows import AnnouncedRow
from bridge.simulator.home import SimulatedHome
from bridge.simulator.zigbee2mqtt_speech import BUTTON, DOOR, LIGHT

ROOMS: Final = {DOOR: "Hall", BUTTON: "Bedroom", LIGHT: "Hall"}
LOOK_AGAIN_S: Final = 0.02
REPORT_AGAIN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Paired:
    """The permanent ids of what the Applets are about."""

    door: str
    button: str
    light: str


async def pair(desk: Desk, home: SimulatedHome, story: Story, *, within_s: float) -> Paired:
    """Accept the devices when they have been discovered, and wait until they have been heard. Raises TimeoutError.

    Zigbee2MQTT retains no states: what a device said before it was accepted is lost, until it says it again.
    """
    async with asyncio.timeout(within_s):
        story.discovered(await _discovered(desk))
        story.accepting()
        accepted = [row for device in ROOMS for row in await _accept(desk, device)]
        paired = Paired(
            _thing(accepted, DOOR, "contact"), _thing(accepted, BUTTON, "button"), _thing(accepted, LIGHT, "light")
        )
        story.accepted(accepted, paired.light)
        while not story.knows(paired.door, paired.light):
            await home.report()
            await asyncio.sleep(REPORT_AGAIN_S)
    return paired


async def _accept(desk: Desk, device: str) -> list[AnnouncedRow]:
    """Accept one device into its room."""
    return await asyncio.to_thread(desk.ask, AcceptDevices((device,), None, None, ROOMS[device]), list[AnnouncedRow])


async def _discovered(desk: Desk) -> list[AnnouncedRow]:
    """Wait until all three wait to be accepted, and return them. Zigbee2MQTT itself is discovered with them."""
    while True:
        waiting = await asyncio.to_thread(desk.ask, ListAnnounced(waiting=True), list[AnnouncedRow])
        found = {row.name: row for row in waiting}
        if found.keys() >= {DOOR, BUTTON, LIGHT}:
            return [found[name] for name in (DOOR, BUTTON, LIGHT)]
        await asyncio.sleep(LOOK_AGAIN_S)


def _thing(accepted: Sequence[AnnouncedRow], device: str, kind: str) -> str:
    """Return the permanent id of the one thing of a kind that a device does."""
    (found,) = (each.id for row in accepted if row.name == device for each in row.abilities if each.kind == kind)
    if found is None:
        raise RuntimeError(f"{device} was accepted without an id for its {kind}")
    return found
