"""Homie devices that others have written describe themselves, report, and do what they are told, at a real broker.

They are no part of what this project needs: where their libraries are not installed, nothing is proven here.
"""

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.commands import Command, Wish
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.homie.convention import Homie
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.devices.topics import matches
from bridge.errors import UnreadableMessage
from tests.parts import homie_devices
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until
from tests.unit.devices.dialects.hearing import Household, Message, summary

PATIENCE_S = 20.0


class Home:
    """A broker, the devices of a version at it, and everything that is said there."""

    def __init__(self, broker: Mosquitto, devices: asyncio.subprocess.Process, ear: asyncio.subprocess.Process) -> None:
        self.broker = broker
        self.devices = devices
        self._ear = ear
        self.messages: list[Message] = []

    async def listen(self) -> None:
        """Take in what is said, for ever."""
        assert self._ear.stdout is not None
        async for line in self._ear.stdout:
            topic, _, payload = line.rstrip(b"\n").partition(b" ")
            self.messages.append((topic.decode(), bytes.fromhex(payload.decode())))

    def known(self) -> Household:
        """Return what is known, as somebody knows it who listens only where the convention says."""
        household, topics = Household(Homie()), set(Homie().filters)
        for _ in range(3):
            household.hear(message for message in self.messages if any(matches(topic, message[0]) for topic in topics))
            topics.update(topic for said in household.announcements().values() for topic in said.topics)
        return household

    def entity(self, device: str, identity: str) -> DescribedEntity | None:
        """Return an entity, if it is described by now."""
        found = self.known().devices().get(device)
        return next((each for each in found.entities if each.id == identity), None) if found is not None else None

    def said(self, device: str, identity: str) -> list[Reading]:
        """Return everything that an entity has said so far."""
        entity, found = self.entity(device, identity), []
        for topic, payload in self.messages:
            if entity is not None and topic in entity.dialect.state_topics:
                try:
                    reading = entity.dialect.read(topic, payload)
                except UnreadableMessage as error:  # pragma: no cover -- it would fail the test by what is missing
                    pytest.fail(f"{topic}: {error.reason}")
                found += [] if reading is None else [reading]
        return found

    async def hears(self, device: str, identity: str, reading: Reading) -> None:
        """Wait until an entity has said something."""
        await until(lambda: reading in self.said(device, identity), within_s=PATIENCE_S, what=f"{identity}: {reading}")

    async def kinds(self, device: str, kinds: dict[str, str]) -> None:
        """Wait until a device is described as this."""
        await until(lambda: self._kinds(device) == kinds, within_s=PATIENCE_S, what=f"{device} with {kinds}")

    async def tell(self, device: str, identity: str, command: Command) -> None:
        """Tell an entity something, as the bridge would."""
        entity = self.entity(device, identity)
        assert entity is not None
        for publication in entity.dialect.write(command):
            await self.broker.publish(publication.topic, publication.payload.decode())

    def do(self, order: str) -> None:
        """Let somebody do something at the device itself."""
        assert self.devices.stdin is not None
        self.devices.stdin.write(f"{order}\n".encode())

    def _kinds(self, device: str) -> dict[str, str]:
        found = self.known().devices().get(device)
        return {} if found is None else summary(found)


@asynccontextmanager
async def home_of(version: str, folder: Path) -> AsyncIterator[Home]:
    """Start a broker and the devices of a version; skip where their library is not installed."""
    if importlib.util.find_spec(homie_devices.LIBRARIES[version]) is None:
        pytest.skip(f"{homie_devices.LIBRARIES[version]} is not installed")
    broker = Mosquitto(folder)
    await broker.start()
    port, pipe = str(broker.port), asyncio.subprocess.PIPE
    ear = await asyncio.create_subprocess_exec("mosquitto_sub", "-p", port, "-t", "#", "-F", "%t %x", stdout=pipe)
    script = [sys.executable, "-W", "ignore", homie_devices.__file__, version, port]
    devices = await asyncio.create_subprocess_exec(*script, stdin=pipe, stderr=asyncio.subprocess.DEVNULL)
    home = Home(broker, devices, ear)
    try:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(home.listen())
            yield home
            listening.cancel()
    finally:
        for process in (devices, ear):
            if process.returncode is None:
                process.kill()
            await process.wait()
        broker.close()


async def test_devices_of_version_4_are_understood_and_understand(tmp_path: Path) -> None:
    async with home_of("4", tmp_path) as home:
        dimmer, contact, button = "homie.device-dimmer", "homie.device-contact", "homie.device-button"
        await home.kinds(dimmer, {"availability": "availability", "dimmer.dimmer": "light?"})
        await home.kinds(contact, {"availability": "availability", "contact.contact": "contact?"})
        await home.kinds(button, {"availability": "availability", "button.button": "button?"})
        await home.hears(contact, "availability", AvailabilityReading(0, online=True))
        home.do("open")
        await home.hears(contact, "contact.contact", StateReading("open"))
        home.do("press")
        await home.hears(button, "button.button", PressReading("single"))
        await home.tell(dimmer, "dimmer.dimmer", Command("home", "lamp", Wish.TURN_ON, brightness=40))
        await home.hears(dimmer, "dimmer.dimmer", StateReading("on", 40))
        await home.tell(dimmer, "dimmer.dimmer", Command("home", "lamp", Wish.TURN_OFF))
        await home.hears(dimmer, "dimmer.dimmer", StateReading("off"))
        home.devices.kill()
        await home.hears(dimmer, "availability", AvailabilityReading(0, online=False))


async def test_a_device_of_version_5_is_understood_and_understands(tmp_path: Path) -> None:
    async with home_of("5", tmp_path) as home:
        hall = "ebus.5.hall"
        kinds = {"lamp.power": "light?", "door.contact": "contact?", "remote.action": "button?"}
        await home.kinds(hall, {"availability": "availability"} | kinds)
        await home.hears(hall, "availability", AvailabilityReading(0, online=True))
        home.do("open")
        await home.hears(hall, "door.contact", StateReading("open"))
        home.do("closed")
        await home.hears(hall, "door.contact", StateReading("closed"))
        home.do("press")
        await home.hears(hall, "remote.action", PressReading("double"))
        wanted = Command("home", "lamp", Wish.TURN_ON, brightness=40, color="#ff8800")
        await home.tell(hall, "lamp.power", wanted)
        for reading in (StateReading("on"), StateReading(None, 40), StateReading(color="#ff8800")):
            await home.hears(hall, "lamp.power", reading)
        home.devices.kill()
        await home.hears(hall, "availability", AvailabilityReading(0, online=False))
