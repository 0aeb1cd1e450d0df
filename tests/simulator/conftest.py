"""The real parts that the stand-ins are tried against."""

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.simulator.broker import Mosquitto, Watcher
from tests.simulator.canned_service import CannedService
from tests.simulator.running import Factory


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
async def watcher(broker: Mosquitto) -> AsyncIterator[Watcher]:
    async with Watcher(broker) as watching:
        yield watching


@pytest.fixture
async def service() -> AsyncIterator[CannedService]:
    async with CannedService() as canned:
        yield canned


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)  # noqa: S311 -- spreads checks over time, keeps no secret


@pytest.fixture
def ifttt(service: CannedService, chance: random.Random) -> Factory:
    return Factory(service.url, chance)
