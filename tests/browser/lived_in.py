"""A home in which something has happened: two Applets, a door that was told of, one that was hidden, many presses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from tests.browser.private import PrivateHome, running_private_home
from tests.parts.browser import visitor
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC
from tests.parts.waiting import until

DOOR: Final = "door-opened-of-the-front-door"
DOUBLE: Final = "double-press-of-the-bedside-button"
PRESSES: Final = 60
EVENTS: Final = PRESSES + 2


async def ask(home: PrivateHome, identity: str) -> None:
    """Poll as IFTTT does."""
    trigger, fields = {
        DOOR: ("door_opened", {"door": "front-door"}),
        DOUBLE: ("button_pressed", {"button": "bedside-button", "press": "double"}),
    }[identity]
    await home.daemon.poll(home.token, trigger, fields, trigger_identity=identity)


async def begin_to_live(home: PrivateHome) -> None:
    """Let there be two Applets, and a door that is closed."""
    await home.broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: home.daemon.knows("front-door"), what="the first state")
    await ask(home, DOOR)
    await ask(home, DOUBLE)


async def press(home: PrivateHome, times: int) -> None:
    """Press the button so often."""
    before = home.daemon.count_events()
    await home.broker.publish_many(BUTTON_TOPIC, ["single"] * times)
    await until(lambda: home.daemon.count_events() == before + times, what="all presses on disk")


@asynccontextmanager
async def lived_in(folder: Path, browser: Browser) -> AsyncIterator[PrivateHome]:
    """Run it. Who looks at it changes nothing of it."""
    async with running_private_home(folder) as home, visitor(browser) as owner:
        await home.begin(owner.page)
        await begin_to_live(home)
        await home.say(DOOR_TOPIC, "open")
        await until(lambda: DOOR in home.realtime.told, what="IFTTT being told")
        await ask(home, DOOR)
        home.daemon.command("device", "hide", "front-door")
        await home.say(DOOR_TOPIC, "closed")
        home.daemon.command("device", "expose", "front-door")
        await press(home, PRESSES)
        yield home
