"""A real broker and a real daemon for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi, realtime_api


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    mosquitto = Mosquitto(folder)
    await mosquitto.start()
    yield mosquitto
    mosquitto.close()


@pytest.fixture
async def realtime() -> AsyncIterator[RealtimeApi]:
    async with realtime_api() as api:
        yield api


@pytest.fixture
def daemon(tmp_path: Path, broker: Mosquitto, realtime: RealtimeApi) -> Iterator[Daemon]:
    folder = tmp_path / "daemon"
    folder.mkdir()
    program = Daemon(folder, broker.port, realtime.url)
    yield program
    program.close()
