"""A simulated IFTTT set up for tests: quick to try again, and checking only when told unless asked to."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import aiohttp

from bridge.simulator.applets import Applet
from bridge.simulator.authorization import Service
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.habits import Habits
from bridge.simulator.steps import OnCloudStep, ignore_step

KEY: Final = "service-key"
TOKEN: Final = "access-token"
QUIET: Final = Habits(interval_s=(3600.0, 3600.0), backoff_s=(0.0, 0.0, 0.0, 0.0))
OFTEN: Final = Habits(interval_s=(0.01, 0.02), backoff_s=(0.0, 0.0, 0.0, 0.0))

DOOR: Final = Applet("door", "door_opened", "turn_on_light", {"door": "front-door"}, {"light": "hall-light"})
DOOR_TOO: Final = Applet("door too", "door_opened", "turn_off_light", {"door": "front-door"}, {"light": "hall-light"})
BUTTON: Final = Applet("button", "button_pressed", "toggle_light", {"button": "any", "press": "double"})


@dataclass(frozen=True, slots=True)
class Factory:
    """Makes simulated IFTTTs that talk to one service."""

    base_url: str
    chance: random.Random

    def make(
        self, *applets: Applet, habits: Habits = QUIET, on_step: OnCloudStep = ignore_step, base_url: str = ""
    ) -> SimulatedIfttt:
        """Return one with these Applets, not yet entered."""
        return SimulatedIfttt(
            Service(base_url or self.base_url, KEY),
            access_token=TOKEN,
            applets=applets,
            chance=self.chance,
            habits=habits,
            on_step=on_step,
        )


async def notify(ifttt: SimulatedIfttt, entries: Iterable[dict[str, str]]) -> int:
    """Call the Realtime API as a service does; return the status of its answer."""
    body = json.dumps({"data": list(entries)})
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
        session.post(ifttt.realtime_url, data=body, headers={"IFTTT-Service-Key": KEY}) as response,
    ):
        return response.status


async def notify_of(ifttt: SimulatedIfttt, applet: Applet) -> int:
    """Notify of one Applet's identity."""
    return await notify(ifttt, [{"trigger_identity": ifttt.identity(applet)}])
